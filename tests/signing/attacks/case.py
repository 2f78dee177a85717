"""One attack on a submission: what is sent, what it must be refused with, and the twin without the defect."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from signing.certificates import der, load_certificates
from signing.record import parse_time, time_text
from signing.verify import Trust, Verified, verify_submission

HERE = Path(__file__).parent
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A submission with all that it is judged by."""

    record: bytes
    manifest: bytes
    signature: bytes
    documents: Mapping[str, bytes]
    trust: Trust
    at: datetime

    def but(self, **changes: Any) -> "Sent":
        return replace(self, **changes)

    def verify(self) -> Verified:
        parts = self.record, self.manifest, self.signature
        return verify_submission(*parts, documents=self.documents, trust=self.trust, at=self.at)

    def to_json(self) -> Json:
        return {
            "record": _text(self.record),
            "manifest": _text(self.manifest),
            "signature": _text(self.signature),
            "documents": {name: _text(content) for name, content in self.documents.items()},
            "roots": [_text(der(item)) for item in self.trust.roots],
            "intermediates": [_text(der(item)) for item in self.trust.intermediates],
            "crls": [_text(item) for item in self.trust.crls],
            "ocsps": [_text(item) for item in self.trust.ocsps],
            "at": time_text(self.at),
        }

    @classmethod
    def from_json(cls, told: Json) -> "Sent":
        return cls(
            record=_bytes(told["record"]),
            manifest=_bytes(told["manifest"]),
            signature=_bytes(told["signature"]),
            documents={name: _bytes(content) for name, content in told["documents"].items()},
            trust=Trust(
                roots=tuple(load_certificates(_bytes(item))[0] for item in told["roots"]),
                intermediates=tuple(load_certificates(_bytes(item))[0] for item in told["intermediates"]),
                crls=tuple(map(_bytes, told["crls"])),
                ocsps=tuple(map(_bytes, told["ocsps"])),
            ),
            at=parse_time(told["at"]),
        )


@dataclass(frozen=True, kw_only=True)
class Attack:
    """`defect`: what is wrong, in a sentence; `code`: what it must be refused with; `undecidable` where nothing is
    wrong but proof is missing.
    """

    defect: str
    code: str
    bad: Sent
    twin: Sent
    undecidable: bool = False

    def write(self, name: str) -> None:
        bad, twin = self.bad.to_json(), self.twin.to_json()
        told = {
            "defect": self.defect,
            "code": self.code,
            "verdict": "undecidable" if self.undecidable else "invalid",
            "sent": bad,
            # Nothing but what the defect touches.
            "twin": {key: value for key, value in twin.items() if value != bad[key]},
        }
        (HERE / "submissions" / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Attack":
        told = json.loads(path.read_text("utf-8"))
        return cls(
            defect=told["defect"],
            code=told["code"],
            bad=Sent.from_json(told["sent"]),
            twin=Sent.from_json({**told["sent"], **told["twin"]}),
            undecidable=told["verdict"] == "undecidable",
        )


assert {item.name for item in fields(Sent)} == {"record", "manifest", "signature", "documents", "trust", "at"}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

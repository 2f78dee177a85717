"""The story: chapters of steps. Each step does something real, then yields the sentence that tells it."""

import json
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

import adapters
from adapters import clock
from adapters.cli.language import _
from adapters.console.demo import cast
from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.cast import Player
from adapters.console.demo.mail import message_id
from adapters.console.demo.pictures import SEAL_MM, seal_picture, signature_picture
from adapters.console.demo.stage import Person, Stage, StageError
from adapters.console.demo.stamps import LocalStamps

AT_ONCE = 4  # officers who are appointed at the same time
PROCESSES = Path(adapters.__file__).parents[1] / "processes"
Sentences = Iterator[str]


@dataclass(slots=True)
class Story:
    """The story as far as it went: what it leaves behind is told in `demo.json`."""

    stage: Stage
    dossiers: list[str] = field(default_factory=list)
    evidence: list[Path] = field(default_factory=list)
    pdfs: list[Path] = field(default_factory=list)
    labels: list[Path] = field(default_factory=list)

    def set_up(self) -> Sentences:
        """Servers, officers, keys."""
        stage = self.stage
        made = json.loads(
            stage.console(
                "init",
                *("--agency", cast.AGENCY, "--name", cast.AGENCY_NAME, "--email", cast.AGENCY_EMAIL),
                *("--address", cast.AGENCY_ADDRESS, "--administrator", cast.ADMINISTRATOR.id),
                *("--administrator-name", cast.ADMINISTRATOR.name, "--json"),
            )
        )
        yield _("A new installation for {agency}, on {database}, with its own log key.").format(
            agency=cast.AGENCY_NAME, database=stage.database
        )
        authority = self._authority()
        yield _(
            "A demo certificate authority with a time-stamp authority under it; the server trusts its root and takes up"
            " its revocation lists."
        )
        stage.witness_by()
        yield _("A witness in a process of its own cosigns the server's log; auditors are given its key, too.")
        stage.start_server()
        yield _("The server runs at {url}, a local mail server at port {port}.").format(
            url=stage.url, port=stage.mail.port
        )
        self._sign_in(cast.ADMINISTRATOR, made["token"], authority)
        self._bind(cast.ADMINISTRATOR.id, stage.home(cast.ADMINISTRATOR.id) / "certificate.pem")
        yield _("{name} signs the first binding: her own certificate, which an auditor pins.").format(
            name=cast.ADMINISTRATOR.name
        )
        own = str(self._key(cast.ADMINISTRATOR.id))
        for unit, name in cast.UNITS:
            stage.hoso(cast.ADMINISTRATOR.id, "unit", "add", unit, "--name", name, "--key", own, "--yes")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            appointed = pool.map(lambda player: self._appoint(player, authority), cast.OFFICERS)
            for player, _done in zip(cast.OFFICERS, appointed, strict=True):
                yield _("{name}, {position}: appointed, signed in, certificate bound by a signed act.").format(
                    name=player.name, position=player.position
                )
        self._organ_key(authority)
        yield _("The agency's own certificate is bound to {name}, who keeps the seal.").format(name="Võ Thị Hoa")
        self._seal_picture()
        yield _("Who signs results has set the image that their signature shows; the agency's shows its seal.")

    def deploy(self) -> Sentences:
        """Two processes and their procedures."""
        for process in ("van-ban-di", "khai-tu"):
            own, key = (str(self._key(person)) for person in ("tuan", cast.ADMINISTRATOR.id))
            deploy = ("process", "deploy", str(PROCESSES / process), "--key", own, "--yes")
            deployed = self.stage.json("tuan", *deploy)
            id = deployed["proposal"]["id"]
            yield _("{name} checks {process} and signs to deploy it: bundle {hash}…").format(
                name="Lê Anh Tuấn", process=process, hash=deployed["bundle_hash"][:16]
            )
            deployed = self.stage.json(cast.ADMINISTRATOR.id, "proposal", "approve", id, "--key", key, "--yes")
            yield _(
                "{name}, a second person, looks at it and signs her approval:"
                " {process} is deployed as version {version}."
            ).format(name=cast.ADMINISTRATOR.name, process=process, version=deployed["version"])
            record = str(PROCESSES / process / "procedure.json")
            self.stage.hoso(cast.ADMINISTRATOR.id, "procedure", "adopt", record, "--key", key, "--yes")
            yield _(
                "{name} adopts the procedure record {process} by a signed act: it says which approvals a result needs."
            ).format(name=cast.ADMINISTRATOR.name, process=process)

    def outgoing_letter(self) -> Sentences:
        """Văn bản đi: drafted, returned once, redrafted, approved, numbered, sealed, sent by email and by post."""
        code = self._start("lan", "van-ban-di", cast.LETTER_START, cast.AGENCY_NAME)
        yield _("{name} starts the outgoing letter {code}.").format(name="Phạm Thị Lan", code=code)
        self._complete("lan", code, "draft", cast.DRAFT)
        yield _("{name} drafts it; the letter is typeset as a PDF whose number and date are still empty.").format(
            name="Phạm Thị Lan"
        )
        yield from self._reviewed(code)
        self._complete("hang", code, "approve", {"decision": "return", "comment": "Ghi rõ ngày bắt đầu áp dụng."})
        yield _("{name} returns it: the day from which it applies is missing. The return is signed, too.").format(
            name="Trần Thị Thu Hằng"
        )
        self._complete("lan", code, "draft", cast.REDRAFT)
        yield _("{name} redrafts it; a new revision of the letter is made, to be reviewed anew.").format(
            name="Phạm Thị Lan"
        )
        yield from self._reviewed(code)
        yield self._wrong_key(code)
        self._complete("hang", code, "approve", {"decision": "approve", "comment": "Đồng ý."})
        yield _(
            "{name} approves with her own key, and signs the PDF itself; her signature stands in it in blue."
        ).format(name="Trần Thị Thu Hằng")
        self._complete("hoa", code, "seal", {"signature_checked": True}, organ=True)
        yield _("Number and date are filled into the two fields left open; {name} adds the agency's signature.").format(
            name="Võ Thị Hoa"
        )
        self._complete("hoa", code, "file", {"file_code": "01/2026/VP-TH", "retention": "10-nam"})
        yield _("It leaves by email to the agency and by post to the citizen who agreed; the clerk files it.")
        self._finish("hoa", code)
        yield self._post_papers(code)
        yield self._mail_arrived()

    def death_registration(self) -> Sentences:
        """Khai tử: filed for the family, signed by two, post excluded, handed over at an appointment moved once."""
        code = self._start("nam", "khai-tu", cast.DEATH, cast.DEATH["applicant_name"])
        yield _("{name} files a death for the family: {code}.").format(name="Lý Văn Nam", code=code)
        self._complete("bao", code, "check", {"decision": "approve", "comment": "Đủ giấy tờ."})
        self._complete("bao", code, "register", {"decision": "approve"})
        yield _("{name} checks the notice of death, enters it, and signs the extract.").format(name="Lê Quốc Bảo")
        self._complete("duc", code, "approve", {"decision": "approve"})
        yield _("{name} signs it as chairman; it gets its number and date.").format(name="Phạm Hoàng Đức")
        self._complete("hoa", code, "seal", {"signature_checked": True}, organ=True)
        yield _("{name} adds the agency's signature.").format(name="Võ Thị Hoa")
        first, second = self._appointments()
        self._complete("nam", code, "set_appointment", {"appointment": first})
        yield _(
            "The family asked for post: this procedure excludes it, since the register is signed in person."
            " {name} gives an appointment."
        ).format(name="Lý Văn Nam")
        self.stage.wait_for_task("bao", code, "hand_over")
        self.stage.hoso("bao", "dossier", "message", code, "appointment-moved", "--set", f"appointment={second}")
        self._complete("nam", code, "confirm_appointment", {"family_told": True})
        yield _("The family moves the appointment once; {name} confirms the new one.").format(name="Lý Văn Nam")
        handed = {"receiver_name": "Nguyễn Thị Kim Ngân", "receiver_identity": "079070000000", "register_signed": True}
        self._complete("bao", code, "hand_over", handed)
        self._finish("bao", code)
        yield _("{name} hands the extract over at the office, and the register is signed.").format(name="Lê Quốc Bảo")

    def audit(self) -> Sentences:
        """Evidence: exported, verified with the server stopped, and refused when one byte differs."""
        stage = self.stage
        for code in self.dossiers:
            file = stage.folder / "evidence" / f"{code}.asice"
            file.parent.mkdir(exist_ok=True)
            stage.hoso("kiem", "audit", "export", code, "-o", str(file))
            self.evidence.append(file)
            yield _("{name} exports the evidence of {code}: one file.").format(name="Đỗ Minh Kiểm", code=code)
        stage.hoso("kiem", "audit", "verify")
        yield _("{name} recomputes the whole log: it is the one that the server signed.").format(name="Đỗ Minh Kiểm")
        yield self._witnessed()
        stage.stop_server()
        yield _("The server is stopped. What follows needs only the files.")
        for file in self.evidence:
            verdict = self._verify(file, 0)
            yield f"{file.name}: {verdict}"
        yield self._tampered()

    def _witnessed(self) -> str:
        assert self.stage.witness is not None
        named = ("--witness", str(self.stage.witness.key_file))
        listed = self.stage.json("kiem", "audit", "checkpoints", *named)["items"]
        cosigned = [item for item in listed if any(each["verified"] for each in item["witnesses"])]
        if not cosigned:
            raise StageError(_("the witness cosigned no published checkpoint"))
        return _(
            "{count} checkpoints are published; the witness, whose key the auditor has, cosigned {cosigned} of them."
        ).format(count=len(listed), cosigned=len(cosigned))

    def _authority(self) -> DemoAuthority:
        now = datetime.now(UTC)
        authority = DemoAuthority.create(at=now - timedelta(days=1))
        trust = self.stage.folder / "trust"
        trust.mkdir()
        files = {"root.pem": authority.roots_pem(), "issuing.pem": authority.chain_pem()}
        files |= {f"crl-{n}.crl": crl for n, crl in enumerate(authority.crls(now - timedelta(minutes=5)), start=1)}
        for name, content in files.items():
            (trust / name).write_bytes(content)
        self.stage.console("trust", "add", *(str(trust / name) for name in files))
        validity = {"not_before": now - timedelta(hours=1), "not_after": now + timedelta(days=365)}
        self.stage.stamp_by(LocalStamps.create(authority, clock=clock.now, **validity).answer)
        return authority

    def _appoint(self, player: Player, authority: DemoAuthority) -> None:
        roles = [word for role in player.roles for word in ("--role", role)]
        particulars = ("--name", player.name, "--position", player.position, "--unit", player.unit, *roles)
        signed = ("--token", "--key", str(self._key(cast.ADMINISTRATOR.id)), "--yes")
        added = self.stage.json(cast.ADMINISTRATOR.id, "officer", "add", player.id, *particulars, *signed)
        self._sign_in(player, added["token"], authority)
        self._bind(player.id, self.stage.home(player.id) / "certificate.pem")
        if not cast.SIGNERS.isdisjoint(player.roles):
            picture = self.stage.home(player.id) / "signature.png"
            picture.write_bytes(signature_picture(player.name))
            self.stage.hoso(player.id, "officer", "signature-image", player.id, str(picture))

    def _seal_picture(self) -> None:
        picture = self.stage.folder / "seal.png"
        picture.write_bytes(seal_picture(cast.AGENCY_NAME))
        self.stage.hoso(cast.ADMINISTRATOR.id, "unit", "seal", str(picture), "--diameter", str(SEAL_MM))

    def _sign_in(self, player: Player, token: str, authority: DemoAuthority) -> None:
        home = self.stage.home(player.id)
        home.mkdir(parents=True)
        pin = f"{secrets.randbelow(10**6):06d}"
        _issue(authority, player.name, f"{player.id}@benthanh.example", pin, home / "key.p12")
        person = Person(id=player.id, name=player.name, token=token, pin=pin, key=home / "key.p12")
        self.stage.people[player.id] = person
        log_key = str(self.stage.data / "log.vkey")
        login = ("login", "--server", self.stage.url, "--token", "-", "--log-key", log_key)
        self.stage.hoso(player.id, *login, given=token + "\n")
        kept = home / "profiles" / "default" / "token"  # the first one has ended: this is the device's own
        self.stage.people[player.id] = replace(person, token=kept.read_text("ascii").strip())
        self.stage.hoso(player.id, "profile", "set", "--key", str(person.key))

    def _bind(self, officer: str, certificate: Path, *kind: str) -> None:
        key = str(self._key(cast.ADMINISTRATOR.id))
        self.stage.hoso(
            cast.ADMINISTRATOR.id,
            *("certificate", "bind", officer, "--certificate", str(certificate), "--key", key, "--yes", *kind),
        )

    def _organ_key(self, authority: DemoAuthority) -> None:
        clerk = self.stage.people["hoa"]
        clerk.organ_key = self.stage.home("hoa") / "organ.p12"
        _issue(authority, cast.AGENCY_NAME, cast.AGENCY_EMAIL, clerk.pin, clerk.organ_key)
        self._bind("hoa", clerk.organ_key.with_name("organ.pem"), "--organ")
        self.stage.hoso("hoa", "profile", "set", "--organ-key", str(clerk.organ_key))

    def _key(self, person: str) -> Path:
        return self.stage.people[person].key

    def _start(self, person: str, process: str, data: Mapping[str, Any], applicant: str) -> str:
        file = self._file(person, f"{process}.json", data)
        told = ("--title", str(data["title"]), "--applicant", applicant, "--data", str(file))
        begun = self.stage.json(person, "dossier", "start", process, *told)
        self.dossiers.append(begun["code"])
        return str(begun["code"])

    def _complete(self, person: str, code: str, element: str, data: Mapping[str, Any], *, organ: bool = False) -> None:
        """Claim the task once it is there, and complete it with the officer's own key, where one is wanted."""
        task = self.stage.wait_for_task(person, code, element)
        self.stage.hoso(person, "task", "claim", task)
        known = self.stage.people[person]
        key = known.organ_key if organ else known.key
        keyed = ("--key", str(key))
        file = self._file(person, f"{element}.json", data)
        self.stage.hoso(person, "task", "complete", task, "--data", str(file), *keyed, "--yes")

    def _file(self, person: str, name: str, data: Mapping[str, Any]) -> Path:
        file = self.stage.home(person) / name
        file.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return file

    def _reviewed(self, code: str) -> Sentences:
        self._complete("minh", code, "initial", {"decision": "approve"})
        self._complete("hoa", code, "format_check", {"decision": "approve"})
        yield _("{head} initials it, {clerk} finds its form right.").format(head="Trần Quang Minh", clerk="Võ Thị Hoa")

    def _wrong_key(self, code: str) -> str:
        """The leader signs with somebody else's key, and is refused."""
        task = self.stage.wait_for_task("hang", code, "approve")
        self.stage.hoso("hang", "task", "claim", task)
        borrowed = self.stage.people["minh"]
        attempt = ("task", "complete", task, "--decision", "approve", "--key", str(borrowed.key), "--yes")
        pin_file = self.stage.home("hang") / "borrowed-pin"
        pin_file.write_text(borrowed.pin + "\n", "utf-8")
        told = self.stage.hoso("hang", *attempt, "--pin-file", str(pin_file), expected=5)
        pin_file.unlink()
        sentence = _(
            "{name} tries to sign with {other}'s key, and is refused; the refusal stands in the trail:"
        ).format(name="Trần Thị Thu Hằng", other="Trần Quang Minh")
        return f"{sentence}\n{told.strip().splitlines()[-1]}"

    def _finish(self, person: str, code: str) -> None:
        dossier = self.stage.wait_until_finished(person, code)
        for document in dossier["documents"]:
            file = self.stage.folder / "results" / f"{code}-{document['name']}"
            file.parent.mkdir(exist_ok=True)
            self.stage.hoso(person, "document", "get", document["sha256"], "-o", str(file))
            self.pdfs.append(file)

    def _post_papers(self, code: str) -> str:
        listed = self.stage.json("hoa", "dispatch", "list")["items"]
        parcel = next(item for item in listed if item["dossier"] == code and item["channel"] == "post")
        post = self.stage.folder / "post"
        post.mkdir()
        label = post / f"{parcel['id']}.pdf"
        self.stage.hoso("hoa", "dispatch", "label", parcel["id"], "-o", str(label))
        self.stage.hoso("hoa", "dispatch", "manifest", "-o", str(self.manifest))
        self.labels.append(label)
        return _("The parcel {parcel} has its address label and its line in the day's manifest.").format(
            parcel=parcel["id"]
        )

    @property
    def manifest(self) -> Path:
        """The day's manifest of parcels."""
        return self.stage.folder / "post" / "manifest.csv"

    def _mail_arrived(self) -> str:
        received = self.stage.mail.received()
        different = len({message_id(file) for file in received})
        if different != 1:
            raise StageError(f"expected one mail, found {different}")
        return _("The mail server has received {file}, with the PDF attached.").format(file=received[0].name)

    def _appointments(self) -> tuple[str, str]:
        day = datetime.now(UTC).replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(days=3)
        return f"{day:%Y-%m-%dT%H:%M:%SZ}", f"{day + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"

    def _verify(self, file: Path, expected: int) -> str:
        trust = self.stage.folder / "trust" / "root.pem"
        log_key = self.stage.data / "log.vkey"
        admin = self.stage.home(cast.ADMINISTRATOR.id) / "certificate.pem"
        pinned = ("--root", str(trust), "--log-key", str(log_key), "--admin", str(admin))
        told = self.stage.hoso("kiem", "verify", str(file), *pinned, expected=expected)
        return told.strip().splitlines()[-1]

    def _tampered(self) -> str:
        original = self.evidence[0].read_bytes()
        at = len(original) // 2
        changed = self.stage.folder / "evidence" / "one-byte-changed.asice"
        changed.write_bytes(original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :])
        told = self._verify(changed, 5)
        return _("One bit of byte {at} is flipped: {told}").format(at=at, told=told)


def _issue(authority: DemoAuthority, name: str, email: str, pin: str, file: Path) -> None:
    """Write a key file, readable by its owner alone, and the certificate beside it."""
    now = datetime.now(UTC)
    packed = authority.issue(
        name, email, pin=pin, not_before=now - timedelta(days=1), not_after=now + timedelta(days=365)
    )
    file.touch(mode=0o600)
    file.write_bytes(packed)
    certificate = pkcs12.load_key_and_certificates(packed, pin.encode())[1]
    assert certificate is not None
    name_of = "certificate.pem" if file.name == "key.p12" else file.with_suffix(".pem").name
    file.with_name(name_of).write_bytes(certificate.public_bytes(Encoding.PEM))

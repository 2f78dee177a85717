"""A caller of the real server, in this process."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from adapters.application.submission import Submission
from tests.adapters.application.world import World, act_of, record_of, sign
from tests.pki import Person, known


@dataclass
class Caller:
    """The server over a world; each call is by an officer, with their token."""

    world: World
    client: TestClient

    def get(self, who: str, path: str, **query: Any) -> Response:
        return self.client.get(f"/v1{path}", headers=self.headers(who), params=query or None)

    def post(self, who: str, path: str, body: Any = None, key: str | None = None, **query: Any) -> Response:
        headers = {**self.headers(who), **({"Idempotency-Key": key} if key else {})}
        return self.client.post(f"/v1{path}", headers=headers, json=body, params=query or None)

    def deploy(self, files: Mapping[str, bytes], **more: Any) -> Response:
        """Deploy as two people do: tuan signs, an approves; gives the last answer."""
        sent = {"files": {path: base64.b64encode(content).decode() for path, content in files.items()}, **more}
        answer = self.act("tuan", "/processes", sent)
        return self.approve("an", answer.json()["proposal"]["id"]) if answer.status_code == 202 else answer

    def act(self, who: str, path: str, body: dict[str, Any], key: Person | None = None, **query: Any) -> Response:
        """Ask for an act; where it is answered with a statement, sign that and send it."""
        return self.sign(who, self.post(who, path, body, **query), key)

    def sign(self, who: str, answer: Response, key: Person | None = None) -> Response:
        """Sign the statement that the answer offers, and do the act; an answer that offers none stays."""
        told = answer.json().get("statement", answer.json())
        if not answer.is_success or "nonce" not in told:
            return answer
        return self.post(who, "/acts", encoded(sign(told["id"], act_of(told), key or known(who))))

    def approve(self, who: str, id: str, key: Person | None = None) -> Response:
        """Approve a proposal by a signed act."""
        shown = self.get(who, f"/proposals/{id}").json()
        named = {"proposal": shown.get("digest"), "act": shown.get("act"), "subject": shown.get("subject")}
        return self.act(who, "/statements", {"act": "proposal-approved", "subject": id, "body": named}, key)

    def raw(self, who: str, path: str, body: bytes, method: str = "POST") -> Response:
        """Send these very bytes as JSON."""
        headers = {**self.headers(who), "Content-Type": "application/json"}
        return self.client.request(method, f"/v1{path}", headers=headers, content=body)

    def headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.world.tokens[who]}"}

    def signed(self, offered: Mapping[str, Any], key: Person) -> dict[str, str]:
        """The body that completes a statement."""
        return encoded(sign(offered["id"], record_of(offered), key))


def encoded(sent: Submission) -> dict[str, str]:
    parts = {"record": sent.record, "manifest": sent.manifest, "signature": sent.signature}
    return {"statement": sent.statement, **{name: base64.b64encode(part).decode() for name, part in parts.items()}}


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """The problem document that the response must be (RFC 9457)."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json"), (
        response.text
    )
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"], body["title"], body["type"]) == (status, code, code, "about:blank"), body
    assert body["detail"]
    return body

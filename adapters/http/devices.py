"""Devices: bind, renew, sign out, list, revoke; what was done on one; certificates that were suspended with one."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from adapters.application import devices, lost, reinstating
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.interventions import Reason
from adapters.http.models import Id, Model, Sha256
from adapters.http.organisation import told
from adapters.http.sign_in import DeviceName

router = APIRouter()
Body = dict[str, Any]
Index = Annotated[str, Query(pattern=r"^[0-9]{1,15}$", alias="cursor")]


class NewName(Model):
    """What its officer calls the device."""

    name: DeviceName


class Revocation(Model):
    """Why, and since when the device is lost."""

    reason: Reason
    since: AwareDatetime | None = None


class Reinstatement(Model):
    """Why; `sign`: answer with the statement to sign."""

    reason: Reason
    sign: bool = False


@router.post("/devices/bind", status_code=201, dependencies=[may("keep their own device")])
def bind(app: App, caller: Caller, once: Once, new: NewName, request: Request, response: Response) -> Body:
    """Bind the token's device: a new token, in place of the one that asks."""
    return told(devices.bind(app, caller, once, new.name, request.state.token), response)


@router.post("/devices/renew", status_code=201, dependencies=[may("keep their own device")])
def renew(app: App, caller: Caller, once: Once, request: Request, response: Response) -> Body:
    """A new token for a bound device, in place of the one that asks."""
    return told(devices.renew(app, caller, once, request.state.token), response)


@router.post("/sign-out", dependencies=[may("keep their own device")])
def sign_out(app: App, caller: Caller, once: Once, response: Response) -> Body:
    """End the tokens of the caller's device."""
    return told(devices.sign_out(app, caller, once), response)


@router.get("/devices", dependencies=[may("see devices")])
def list_devices(
    app: App,
    caller: Caller,
    officer: Annotated[Id | None, Query()] = None,
    cursor: After = "",
    limit: Limit = 50,
) -> Body:
    """A page of the caller's devices, or (administrators, auditors) of an officer's."""
    return dict(devices.listed(app, caller, officer or caller.id, cursor, limit).body_or_raise())


@router.post("/devices/{id}/revoke", dependencies=[may("revoke devices")])
def revoke(app: App, caller: Caller, once: Once, id: str, lost_: Revocation, response: Response) -> Body:
    """End a device; the certificates that may lie on it are suspended."""
    return told(lost.revoke(app, caller, once, id, lost_.reason, lost_.since), response)


@router.get("/devices/{id}/acts", dependencies=[may("see devices")])
def acts(
    app: App,
    caller: Caller,
    id: str,
    since: Annotated[AwareDatetime | None, Query()] = None,
    cursor: Index = "",
    limit: Limit = 50,
) -> Body:
    """A page of what was done on a device since a time, the latest first."""
    when: datetime | None = since
    return dict(devices.acts(app, caller, id, when, int(cursor) if cursor else None, limit).body_or_raise())


@router.post("/certificates/{fingerprint}/reinstate", dependencies=[may("reinstate certificates")])
def reinstate(
    app: App, caller: Caller, once: Once, fingerprint: Sha256, why: Reinstatement, response: Response
) -> Body:
    """Let a suspended certificate sign again (an administrator who is not its officer): with `sign`, the answer (201)
    is the statement to sign, else it is refused; 202: the same waits to be approved already.
    """
    return told(reinstating.reinstate(app, caller, once, fingerprint, why.reason, sign=why.sign), response)

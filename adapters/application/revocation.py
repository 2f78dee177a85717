"""Keep revocation data current for all whose certificates are bound: verification itself asks nobody."""

import threading
from collections.abc import Sequence

import structlog

from adapters.application.application import Application
from adapters.database import people
from adapters.revocation.refresh import Fetched
from signing.certificates import load_certificates

LOOK = 600.0  # seconds between looks; what is current for long is not asked for again
log = structlog.get_logger()


def refresh_all(app: Application) -> Sequence[Fetched]:
    """Fetch what is due for every bound certificate and its authorities; gives what came of each address."""
    if app.fetch_revocation is None:
        return ()
    with app.store.read() as tx:
        bound = people.signing_certificates(tx)
    signers = [load_certificates(item)[0] for item in bound]
    return app.fetch_revocation(app.trust(), signers, app.clock())


def refresh_until(app: Application, stop: threading.Event) -> None:
    """Look again and again until told to stop; what fails is logged and tried at the next look."""
    while not stop.is_set():
        try:
            for found in refresh_all(app):
                if found.state == "failed":
                    log.warning("revocation data not fetched", address=found.address, reason=found.reason)
                elif found.state == "new":
                    log.info("revocation data fetched", address=found.address, until=str(found.until))
        except Exception:  # the next look may do better
            log.exception("revocation data not refreshed")
        stop.wait(LOOK)

"""How the agency's mail presents itself is settled at start: a wrong setting is one line that names it."""

from dataclasses import asdict
from pathlib import Path

import pytest

from adapters import clock, wiring
from adapters.application.application import Agency
from adapters.console.demo.authority import DemoAuthority
from adapters.dispatch.email.errors import MailSettingError
from adapters.settings import SettingError, Settings, read_settings


def settings(folder: Path, **variables: str) -> Settings:
    found = read_settings(folder, variables)
    wiring.write_agency(found, Agency(identifier="H29.5", name="UBND", email="vanthu@benthanh.example"))
    return found


def test_what_is_not_set_is_the_agencys_own_address(tmp_path: Path) -> None:
    """No box for bounces, no address for answers, no signature."""
    found = wiring.read_sender(settings(tmp_path))
    assert asdict(found) == {"return_path": None, "reply_to": None, "smime": None}


def test_addresses_and_key_are_read_from_the_data_directory(tmp_path: Path) -> None:
    """The key's file is relative to it; the password stands in a file of its own."""
    now = clock.now()
    issued = DemoAuthority.create(at=now.replace(year=now.year - 1)).issue(
        "Văn thư", "vanthu@benthanh.example", pin="secret", not_before=now, not_after=now.replace(year=now.year + 1)
    )
    for name, content in {"mail.p12": issued, "password": b"secret\n"}.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    given = {"HOSO_SMTP_RETURN_PATH": "bounces@benthanh.example", "HOSO_SMTP_REPLY_TO": "hoi-dap@benthanh.example"}
    key = {"HOSO_SMIME_KEY": "mail.p12", "HOSO_SMIME_PASSWORD_FILE": "password"}
    found = wiring.read_sender(settings(tmp_path, **given, **key))
    assert (str(found.return_path), str(found.reply_to)) == tuple(given.values())
    assert found.smime is not None
    assert "vanthu" in found.smime.certificate.subject.rfc4514_string()
    assert "secret" not in repr(found)
    (tmp_path / "password").write_bytes(b"wrong")
    with pytest.raises(MailSettingError, match=r"^HOSO_SMIME_KEY: .*password is wrong"):
        wiring.read_sender(settings(tmp_path, **key))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOSO_SMTP_RETURN_PATH", "nobody"),
        ("HOSO_SMTP_REPLY_TO", "a@b.vn\nBcc: c@d.vn"),
        ("HOSO_SMIME_KEY", "missing.p12"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    """At start, not with the first mail."""
    with pytest.raises((SettingError, MailSettingError), match=f"^{name}: "):
        wiring.read_sender(settings(tmp_path, **{name: value}))


def test_a_password_file_that_is_missing_is_named(tmp_path: Path) -> None:
    """It is not taken for an empty password."""
    (tmp_path / "mail.p12").write_bytes(b"")
    variables = {"HOSO_SMIME_KEY": "mail.p12", "HOSO_SMIME_PASSWORD_FILE": "missing"}
    with pytest.raises(MailSettingError, match=r"^HOSO_SMIME_PASSWORD_FILE: "):
        wiring.read_sender(settings(tmp_path, **variables))

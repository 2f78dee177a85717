"""Names of keys: a file, or a token's labels by a strict subset of RFC 7512."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keystore.naming import FileName, TokenName, read_name
from signing.errors import SigningError


def test_a_file_is_a_file():
    """Whatever does not begin with the scheme; written differently it is the same file."""
    assert read_name("lan.p12") == FileName(path=Path("lan.p12"))
    assert read_name("./lan.p12").canonical == read_name("lan.p12").canonical == str(Path("lan.p12").resolve())


def test_labels():
    """Percent-encoded UTF-8; id is bytes; the module may be named."""
    name = read_name("pkcs11:token=Ph%E1%BA%A1m%20Lan;object=k%C3%BD;id=%01%aB?module-path=/usr/lib/x.so")
    assert name == TokenName(token="Phạm Lan", object="ký", id=b"\x01\xab", module="/usr/lib/x.so")


@given(
    st.builds(
        TokenName,
        token=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30),
        object=st.none() | st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30),
        id=st.none() | st.binary(min_size=1, max_size=8),
        module=st.sampled_from([None, "/usr/lib/a b?.so"]),
    )
)
def test_a_name_is_read_as_it_was_written(name):
    """Writing and reading give the same name, so that the agent and its client speak of one key."""
    assert read_name(str(name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "pkcs11:",
        "pkcs11:token",
        "pkcs11:token=",
        "pkcs11:token=a;token=b",
        "pkcs11:token=a;model=x",
        "pkcs11:token=a;",
        "pkcs11:token=%zz",
        "pkcs11:token=%2",
        "pkcs11:token=%ff",
        "pkcs11:token=a%00b",
        "pkcs11:token=a%0Ab",
        "pkcs11:token=a;type=public",
        "pkcs11:token=a?pin-value=246810",
        "pkcs11:token=a;pin-value=246810",
        "pkcs11:token=a?pin-source=/tmp/pin",
        "pkcs11:token=a?module-path=/a&module-path=/b",
        "pkcs11:token=" + "a" * 1100,
    ],
)
def test_what_is_not_understood_is_refused(text):
    """Nothing is guessed or passed over, and a PIN written into a name is not repeated."""
    with pytest.raises(SigningError) as found:
        read_name(text)
    assert found.value.code == "key-name"
    assert "246810" not in str(found.value)

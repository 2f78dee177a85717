"""Records and manifests: one record, one sequence of bytes, and nothing else is read."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.canonical import canonical, parse_canonical
from signing.errors import Invalid
from signing.manifest import build_manifest, document_uri, manifest_for, parse_manifest
from signing.record import DocumentReference, SeenCheckpoint, decode, decode_record, parse_time
from tests.signing.records import DOSSIER, act, approval, reference

names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8).filter(
    lambda text: unicodedata.is_normalized("NFC", text)
)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
plain = st.none() | st.booleans() | numbers | st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
documents = st.lists(
    st.builds(
        DocumentReference, name=names, media_type=st.just("application/pdf"), sha256=hashes, size=st.integers(0, 2**40)
    ),
    max_size=3,
    unique_by=lambda item: item.name,
).map(tuple)
records = st.builds(
    approval,
    task=st.integers(0, 99).map(lambda number: f"{DOSSIER}.{number}"),
    element=names,
    process_key=names,
    process_version=st.integers(1, 9),
    bundle_hash=hashes,
    officer=st.sampled_from(["lan", "otto"]),
    capacity=st.sampled_from(["", "TM.", "KT."]),
    delegation=st.none() | names,
    purpose=st.sampled_from(["initial", "approval", "organ"]),
    decision=st.none() | names,
    data=st.dictionaries(names, values, max_size=3),
    documents=documents,
    prior=st.lists(hashes, max_size=3, unique=True).map(lambda items: tuple(sorted(items))),
    nonce=st.text("abc", min_size=16, max_size=20),
    seen_checkpoint=st.none() | st.builds(SeenCheckpoint, size=st.integers(0, 9), root=hashes),
)


def typed(value: Any) -> Any:
    """Tell true from 1, which Python calls equal; 1 and 1.0 are one number in JSON."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [typed(item) for item in value]
    return (isinstance(value, bool), value)


@settings(max_examples=60, deadline=None)
@given(records, records)
def test_encoding_is_injective(one, other):
    """Two records that differ in anything have different bytes, and the bytes give the record back."""
    assert decode(one.encode()) == one
    same = one == other and typed(dict(one.data)) == typed(dict(other.data))
    assert (one.encode() == other.encode()) == same


acts = st.builds(
    act,
    act=st.sampled_from(["certificate-bound", "procedure-adopted", "process-deployed"]),
    subject=names,
    body=st.dictionaries(names, values, max_size=3),
    officer=st.sampled_from(["lan", "otto"]),
    nonce=st.text("abc", min_size=16, max_size=20),
    seen_checkpoint=st.none() | st.builds(SeenCheckpoint, size=st.integers(0, 9), root=hashes),
)


@settings(max_examples=60, deadline=None)
@given(acts, acts, records)
def test_two_acts_never_have_the_same_bytes(one, other, approved):
    """Nor an act and an approval; the bytes give the act back."""
    assert decode_record(one.encode()) == one
    same = one == other and typed(dict(one.body)) == typed(dict(other.body))
    assert (one.encode() == other.encode()) == same
    assert approved.encode() != one.encode()


@settings(max_examples=200, deadline=None)
@given(records | acts, st.data())
def test_what_is_read_is_the_bytes_of_what_was_written(written, data):
    """Any byte changed, put in or taken out: not read, or it is exactly how another record is written."""
    encoded = bytearray(written.encode())
    place = data.draw(st.integers(0, len(encoded) - 1))
    byte = data.draw(st.integers(0, 255))
    change = data.draw(st.sampled_from(["set", "insert", "delete"]))
    encoded[place : place + (change != "insert")] = b"" if change == "delete" else bytes([byte])
    try:
        read = decode_record(bytes(encoded))
    except Invalid:
        return
    assert read.encode() == bytes(encoded)
    assert (read == written) == (bytes(encoded) == written.encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=64) | st.text(max_size=64).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_other_bytes_are_refused(encoded):
    """By Invalid, and no other exception."""
    with pytest.raises(Invalid):
        decode_record(encoded)


@settings(deadline=None)
@given(values)
def test_canonical_json_is_read_back(value):
    """Every JSON value survives, and no other spelling of it is read."""
    encoded = canonical(value)
    assert canonical(parse_canonical(encoded)) == encoded
    spaced = json.dumps(value, indent=1).encode()
    assume(spaced != encoded)
    with pytest.raises(Invalid):
        parse_canonical(spaced)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}', '{"b":1,"a":1}', "1.0", "1e2", "-0", "01", "NaN", "Infinity", "9007199254740993", '"\\u0061"',
        '"\ud800"', "[1, 2]", "", "{", "[" * 5000, "1" * 5000, '{"a":1}\n', "\ufeff1", "9" * 400,
    ],
)  # fmt: skip
def test_loose_json_is_refused(text):
    """Repeated keys, another order, other numbers, surrogates, depth: Invalid, never another exception."""
    with pytest.raises(Invalid):
        parse_canonical(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "changes",
    [
        {"dossier": "../x"},
        {"task": "H29.5-261121-0002.1"},
        {"task": f"{DOSSIER}.x"},
        {"officer": "Lan"},
        {"officer": ""},
        {"purpose": "seal"},
        {"process_version": 0},
        {"process_version": True},
        {"bundle_hash": "A" * 64},
        {"nonce": "short"},
        {"prior": ("b" * 64, "a" * 64)},
        {"prior": ("a" * 64, "a" * 64)},
        {"prior": ["a" * 64]},
        {"data": []},
        {"data": {"x": float("nan")}},
        {"data": {"x": 2**60}},
        {"time": "2026-11-21 08:30:00"},
        {"time": "2026-02-30T00:00:00Z"},
        {"capacity": " TM."},
        {"element": "a\nb"},
        {"element": "e\u0301"},
        {"format": "hoso-approval/2"},
        {"decision": ""},
        {"documents": (reference("a", b""), reference("a", b"x"))},
        {"seen_checkpoint": {"size": 1, "root": "a" * 64}},
    ],
)
def test_a_record_that_is_not_of_its_shape_cannot_be_made(changes):
    """What could not be read back cannot be written either."""
    with pytest.raises(Invalid):
        approval(**changes)


def test_reading_is_strict():
    """A missing field, one too many, another format, an act where an approval is needed: refused."""
    found = json.loads(approval().encode())
    for bad in (
        {key: value for key, value in found.items() if key != "prior"},
        {**found, "more": 1},
        {**found, "format": "hoso-approval/9"},
        {**found, "documents": {}},
        {**found, "documents": [1]},
        {**found, "prior": [1]},
        {**found, "seen_checkpoint": {"size": 1}},
        [],
    ):
        with pytest.raises(Invalid):
            decode_record(canonical(bad))
    with pytest.raises(Invalid):
        decode(act().encode())
    assert decode_record(act().encode()) == act()
    with pytest.raises(Invalid):
        approval(data={"x": "y" * 300_000}).encode()


@pytest.mark.parametrize("name", ["a/b", "..", "", " a", "a\\b", "a\0b", "x" * 121])
def test_document_names_are_plain(name):
    """A document's name is no path."""
    with pytest.raises(Invalid):
        reference(name, b"")


def test_manifests_are_valid_and_read_back():
    """The manifest names signature, record and documents as the pack does, in ASCII, and is read back as it was."""
    manifest = manifest_for(approval())
    parsed = parse_manifest(manifest)
    assert parsed.signature_uri == f"META-INF/signature-{DOSSIER}.3.p7s"
    assert parsed.references[0].uri == f"records/{DOSSIER}.3.json"
    assert parsed.references[2].uri.endswith("-Giay-bao-tu.pdf")
    assert manifest.isascii()
    assert etree.QName(etree.fromstring(manifest)).localname == "ASiCManifest"
    assert document_uri(reference("Đơn đề nghị.pdf", b"")).endswith("-Don-de-nghi.pdf")
    assert document_uri(reference("你好", b"")).endswith("-document")


def test_only_our_own_manifests_are_read():
    """Comments, entities, another order of attributes, namespaces, spaces: refused, and no entity is ever resolved."""
    manifest = manifest_for(approval())
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    for bad in (
        b"",
        b"<a/>",
        bomb,
        manifest + b" ",
        manifest.replace(b"<asic:SigReference", b"<!-- x --><asic:SigReference"),
        manifest.replace(b"xmlenc#sha256", b"xmlenc#sha512"),
        manifest.replace(b"asic:", b"x:"),
        manifest.replace(b'MimeType="application/json"', b"MimeType='application/json'"),
        b"<a>" * 100_000,
    ):
        with pytest.raises(Invalid):
            parse_manifest(bad)
    with pytest.raises(Invalid):
        build_manifest("../../x", b"", ())


def test_times():
    """One spelling of a time only."""
    for bad in ("2026-11-21T08:30:00", "2026-11-21T08:30:00.0Z", "２026-11-21T08:30:00Z", "2026-11-21T24:00:00Z", 5):
        with pytest.raises(Invalid):
            parse_time(bad)

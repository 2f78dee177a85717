"""No byte of a pack can be another, in no entry and nowhere between them: one clear error for each, but for README.txt,
which is remarked.
"""

import base64
import itertools
import random
import struct
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from signing.errors import SigningError
from signing.evidence.archive import MIMETYPE, read_archive, write_archive
from signing.evidence.pack import README
from signing.evidence.report import README_OTHER
from signing.evidence.verify import verify_pack
from signing.reasons import REASONS
from tests.pki import NOW, authority, known
from tests.signing.test_anchored_evidence import INSPECTORATE, NEXT, SEEN
from tests.signing.world import LOG_KEY, SINCE, appointed, told

FOLDERS = {
    *("META-INF", "bundle", "certificates", "crls", "documents", "log", "organisation", "proposals", "records"),
    *("refused", "stamps", "trail"),
}


@pytest.fixture(scope="module")
def pack() -> bytes:
    """One with everything in it: two persons' acts, stamps, a witness, another log key."""
    world = told()
    admin, otto = known("admin"), known("otto")
    world.organise(
        [{"kind": "role-granted", "officer": "otto", "role": "administrator", "unit": "agency", "since": SINCE}],
        admin,
        numbers={0: 76},
    )
    world.organise(appointed("vinh", "lanh-dao"), admin, otto, numbers={2: 77})
    world.stamp()
    world.witnessed(INSPECTORATE)
    world.succeeded(LOG_KEY, NEXT)
    packed = world.pack(key=NEXT, cosigners={INSPECTORATE: SEEN})
    assert verify(packed).remarks == ("witness-unpinned",)
    return packed


def verify(pack: bytes):
    return verify_pack(pack, roots=[authority().root], log_key=LOG_KEY.vkey, at=NOW + timedelta(days=900))


def problem(pack: bytes) -> str | None:
    """What is wrong with the pack: one line with a code that both languages explain; None where it holds."""
    try:
        verify(pack)
    except SigningError as error:
        found = error
    else:
        return None
    assert found.code in REASONS, found.code
    assert found.message
    assert "\n" not in str(found)
    return found.code


def changed(entries: Mapping[str, bytes], name: str, at: int, bits: int = 1) -> bytes:
    content = bytearray(entries[name])
    content[at] ^= bits
    return write_archive({**entries, name: bytes(content)})


def test_the_pack_has_everything(pack):
    """What is tested here is a pack with every kind of entry."""
    assert {name.partition("/")[0] for name in read_archive(pack)} == FOLDERS | {MIMETYPE, README}


def test_one_byte_of_every_entry(pack):
    """Somewhere in it; the README alone changes no verdict."""
    entries, dice = read_archive(pack), random.Random(17)
    held = {
        name
        for name, content in entries.items()
        if problem(changed(entries, name, dice.randrange(len(content)), 1 << dice.randrange(8))) is None
    }
    assert held == {README}
    assert README_OTHER in verify(changed(entries, README, 7)).remarks


def one_of_each_kind(entries: Mapping[str, bytes]) -> list[str]:
    """A name for each folder and ending."""
    return list({(name.partition("/")[0], name.rpartition(".")[2]): name for name in entries}.values())


@pytest.mark.nightly
def test_every_byte_of_every_kind_of_entry(pack):
    """Every byte of one entry of each kind, the zip's own made to fit each time."""
    entries = read_archive(pack)
    held = {
        (name, at)
        for name in one_of_each_kind(entries)
        if name != README
        for at in range(len(entries[name]))
        if problem(changed(entries, name, at)) is None
    }
    assert held == set()


def test_entries_added_removed_renamed_exchanged(pack):
    """An entry more or less, one under another name, two that changed places, one that is empty or longer."""
    entries = read_archive(pack)
    names = one_of_each_kind(entries)
    for name in names:
        content = entries[name]
        rest = {other: each for other, each in entries.items() if other != name}
        others = [{**entries, f"{name}.bak": content}]
        others += [rest, {**rest, f"{name}.bak": content}] if name != MIMETYPE else []
        if name != README:
            others += [{**entries, name: other} for other in (b"", content + b"\n", b" " + content)]
        for other in others:
            assert problem(write_archive(other)), name
    for one, two in itertools.pairwise(name for name in names if name != README):
        assert problem(write_archive({**entries, one: entries[two], two: entries[one]})), (one, two)


class Zip:
    """A pack's zip in parts: local entries and lines of the directory, each as it lies there."""

    def __init__(self, pack: bytes) -> None:
        count, size, start = struct.unpack("<HII", pack[-12:-2])
        self.locals, self.lines = [], []
        directory = pack[start : start + size]
        while directory:
            name, extra, comment = struct.unpack("<HHH", directory[28:34])
            length = 46 + name + extra + comment
            self.lines.append(directory[:length])
            directory = directory[length:]
        offsets = [*(struct.unpack("<I", line[42:46])[0] for line in self.lines), start]
        self.locals = [pack[one:two] for one, two in itertools.pairwise(offsets)]
        assert (len(self.lines), self.write()) == (count, pack)

    def write(
        self, order: list[int] | None = None, comment: bytes = b"", gap: bytes = b"", shuffled: bool = False
    ) -> bytes:
        """Put together again, in another order, with a comment at the end, with bytes before the directory."""
        order = order or list(range(len(self.lines)))
        body, lines = b"", {}
        for at in order:
            lines[at] = self.lines[at][:42] + struct.pack("<I", len(body)) + self.lines[at][46:]
            body += self.locals[at]
        directory = b"".join(lines[at] for at in (sorted(order) if shuffled else order))
        body += gap
        end = struct.pack(
            "<IHHHHIIH", 0x06054B50, 0, 0, len(order), len(order), len(directory), len(body), len(comment)
        )
        return body + directory + end + comment


def test_the_zip_around_the_entries(pack):
    """Another order of entries or of the directory, comments, gaps, bytes before or after, entries twice."""
    parts = Zip(pack)
    count = len(parts.lines)
    turned = [*range(count - 2), count - 1, count - 2]
    for other in (
        parts.write(turned),
        parts.write(turned, shuffled=True),
        parts.write([*range(1, count), 0]),
        parts.write([*range(count), 1]),
        parts.write(comment=b"checked"),
        parts.write(gap=b"\0"),
        b"\0" + pack,
        pack + b"\0",
        pack[:-1],
        pack + pack,
    ):
        assert problem(other) == "pack-malformed"


def headers(pack: bytes) -> list[range]:
    """Where the zip's own bytes lie: before each entry, and the directory with its end."""
    start = struct.unpack("<I", pack[-6:-2])[0]
    found, at = [], 0
    while at < start:
        size, name, extra = struct.unpack("<IHH", pack[at + 22 : at + 30])
        found.append(range(at, at + 30 + name + extra))
        at += 30 + name + extra + size
    return [*found, range(start, len(pack))]


def unnoticed(pack: bytes, positions: Iterator[int]) -> list[int]:
    damaged, found = bytearray(pack), []
    for at in positions:
        damaged[at] ^= 1
        if problem(bytes(damaged)) is None:
            found.append(at)
        damaged[at] ^= 1
    return found


def test_one_byte_of_the_zip(pack):
    """Versions, flags, methods, times, sums, sizes, names, offsets: in one entry, the directory, the end."""
    places = headers(pack)
    *_, end = places
    lines = Zip(pack).lines
    last = range(end.start, end.start + len(lines[0]))
    chosen = (places[len(places) // 2], last, range(len(pack) - 22, len(pack)))
    assert unnoticed(pack, (at for place in chosen for at in place)) == []


@pytest.mark.nightly
def test_every_byte_of_the_zip(pack):
    """The same for every header and the whole directory."""
    assert unnoticed(pack, (at for place in headers(pack) for at in place)) == []


def test_other_spellings(pack):
    """Salts, proofs, notes and statements have one spelling: no other base64, line, case, space, order or number."""
    entries = read_archive(pack)
    [statement] = [name for name in entries if name.startswith("log/")]
    proof, salt = "trail/00000003.tlog-proof", "trail/00000003.salt"
    text = entries[proof].decode()
    spelled = {
        proof: [*_spellings(text), text.replace("index 3", "index 03"), text.replace("\nindex", "\nextra AAAA\nindex")],
        statement: _spellings(entries[statement].decode()),
        salt: [entries[salt].decode().upper(), entries[salt].decode() + "\n"],
    }
    for name, others in spelled.items():
        for other in others:
            assert other.encode() != entries[name]
            assert problem(write_archive({**entries, name: other.encode()})), (name, other)
    proofs = {name: content.decode() for name, content in entries.items() if name.endswith(".tlog-proof")}
    note = text.partition("\n\n")[2]
    for other in _spellings(note):  # in all of them at once, so that the pack has one checkpoint still
        again = {name: content.replace(note, other).encode() for name, content in proofs.items()}
        assert problem(write_archive({**entries, **again})), other


def _spellings(text: str) -> Iterator[str]:
    """Other texts that a lenient reader would take for the same."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        yield "\n".join([*lines[:at], "", *lines[at:]])
        yield "\n".join([*lines[:at], line + " ", *lines[at + 1 :]])
        yield "\n".join([*lines[:at], line + "\r", *lines[at + 1 :]])
        head, _, last = line.rpartition(" ")
        if len(last) >= 40 and len(last) % 4 == 0:
            before = f"{head} " if head else ""
            for other in _same_base64(last):
                yield "\n".join([*lines[:at], before + other, *lines[at + 1 :]])
    yield text + lines[-2] + "\n"
    yield text.rstrip("\n")
    yield "\ufeff" + text


def _same_base64(text: str) -> Iterator[str]:
    """Other spellings of the same bytes: without padding, for URLs, with unused bits set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body, padding = text.rstrip("="), text[len(text.rstrip("=")) :]
    if padding:
        yield body
        other = body[:-1] + alphabet[alphabet.index(body[-1]) ^ 1] + padding
        assert base64.b64decode(other) == base64.b64decode(text)
        yield other
    if {*"+/"} & {*text}:
        yield text.replace("+", "-").replace("/", "_")

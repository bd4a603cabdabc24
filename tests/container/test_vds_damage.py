"""Damage of every simple kind is seen, and named as damage."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from vdsc.container import MAGIC, looks_like_vds, weigh
from vdsc.container.record import CRC_BYTES
from vdsc.container.varint import get
from vdsc.errors import CorruptFile, LimitExceeded, TruncatedFile

Forge = Callable[..., bytes]

NAMES = ("minimal", "lossy", "video", "ticks", "floats", "skips", "alone")


def split(raw: bytes) -> list[bytes]:
    """The prelude and the records, each with its crc."""
    return [raw[:9], *_records(raw, 9)]


def _records(raw: bytes, at: int) -> Iterator[bytes]:
    while at < len(raw):
        length, body = get(raw, at + 1)
        end = body + length + CRC_BYTES
        yield raw[at:end]
        at = end


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix(name: str, files: dict[str, bytes]) -> None:
    """A file that was cut anywhere is truncated."""
    raw = files[name]
    for end in range(len(raw)):
        with pytest.raises(TruncatedFile):
            weigh(io.BytesIO(raw[:end]))


@pytest.mark.parametrize("name", NAMES)
def test_every_bit(name: str, files: dict[str, bytes]) -> None:
    """A file with any one bit flipped is corrupt, or claims a record above the limit."""
    for bit in range(8 * len(files[name])):
        raw = bytearray(files[name])
        raw[bit // 8] ^= 1 << bit % 8
        with pytest.raises((CorruptFile, LimitExceeded)):
            weigh(io.BytesIO(bytes(raw)))


@pytest.mark.parametrize("name", NAMES)
def test_every_byte(name: str, files: dict[str, bytes]) -> None:
    """A file with a byte lost, doubled, cleared or put in is corrupt."""
    raw = files[name]
    for at in range(len(raw)):
        cleared = [raw[:at] + b"\0" + raw[at + 1 :]] if raw[at] else []
        for bad in (raw[:at] + raw[at + 1 :], raw[:at] + raw[at : at + 1] + raw[at:], *cleared):
            with pytest.raises((CorruptFile, LimitExceeded)):
                weigh(io.BytesIO(bad))


def test_records_out_of_order(files: dict[str, bytes]) -> None:
    """Chunks that were swapped, dropped, repeated or taken from another file are seen."""
    prelude, head, one, two = split(files["video"])
    other = split(files["lossy"])[2]
    wrong = ([two, one], [one], [two], [one, one], [two, two], [one, one, two], [one, other])
    for chunks in wrong:
        with pytest.raises(CorruptFile):
            weigh(io.BytesIO(b"".join([prelude, head, *chunks])))


def test_every_record_matters(files: dict[str, bytes]) -> None:
    """No record can be dropped or repeated, not even one that may be skipped."""
    for raw in files.values():
        parts = split(raw)
        for at in range(1, len(parts)):
            for bad in (parts[:at] + parts[at + 1 :], parts[: at + 1] + parts[at:]):
                with pytest.raises(CorruptFile):
                    weigh(io.BytesIO(b"".join(bad)))


@pytest.mark.parametrize("tail", [b"\0", b"\n", b"n\0", MAGIC])
def test_nothing_follows(tail: bytes, files: dict[str, bytes]) -> None:
    """No bytes may follow the last chunk, not even a whole other file."""
    for raw in files.values():
        for bad in (raw + tail, raw + raw):
            with pytest.raises(CorruptFile, match="follow the last chunk"):
                weigh(io.BytesIO(bad))


def test_no_note_after_the_last_chunk(forge: Forge, files: dict[str, bytes]) -> None:
    """A record after the last chunk is refused, even one with a right checksum."""
    raw = forge((b"H", files["minimal"][11:22]), (b"C", b""), (b"n", b""))
    with pytest.raises(CorruptFile, match="follow"):
        weigh(io.BytesIO(raw))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\n", b"\n"),
        (b"\n", b"\r\n"),
        (b"\r\n", b"\r"),
        (b"\x89", b"\xc2\x89"),
        (b"\x89", b"\t"),
    ],
)
def test_text_mode(old: bytes, new: bytes, files: dict[str, bytes]) -> None:
    """A file that was copied as text is told so."""
    bad = files["video"].replace(old, new)
    assert not looks_like_vds(bad)
    with pytest.raises(CorruptFile, match="binary mode"):
        weigh(io.BytesIO(bad))


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"time,x\n0,1\n"])
def test_other_files(raw: bytes) -> None:
    """A file of another format is told so."""
    with pytest.raises(CorruptFile, match=r"not a \.vds file"):
        weigh(io.BytesIO(raw))

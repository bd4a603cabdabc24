"""Forged files with right checksums, read under a hard limit: `python -m tests.container.hostile`.

The address space may grow by the memory limit and 100 MB; one allocation beyond that ends the run.
Prints how many files were read, and how many refused, by the class of the error.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import msgpack

from vdsc.container import MAGIC, weigh
from vdsc.container.varint import put
from vdsc.errors import VdscError

COUNT, MEMLIMIT, SLACK = 1000, 256 << 20, 100_000_000
PRELUDE = MAGIC + b"\x10"


class Endless(io.BytesIO):
    """A stream that goes on with zeros for ever, as a file with holes or a pipe may."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return `size` bytes, whatever is left."""
        assert size is not None
        return super().read(size).ljust(size, b"\0")


def file_of(*records: tuple[bytes, bytes]) -> bytes:
    """A file of any records, with right checksums."""
    parts, crc = [PRELUDE], zlib.crc32(PRELUDE)
    for kind, body in records:
        start = kind + put(len(body))
        crc = zlib.crc32(body, zlib.crc32(start, crc))
        parts += [start, body, crc.to_bytes(4, "little")]
    return b"".join(parts)


@cache
def planes(frames: int, count: int, byte: int) -> bytes:
    """Deflate `count` planes of so many frames less one, all of one byte."""
    coder = zlib.compressobj(1, zlib.DEFLATED, -15)
    left, parts = count * (frames - 1), []
    while left:
        size = min(left, 1 << 20)
        parts.append(coder.compress(bytes([byte]) * size))
        left -= size
    return b"".join(parts) + coder.flush()


def size(rng: Random, top: int) -> int:
    """A number from 0 to 2**top, all orders of magnitude alike, often at their edges."""
    return max((1 << rng.randint(0, top)) + rng.choice((-1, 0, 1, rng.randint(0, 99))), 0)


def shaped(rng: Random) -> io.BytesIO:
    """Shapes, types, rates and numbers of chunks out of all proportion."""
    head = {
        0: rng.choice(("raw", "vdsde", "lossless")),
        1: [size(rng, rng.choice((3, 20, 63))) for _ in range(rng.randint(0, 9))],
        2: rng.randint(1, 22),
        3: size(rng, 62) if rng.random() < 0.8 else [size(rng, 62), size(rng, 62)],
        6: size(rng, 63),
    }
    head = {key: value for key, value in head.items() if rng.random() < 0.95}
    return io.BytesIO(file_of((b"H", msgpack.packb(head)), (b"C", b"x"), (b"z", b""), (b"C", b"")))


def timed(rng: Random) -> io.BytesIO:
    """Many frame times in few bytes, as many as the frames or not."""
    frames = rng.choice((1, 2, 1000, 1 << 20, 1 << 24, 1 << 25, 1 << 27, (1 << 27) + 1))
    real = rng.choice((frames, frames, 2, 1 << 20, 1 << 23))
    deflated = planes(real, rng.randint(1, 3) if real < 1 << 22 else 1, rng.randint(0, 1))
    body = put(rng.choice((0, 1, 1000, 1 << 53))) + put(size(rng, 63)) + deflated
    head = msgpack.packb({0: "raw", 1: [frames]})
    return io.BytesIO(file_of((b"H", head), (b"T", body), (b"C", b"")))


def long(rng: Random) -> io.BytesIO:
    """Records that claim a length and have it, from a stream without end."""
    head = msgpack.packb({0: "raw", 1: [5], 3: 1, 6: 2})
    kind = rng.choice((b"C", b"z", b"T"))
    before = () if rng.random() < 0.2 else ((b"H", head),)
    return Endless(file_of(*before) + kind + put(size(rng, 63)))


def nested(rng: Random) -> io.BytesIO:
    """HEADs that are small as bytes and large as objects."""
    count = size(rng, 20)
    start = rng.choice((b"\x91", b"\x81\x01", b"\xdd" + count.to_bytes(4, "big"), b"\xdd\0\1\0\0"))
    unit = rng.choice((b"\x90", b"\x80", b"\xc0", b"\x91\xc0", b"\xcb" + b"\1" * 8, b"\x81\0\x90"))
    body = b"\x81" + rng.choice((b"\x01", b"\xa1a")) + start + unit * (count // len(unit))
    return io.BytesIO(file_of((b"H", body[: 1 << 20]), (b"C", b"")))


KINDS: tuple[Callable[[Random], io.BytesIO], ...] = (shaped, timed, long, nested)


def address_space() -> int:
    """Bytes of address space that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def main() -> None:
    """Read all files; an exception that is no VdscError, MemoryError too, ends the program."""
    rng, found = Random(9), Counter[str]()
    made = [planes(frames, 1, byte) for frames in (1 << 20, 1 << 27) for byte in (0, 1)]
    assert all(made)
    limit = address_space() + MEMLIMIT + SLACK
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for number in range(COUNT):
        kind = KINDS[number % len(KINDS)]
        stream = kind(rng)
        try:
            weigh(stream, memlimit=MEMLIMIT)
            found[f"{kind.__name__} read"] += 1
        except VdscError as error:
            found[f"{kind.__name__} {type(error).__name__}"] += 1
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

"""Sample headers and files for the container tests."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from zlib import crc32

import numpy as np
import pytest

from vdsc.container import Header, ModelRef, Writer
from vdsc.container.prelude import PRELUDE
from vdsc.container.record import RecordWriter
from vdsc.core.sequence import Clock, Outline

Samples = dict[str, tuple[Header, list[bytes]]]
Forge = Callable[..., bytes]

OLD_DIGEST = bytes.fromhex("0123456789ab")
DIGEST = bytes.fromhex("0123456789abcdeffedcba9876543210")
F4, F8, U1 = np.dtype("<f4"), np.dtype("<f8"), np.dtype("u1")


def _header(
    codec: str, shape: tuple[int, ...], dtype: np.dtype[np.generic], clock: Clock
) -> Header:
    return Header(codec, None, Outline(shape, dtype, clock), {})


def _times(*seconds: float) -> Clock:
    return Clock(times=np.array(seconds))


@pytest.fixture(scope="session")
def samples() -> Samples:
    """The headers and chunks that docs/format.md shows as hex, by name."""
    lossy = Outline((300, 63), F4, Clock(Fraction(30)))
    video = Outline((250, 64, 64, 3), U1, Clock(Fraction(30000, 1001), 12.5))
    params = {"s": 1000, "c": 64, "q": 5}
    return {
        "minimal": (_header("raw", (1,), F4, Clock(Fraction(1))), [b""]),
        "lossy": (Header("vdsde", ModelRef("motion", OLD_DIGEST), lossy, params), [b"knots"]),
        "video": (
            Header("vdsde-bb", ModelRef("video", OLD_DIGEST), video, {}, chunks=2),
            [b"one", b"two"],
        ),
        "model": (Header("vdsde", ModelRef("motion", DIGEST), lossy, params), [b"knots"]),
        "alone": (
            Header("linear", None, Outline((5, 2), F4, Clock(Fraction(30))), {"q": 60}),
            [b"knots"],
        ),
        "ticks": (_header("raw", (5, 2), F8, _times(0, 0.04, 0.08, 0.2, 1.5)), [b"x"]),
        "floats": (_header("raw", (3,), F8, _times(-1, np.pi, 1e300)), [b"x"]),
    }


@pytest.fixture(scope="session")
def files(samples: Samples, forge: Forge) -> dict[str, bytes]:
    """The samples as whole files, and one with records that a reader skips."""
    made = {name: _write(header, chunks) for name, (header, chunks) in samples.items()}
    head = made["minimal"][11:22]
    made["skips"] = forge((b"H", head), (b"n", b"note"), (b"z", b""), (b"C", b"body" * 40))
    return made


def _write(header: Header, chunks: list[bytes]) -> bytes:
    stream = io.BytesIO()
    writer = Writer(stream, header)
    for body in chunks:
        writer.chunk(body)
    writer.close()
    return stream.getvalue()


@pytest.fixture(scope="session")
def forge() -> Forge:
    """A function that makes a file of any records, with right checksums."""

    def make(*records: tuple[bytes, bytes], prelude: bytes = PRELUDE) -> bytes:
        stream = io.BytesIO()
        stream.write(prelude)
        writer = RecordWriter(stream, crc32(prelude))
        for kind, body in records:
            writer.write(kind, body)
        return stream.getvalue()

    return make

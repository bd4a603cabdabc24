"""docs/format.md is true: its vectors are what the code writes and reads."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from tests.format_pages import TEXT as PAGE
from vdsc.container import Header, Reader, limits, varint
from vdsc.container.header import DTYPES
from vdsc.errors import CorruptFile

Samples = dict[str, tuple[Header, list[bytes]]]

VECTORS = dict(re.findall(r"```hex (\w+)\n(.*?)```", PAGE, re.DOTALL))
LISTED = {"ticks", "floats"}


def _bytes(block: str) -> bytes:
    return b"".join(bytes.fromhex(line.split("|")[0]) for line in block.splitlines())


def _plain(header: Header) -> tuple[object, ...]:
    outline, times = header.outline, header.outline.clock.times
    when = (outline.clock.rate, outline.clock.start, None if times is None else times.tobytes())
    what = (header.codec, header.model, header.params, header.chunks)
    return *what, outline.shape, outline.dtype, *when


def test_all_samples_are_on_the_page(samples: Samples) -> None:
    """The page shows each sample and no other file."""
    assert set(VECTORS) == set(samples)


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_are_read(name: str, samples: Samples) -> None:
    """A file on the page holds what the page says."""
    reader = Reader(io.BytesIO(_bytes(VECTORS[name])))
    header, chunks = samples[name]
    assert list(reader.chunks()) == chunks
    assert _plain(reader.header) == _plain(header)


@pytest.mark.parametrize("name", sorted(set(VECTORS) - LISTED))
def test_vectors_are_written(name: str, files: dict[str, bytes]) -> None:
    """The writer makes the files on the page, where the page leaves it no choice."""
    assert files[name] == _bytes(VECTORS[name])


def test_varints() -> None:
    """The table of varints is right."""
    rows = re.findall(r"^\| (\d+) \| `([0-9a-f ]+)` \|$", PAGE, re.MULTILINE)
    assert len(rows) == 5
    for value, raw in rows:
        assert varint.put(int(value)) == bytes.fromhex(raw)


def test_not_varints() -> None:
    """The bytes that the page calls no varints are refused."""
    line = next(line for line in PAGE.splitlines() if line.startswith("Not varints"))
    for raw in re.findall(r"`([0-9a-f ]+)`", line):
        with pytest.raises(CorruptFile):
            varint.get(bytes.fromhex(raw), 0)


def test_dtypes() -> None:
    """The tables of types are the code's, number by number."""
    stated = {}
    for numbers, names in re.findall(
        r"^\| dtype \|(.*)\|\n.*\n\| numpy \|(.*)\|$", PAGE, re.MULTILINE
    ):
        cells = zip(numbers.split("|"), names.split("|"), strict=True)
        stated |= {int(number): np.dtype(name.strip()) for number, name in cells}
    assert stated == dict(enumerate(DTYPES))


def test_limits() -> None:
    """The limits on the page are those that the code enforces."""
    stated = [eval(text.replace("^", "**")) for text in _limits()]
    assert stated == [
        limits.HEAD_BYTES,
        limits.BODY_BYTES,
        limits.DIMENSIONS,
        limits.RAW_BYTES,
        limits.LISTED_TIMES,
        limits.PARAMETERS,
        limits.VARINT_BYTES,
    ]


def _limits() -> list[str]:
    table = PAGE.split("## Limits")[1].split("## ")[0]
    return re.findall(r"\| (\d+(?:\^\d+)?)(?: bytes)? \|$", table, re.MULTILINE)

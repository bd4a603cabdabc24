"""The budget of a file is what another count of its bytes gives, purpose by purpose."""

from __future__ import annotations

import io
from dataclasses import asdict

import numpy as np
import pytest

from vdsc.container import Budget, weigh
from vdsc.container import listed_times as times
from vdsc.container.prelude import prelude

NAMES = {b"H": "header", b"T": "times", b"C": "chunks"}


def counted(raw: bytes) -> dict[str, int]:
    """Walk over the records of a file as docs/format.md has them, and add up their parts."""
    found = dict.fromkeys(asdict(Budget()), 0) | {"header": 9}
    at = 9
    while at < len(raw):
        kind, end = raw[at : at + 1], at + 1
        length = shift = 0
        while True:
            byte = raw[end]
            length |= (byte % 128) << shift
            shift, end = shift + 7, end + 1
            if byte < 128:
                break
        if kind == b"C":
            found["framing"] += end - at
            found["chunks"] += length
        else:
            found[NAMES.get(kind, "skipped")] += end - at + length
        found["checksums"] += 4
        at = end + length + 4
    assert at == len(raw)
    return found


@pytest.mark.parametrize("name", ["minimal", "lossy", "model", "video", "ticks", "floats", "skips"])
def test_every_sample(name, files):
    """Header, times, framing, chunks, checksums and skipped records are counted apart."""
    assert asdict(weigh(io.BytesIO(files[name]))) == counted(files[name])


def test_long_records(forge):
    """Lengths of two and three bytes belong to the framing."""
    head = b"\x83\x00\xa3raw\x01\x91\x05\x06\x02"
    body = times.pack(np.arange(5) ** 1.5)
    raw = forge((b"H", head), (b"T", body), (b"C", bytes(300)), (b"q", bytes(70000)), (b"C", b""))
    budget = weigh(io.BytesIO(raw))
    assert asdict(budget) == counted(raw)
    assert (budget.framing, budget.skipped, budget.chunks) == (3 + 2, 4 + 70000, 300)
    assert budget.overhead == len(raw) - 300


VERSIONS = {"minimal": 0x10, "lossy": 0x10, "model": 0x11, "alone": 0x12}


@pytest.mark.parametrize("name", VERSIONS)
def test_a_file_names_the_oldest_version_that_describes_it(name, files):
    """HEAD's field 7 needs version 1.1, a file of one record 1.2."""
    assert files[name][8] == VERSIONS[name]
    assert files[name].startswith(prelude(VERSIONS[name] - 0x10))

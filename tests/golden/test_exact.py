"""Old lossless files keep giving the same bits, and damaged ones keep failing cleanly."""

from __future__ import annotations

import json
from functools import cache

import pytest

import vdsc
from tests.docs.lossless_page import decoder
from tests.golden.recipes import EXACT, HERE, MIXTURE, RELATED, bits, exactly
from vdsc.errors import CorruptFile, TruncatedFile, VdscError

MODELS = HERE.parents[1] / "models"
every = pytest.mark.parametrize("name", EXACT)


def told(name):
    """What lies beside a golden file."""
    return json.loads((HERE / f"{name}.json").read_text())


@cache
def read_by_page(data):
    """The values of a file, and what the page's decoder met in it."""
    met = set()
    frozen = any(name.encode() in data for name in (MIXTURE, RELATED))
    models = HERE / "models" if frozen else MODELS
    return decoder.decode(data, met=met, models=models), met


def places(size):
    """The first and the last 80 places of a file, and every 11th between."""
    return [at for at in range(size) if at < 80 or size - at <= 80 or at % 11 == 0]


@every
@pytest.mark.parametrize("compiled", ["0", "1"])
def test_every_bit_is_the_one_that_was_written(golden, name, compiled, monkeypatch):
    """Type, shape and bits of the values are those of when the file was made."""
    monkeypatch.setenv("VDSC_COMPILED", compiled)
    assert exactly(golden(name)) == told(name)


@every
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format.md, which shares no code with vdsc, gives these bits."""
    assert bits(read_by_page(golden(name))[0]) == told(name)


@every
def test_every_prefix_is_a_cut_file(golden, name):
    """Cut after any byte of its head or end, or some between, the file is known to be cut."""
    data = golden(name)
    for length in places(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.decompress(data[:length])


@every
def test_flipped_bits_are_noticed(golden, name):
    """A bit flipped in head or end, or in some bytes between, is an explained error."""
    data = golden(name)
    for at in places(len(data)):
        wrong = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        with pytest.raises(VdscError):
            vdsc.info(wrong)
        with pytest.raises(VdscError):
            vdsc.decompress(wrong)


@every
def test_nothing_may_follow(golden, name):
    """A byte more than the file has is no longer the file."""
    with pytest.raises(CorruptFile):
        vdsc.decompress(golden(name) + b"\0")


def test_goldens_cover_the_codes(golden):
    """Among them are all methods, parents in time and on a grid, copies, and alphabets."""
    met = set()
    for name in EXACT:
        met |= read_by_page(golden(name))[1]
    assert {"Decimal", "Binary", "Whole", "Listed", "curved", "related", "grid", "mixed"} <= met
    assert {("kind", 1), ("kind", 2), ("kind", 3), ("film", 8)} <= met
    assert any(fact[0] == "floor" for fact in met if isinstance(fact, tuple))
    assert {"scene", "free", "wall", "mended", ("plan", False, 1)} <= met
    assert {("method", 3), "same", "new", ("film", 0)} <= met
    assert {("recast", 1, 1), ("packed", 4)} <= met

"""Old files keep decoding to the same integers, and damaged ones keep failing cleanly."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from safetensors.numpy import load_file

import vdsc
from tests.docs import page_decoder
from tests.forge import opened
from tests.golden.recipes import EXACT, HERE, RECIPES, add, frames, kept
from vdsc.api import integers
from vdsc.errors import CorruptFile, TruncatedFile, VdscError

FROZEN = HERE / "models" / "frozen"
every = pytest.mark.parametrize("name", RECIPES)


@every
def test_the_integers_are_those_that_were_written(golden, name):
    """Every knot and every cell is read as it was when the file was made."""
    data = golden(name)
    expected = json.loads((HERE / f"{name}.json").read_text())
    assert kept(data) == {key: expected[key] for key in ("knots", "cells")}


@pytest.mark.parametrize("name", sorted(set(RECIPES) - {"irregular"}))
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format.md, which shares no code with vdsc, reads these integers."""
    header, bodies = opened(golden(name))
    model = json.loads((FROZEN / "model.json").read_text())
    tables = {k: v.tolist() for k, v in load_file(FROZEN / "tables.safetensors").items()}
    found = page_decoder.decode(
        tables, header.params, bodies, chunk=model["chunk"], frames=header.outline.frames,
        ticks_per_frame=Fraction(model["net"]["fps"]) / header.outline.clock.rate,
    )  # fmt: skip
    expected = json.loads((HERE / f"{name}.json").read_text())
    assert [knots for knots, _ in found] == expected["knots"]
    assert [cells for _, cells in found] == expected["cells"]


@every
def test_the_frames_are_near_those_that_were_decoded(golden, name):
    """Decoded floats may drift in their last digits, and no further."""
    expected = np.array(json.loads((HERE / f"{name}.json").read_text())["frames"])
    limit = 1e-3 * (1 + np.abs(expected).max())
    assert np.abs(np.array(frames(golden(name))) - expected).max() < limit


@every
def test_every_prefix_is_a_cut_file(golden, name):
    """Cut after any byte, the file is known to be cut."""
    data = golden(name)
    for length in range(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.info(data[:length])
    for length in range(0, len(data), 11):
        with pytest.raises(TruncatedFile):
            integers(data[:length])


@every
def test_every_flipped_bit_is_noticed(golden, name):
    """Any one bit flipped, anywhere, is an explained error for every reader."""
    data = golden(name)
    for at in range(len(data)):
        for bit in range(8):
            wrong = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            with pytest.raises(VdscError):
                vdsc.info(wrong)
        if at % 11 == 0:
            with pytest.raises(VdscError):
                integers(wrong)


@every
def test_nothing_may_follow(golden, name):
    """A byte more than the file has is no longer the file."""
    with pytest.raises(CorruptFile):
        vdsc.info(golden(name) + b"\0")


def test_goldens_cover_the_codes(golden):
    """Among them are all codes of knot times, several windows, escapes and listed times."""
    facts = {name: vdsc.info(golden(name)) for name in RECIPES}
    assert any("p" in f.params for f in facts.values())
    assert any("a" in f.params for f in facts.values())
    drawn = [f.params for f in facts.values() if "r" in f.params]
    assert any("p" in params and "s" in params for params in drawn)
    assert any("p" not in params and "s" not in params for params in drawn)
    assert any({"a", "p"}.isdisjoint(f.params) and f.knots > 5 for f in facts.values())
    assert any(len(f.chunks) > 1 for f in facts.values())
    assert any(f.fps is None for f in facts.values())
    assert {f.dtype for f in facts.values()} == {"float32", "float64"}


def test_goldens_are_never_replaced(golden):
    """Asked to write a golden that is there, the recipe refuses and leaves it as it is."""
    before = golden("one")
    with pytest.raises(FileExistsError):
        add("one")
    assert golden("one") == before


def test_no_golden_is_without_a_recipe():
    """Every file here says how it was made."""
    assert {path.stem for path in HERE.glob("*.vds")} == set(RECIPES | EXACT)

"""Old files of fields, read by the decoder written from the page alone."""

from __future__ import annotations

import pytest
from safetensors.numpy import load_file

import vdsc
from tests import tiny_rungs, tiny_sketch
from tests.docs.field_moves_page import by_page as moves_by_page
from tests.docs.field_page import by_page
from tests.docs.field_rungs_page import by_page as rungs_by_page
from tests.golden.recipes import FIELDS, HERE


@pytest.mark.parametrize("name", FIELDS)
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format/field.md gives these frames."""
    named = "frozen-rungs" if name in {"field-rungs", "field-moves"} else "frozen-field"
    weights = load_file(HERE / "models" / named / "weights.safetensors")
    model = tiny_rungs.matrices(weights)
    draws = "frozen-sketch" if "sketch" in name else "frozen-gates"
    tiles = load_file(HERE / "models" / draws / "weights.safetensors")
    if "sketch" in name:
        tiles["blocks"] = tiny_sketch.SIZES.blocks
    data = golden(name)
    if name == "field-rungs":
        found = rungs_by_page(data, model, tiny_rungs.matrices(weights, "rung."))
    elif name == "field-moves":
        found = moves_by_page(data, model, tiny_rungs.matrices(weights, "rung."))
    else:
        found = by_page(data, model=model, tiles=tiles)
    assert found.tobytes() == vdsc.decompress(data).values.tobytes()

"""Old files of fields, read by the decoder written from the page alone."""

from __future__ import annotations

import pytest
from safetensors.numpy import load_file

import vdsc
from tests.docs.field_page import by_page
from tests.golden.recipes import FIELDS, HERE


@pytest.mark.parametrize("name", FIELDS)
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format/field.md gives these frames."""
    weights = load_file(HERE / "models" / "frozen-field" / "weights.safetensors")
    model = [weights[layer].astype(object) for layer in ("first", "second", "third")]
    tiles = load_file(HERE / "models" / "frozen-gates" / "weights.safetensors")
    data = golden(name)
    assert (
        by_page(data, model=model, tiles=tiles).tobytes() == vdsc.decompress(data).values.tobytes()
    )

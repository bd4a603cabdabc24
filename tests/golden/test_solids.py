"""Old files of solids, read by the decoder written from the page alone."""

from __future__ import annotations

import pytest
from safetensors.numpy import load_file

import vdsc
from tests.docs import solids_page
from tests.golden.recipes import HERE, SOLIDS, VOXELS, lumps


@pytest.mark.parametrize("name", SOLIDS)
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format/solids.md gives these frames."""
    weights = load_file(VOXELS / "weights.safetensors")
    found = solids_page.by_page(golden(name), weights, HERE / "models")
    assert found.tobytes() == vdsc.decompress(golden(name)).values.tobytes()


def test_the_exact_ones_are_without_loss(golden):
    """They hold what they were made from."""
    assert (vdsc.decompress(golden("solids-exact")).values == lumps()).all()
    assert (vdsc.decompress(golden("solids-slices")).values == (lumps()[1] > 0)).all()

"""Old files that need no checkpoint keep decoding to the same bits, and damaged ones to none."""

from __future__ import annotations

import json

import pytest

import vdsc
from tests.docs import bounded_page, gaps_page, linear_page
from tests.golden.recipes import BOUNDED, GAPS, HERE, LINEAR, digest
from vdsc.errors import TruncatedFile, VdscError

every = pytest.mark.parametrize("name", [*LINEAR, *BOUNDED, *GAPS])


@every
def test_the_frames_are_the_same_bits_for_ever(golden, name):
    assert {"frames": digest(golden(name))} == json.loads((HERE / f"{name}.json").read_text())


@every
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    data = golden(name)
    pages = {"linear": linear_page, "bounded": bounded_page, "gaps": gaps_page}
    assert (
        pages[name.split("-")[0]].by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()
    )


@every
def test_every_prefix_is_a_cut_file(golden, name):
    data = golden(name)
    for length in range(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.decompress(data[:length])


@every
def test_a_flipped_bit_in_any_byte_is_noticed(golden, name):
    data = golden(name)
    for at in range(len(data)):
        wrong = bytearray(data)
        wrong[at] ^= 1 << at % 8
        with pytest.raises(VdscError):
            vdsc.decompress(bytes(wrong))

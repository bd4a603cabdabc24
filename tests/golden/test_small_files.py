"""Old files of few bytes keep decoding to the same bits, and damaged anywhere to none."""

from __future__ import annotations

import json

import pytest

import vdsc
from tests.golden.recipes import BOUNDED, FIELDS, GAPS, HERE, LINEAR, SOLIDS, SPRITES, digest
from vdsc.errors import TruncatedFile, VdscError

every = pytest.mark.parametrize("name", [*LINEAR, *BOUNDED, *GAPS, *SPRITES, *SOLIDS, *FIELDS])


@every
def test_the_frames_are_the_same_bits_for_ever(golden, name):
    """All decoded frames have the digest that lies beside the file."""
    assert {"frames": digest(golden(name))} == json.loads((HERE / f"{name}.json").read_text())


@every
def test_every_prefix_is_a_cut_file(golden, name):
    """Cut after any byte the file is known to be cut."""
    data = golden(name)
    for length in range(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.decompress(data[:length])


@every
def test_a_flipped_bit_in_any_byte_is_noticed(golden, name):
    """An explained error, whatever byte it is in."""
    data = golden(name)
    for at in range(len(data)):
        wrong = bytearray(data)
        wrong[at] ^= 1 << at % 8
        with pytest.raises(VdscError):
            vdsc.decompress(bytes(wrong))

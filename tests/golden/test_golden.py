"""Old files keep decoding to the same integers and frames, and damaged ones keep failing cleanly.

Goldens of `knots` and of `vdsde`, which release 0.1 wrote, are checked alike.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from safetensors.numpy import load_file

import vdsc
from tests.docs import page_decoder
from tests.docs.page_law import LawPath
from tests.forge import opened
from tests.golden.recipes import (
    BOUNDED,
    EXACT,
    FIELDS,
    FROZEN_LAW,
    GAPS,
    HERE,
    KNOTS,
    LINEAR,
    OLD,
    SOLIDS,
    SPRITES,
    add,
    digest,
    frames,
    integers,
)
from vdsc.api.knots import windows
from vdsc.errors import CorruptFile, TruncatedFile, VdscError

FROZEN = HERE / "models" / "frozen"
OLD_FRAMES = json.loads((HERE / "old-frames.json").read_text())
PROMISED = 0.01  # degrees, in docs/determinism.md
every = pytest.mark.parametrize("name", [*OLD, *KNOTS])


def kept(name):
    """What lies beside a golden file."""
    return json.loads((HERE / f"{name}.json").read_text())


@every
def test_the_integers_are_those_that_were_written(golden, name):
    """Every knot, every cell and every pose is read as it was when the file was made."""
    data = golden(name)
    assert integers(data) == {k: v for k, v in kept(name).items() if k != "frames"}


@every
def test_the_frames_are_the_same_bits_for_ever(golden, name):
    """All decoded frames have the digest that lies beside the file."""
    wanted = OLD_FRAMES[name] if name in OLD else kept(name)["frames"]
    assert digest(golden(name)) == wanted


@pytest.mark.parametrize("name", OLD)
def test_old_frames_are_as_near_as_promised(golden, name):
    """Release 0.1 decoded in floats; these frames are as near to its own as the page says."""
    expected = np.array(kept(name)["frames"])
    assert np.abs(np.array(frames(golden(name))) - expected).max() <= PROMISED


@pytest.mark.parametrize("name", [n for n in (*OLD, *KNOTS) if "irregular" not in n])
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    """The plain decoder of docs/format.md, which shares no code with vdsc, reads these integers."""
    header, bodies = opened(golden(name))
    frozen = FROZEN_LAW if name.startswith("knots-law") else FROZEN
    model = json.loads((frozen / "model.json").read_text())
    tables = {k: v.tolist() for k, v in load_file(frozen / "tables.safetensors").items()}
    weights = load_file(frozen / "weights.safetensors")
    law = partial(LawPath, tables, weights) if frozen == FROZEN_LAW else None
    found = page_decoder.decode(
        tables, header.params, bodies, chunk=model["chunk"], frames=header.outline.frames,
        ticks_per_frame=Fraction(model["net"]["fps"]) / header.outline.clock.rate,
        channels=None if name in OLD else 6, law=law,
    )  # fmt: skip
    expected = kept(name)
    assert [part.knots for part in found] == expected["knots"]
    assert [part.cells for part in found] == expected["cells"]
    if name in KNOTS:
        assert [part.first for part in found] == expected["begin"]
        assert [vars(part.pose) for part in found] == expected["pose"]


@every
def test_every_prefix_is_a_cut_file(golden, name):
    """Cut after any byte, the file is known to be cut."""
    data = golden(name)
    for length in range(0, len(data), 1 + len(data) // 300):
        with pytest.raises(TruncatedFile):
            vdsc.info(data[:length])
    for length in range(0, len(data), 1 + len(data) // 15):
        with pytest.raises(TruncatedFile):
            list(windows(data[:length]))


@every
def test_every_flipped_bit_is_noticed(golden, name):
    """Any one bit flipped, anywhere, is an explained error for every reader."""
    data = golden(name)
    for at in range(0, len(data), 1 + len(data) // 300):
        for bit in range(8):
            wrong = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            with pytest.raises(VdscError):
                vdsc.info(wrong)
        if at % 11 == 0:
            with pytest.raises(VdscError):
                list(windows(wrong))


@every
def test_nothing_may_follow(golden, name):
    """A byte more than the file has is no longer the file."""
    with pytest.raises(CorruptFile):
        vdsc.info(golden(name) + b"\0")


def test_goldens_cover_the_old_codes(golden):
    """Among them are all codes of knot times, several windows, escapes and listed times."""
    facts = {name: vdsc.info(golden(name)) for name in OLD}
    assert {f.codec for f in facts.values()} == {"vdsde"}
    assert any("p" in f.params for f in facts.values())
    assert any("a" in f.params for f in facts.values())
    drawn = [f.params for f in facts.values() if "r" in f.params]
    assert any("p" in params and "s" in params for params in drawn)
    assert any("p" not in params and "s" not in params for params in drawn)
    assert any({"a", "p"}.isdisjoint(f.params) and f.knots > 5 for f in facts.values())
    assert any(len(f.chunks) > 1 for f in facts.values())
    assert any(f.fps is None for f in facts.values())
    assert {f.dtype for f in facts.values()} == {"float32", "float64"}


def test_goldens_cover_the_codec_knots(golden):
    """Among them are all codes of knot times, seams and cuts, ramps, turns, a unit, far values."""
    facts = {name: vdsc.info(golden(name)) for name in KNOTS}
    assert {f.codec for f in facts.values()} == {"knots"}
    assert {f.grid.code for f in facts.values()} == {"rec", "histogram", "poisson", "every frame"}
    assert {*"qapdsukw"} == {key for f in facts.values() for key in f.params}
    assert {f.dtype for f in facts.values()} == {"float32", "float64"}
    assert {len(f.chunks) for f in facts.values()} >= {1, 2, 3}
    assert any(f.fps is None for f in facts.values())
    parts = {name: list(windows(golden(name))) for name in KNOTS}
    cut = parts["knots-cut"]
    assert {b.begin - a.end for a, b in pairwise(cut)} == {-1, 0}
    assert (parts["knots-ramps"][-1].pose.end[[0, 2]] > 10).all()
    turns = parts["knots-turns"]
    assert [len(part.pose.turns) > 0 for part in turns] == [True, True, False]
    assert turns[-1].pose.before.any()
    wild = parts["knots-wild"]
    assert max(abs(part.window.values).max() for part in wild) > 12 << 16


def test_goldens_are_never_replaced(golden):
    """Asked to write a golden that is there, the recipe refuses and leaves it as it is."""
    for name in ("one", "knots-one", "exact-floor"):
        before = golden(name)
        with pytest.raises(FileExistsError):
            add(name)
        assert golden(name) == before


def test_no_golden_is_without_a_recipe():
    """Every file here says how it was made, or is of a codec that is only read."""
    assert {path.stem for path in HERE.glob("*.vds")} == {
        *OLD,
        *KNOTS,
        *EXACT,
        *LINEAR,
        *BOUNDED,
        *GAPS,
        *SPRITES,
        *SOLIDS,
        *FIELDS,
    }
    assert set(OLD_FRAMES) == set(OLD)

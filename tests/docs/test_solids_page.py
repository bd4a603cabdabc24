"""docs/format/solids.md says all: a decoder written from it alone finds the very same voxels."""

from __future__ import annotations

import numpy as np
import pytest

import vdsc
from tests import tiny_solids as tiny
from tests.docs.solids_page import by_page
from vdsc.codecs.solids.solid_body import of_body, to_body
from vdsc.codecs.solids.solid_place import SolidPlace
from vdsc.codecs.solids.solid_plan import EXACTLY, NEARLY, NONE, SolidPlan
from vdsc.codecs.solids.voxel_network import networks
from vdsc.container import Header, ModelRef
from vdsc.model import store
from vdsc.model.store import Checkpoint


@pytest.fixture(autouse=True, scope="module")
def models(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_solids(folder / "lumps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


SLICES = tiny.solid(9, 12, 7)
CASES = {
    "one solid": (SLICES, {"quality": 100}),
    "several": (np.stack([tiny.solid(6, 7, 8, seed=i) for i in range(3)]), {"quality": 100}),
    "a mirror": (tiny.solid(8, 13, 6, alike=True)[None], {"quality": 100}),
    "wrong ones": (tiny.solid(10, 11, 10)[None], {"wrong": 0.05}),
    "a mirror and wrong ones": (tiny.solid(12, 16, 10, alike=True)[None], {"wrong": 0.08}),
    "many wrong": (tiny.solid(12, 12, 12)[None], {"wrong": 0.1}),
    "nothing": (np.zeros((3, 4, 5), bool), {"quality": 100}),
    "all": (np.ones((3, 4, 5), bool), {"quality": 100}),
    "a plane": (tiny.solid(1, 9, 8)[0], {"quality": 100}),
    "floats": (np.where(SLICES, -2.5, 7.0).astype(">f4")[..., None], {"quality": 100}),
    "uint64": (np.where(SLICES, np.uint64(2**64 - 1), np.uint64(3)), {"quality": 100}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_page_gives_the_same_bits(name, models):
    values, options = CASES[name]
    data = vdsc.compress(values, codec="solids", **options)
    decoded = vdsc.decompress(data).values
    assert by_page(data, tiny.weights(), models).tobytes() == decoded.tobytes()
    if "wrong" not in options:
        assert decoded.tobytes() == np.ascontiguousarray(values).tobytes()
    else:
        assert (decoded != values).mean() <= options["wrong"]


@pytest.mark.parametrize("mirror", [NONE, NEARLY, EXACTLY])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_every_plan_is_read_by_the_page(mirror, times, models):
    """Solids at each size, with each mirror, off the middle and from some side."""
    rng, shape = np.random.default_rng(times), (11, 9, 13)
    shifts = ((1, 0, 1), (0, 1, 0))[:times]
    low, size = ((2, 1, 3), (7, 6, 8)) if not times else ((1, 0, 0), (3, 3, 3))
    if times == 2:
        low = (0, 0, 0)
    place, fold = SolidPlace(low, size, 13), (1, 7) if times else None
    plan = SolidPlan(shifts, place, mirror, 3 if mirror else 0, 2 + (times > 0), fold)
    solid = (rng.random(plan.place.shape) < 0.6).astype(np.uint8)
    mine = networks(Checkpoint.open(models / "lumps"))
    body = to_body([plan], [solid], mine, shape)
    found = of_body(body, 1, mine, shape)
    data = file_of(body, shape, models)
    assert (by_page(data, tiny.weights(), models) == found).all()


def file_of(body, shape, models):
    """A file of one frame with this body."""
    import io
    from fractions import Fraction

    from vdsc.container import Writer
    from vdsc.core.sequence import Clock, Outline

    checkpoint = Checkpoint.open(models / "lumps")
    outline = Outline((1, *shape), np.dtype("u1"), Clock(rate=Fraction(1)))
    stream = io.BytesIO()
    header = Header("solids", ModelRef("lumps", checkpoint.digest), outline, {})
    writer = Writer(stream, header, None)
    writer.chunk(body)
    writer.close()
    return stream.getvalue()

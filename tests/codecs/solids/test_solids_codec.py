"""The codec of solids, as the outer path sees it."""

from __future__ import annotations

import numpy as np
import pytest

import vdsc
from tests import tiny_solids as tiny
from tests.battery import check_codec
from tests.forge import opened
from vdsc.codecs.solids import solids_header
from vdsc.codecs.solids.mirror import best_plane, first_half, mirrored
from vdsc.codecs.solids.plan_choice import planned
from vdsc.codecs.solids.rate_search import thrifty
from vdsc.codecs.solids.solid_plan import NONE
from vdsc.codecs.solids.solids_settings import SolidsSettings
from vdsc.codecs.solids.voxel_network import networks
from vdsc.codecs.solids.voxel_sight import AHEAD, ALONE, WAVE, before
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing, VdscError
from vdsc.model import store

SOLIDS = np.stack([tiny.solid(8, 9, 10, seed=i) for i in range(3)])
SLICES = tiny.solid(14, 10, 9)


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_solids(folder / "lumps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (SOLIDS, {"quality": 100}),
        (SLICES, {"quality": 100}),
        (SLICES.astype("f4") * 2 - 1, {"wrong": 0.03}),
        (SOLIDS, {"quality": 30}),
    ],
)
def test_all_that_every_codec_passes(values, options):
    """Round trips, reports, damage, spans of time."""
    check_codec("solids", values, damage=8, **options)


TYPES = ["?", "u1", "i1", "u2", ">i2", "i4", ">u8", "i8", "f2", "f4", ">f8"]


@pytest.mark.parametrize("dtype", TYPES)
def test_any_two_values_of_any_type_come_back(dtype):
    """Zeros and ones, the ends of the type, and for floats NaN and -0."""
    kind = np.dtype(dtype).kind
    pairs = [(0, 1), (1, 0)]
    if kind in "iu":
        pairs.append((np.iinfo(dtype).min, np.iinfo(dtype).max))
    if kind == "f":
        pairs += [(np.nan, -0.0), (-np.inf, 0.1)]
    for one, other in pairs:
        values = np.where(SLICES > 0, np.array(one, dtype), np.array(other, dtype))
        values = values.astype(dtype)
        data, report = vdsc.compress(values, codec="solids", quality=100, report=True)
        assert report.lossless
        assert vdsc.decompress(data).values.tobytes() == values.tobytes()


@pytest.mark.parametrize(
    "shape",
    [(1, 1), (5, 1), (7, 12), (1, 1, 1), (3, 2, 2), (2, 1, 1, 9), (2, 3, 4, 5), (4, 5, 6, 1)],
)
def test_any_shape_comes_back(shape):
    """Planes, slices, solids, and single voxels; a file names its frames as they were."""
    values = np.random.default_rng(1).integers(0, 2, shape).astype(np.uint8)
    data = vdsc.compress(values, codec="solids", quality=100)
    assert (vdsc.decompress(data).values == values).all()


def test_several_chunks(monkeypatch):
    """Frames that are no solids of their own are cut into several."""
    monkeypatch.setattr(solids_header, "VOXELS", 400)
    for values in (SLICES, SOLIDS):
        data = vdsc.compress(values, codec="solids", quality=100)
        assert len(opened(data)[1]) > 2
        assert (vdsc.decompress(data).values == values).all()


def test_a_file_is_one_short_record():
    """It says five bytes of the checkpoint's hash."""
    data = vdsc.compress(SOLIDS, codec="solids", quality=100)
    assert data[9:10] == b"U"
    assert opened(data)[0].model.digest == store.by_name("lumps").digest


def test_no_more_voxels_are_wrong_than_asked_for(model):
    """At every share, in all solids together; and the report counts them."""
    for wrong in (0.0, 0.01, 0.04, 0.1):
        data, report = vdsc.compress(SOLIDS, codec="solids", wrong=wrong, report=True)
        share = float((vdsc.decompress(data).values != SOLIDS).mean())
        assert share <= wrong
        assert report.mean_error == pytest.approx(share)
        if share:
            assert f"{share:.2%} of voxels wrong" in report.made_by


def test_qualities_are_shares():
    """0.5 % at 75, twice that 25 points below, none at 100."""
    assert SolidsSettings().share == 0.005
    assert SolidsSettings(quality=50).share == pytest.approx(0.01)
    assert SolidsSettings(quality=100).share == 0
    assert SolidsSettings(quality=100, wrong=0.02).share == 0.02


@pytest.mark.parametrize(
    "setting", [{"quality": 0}, {"quality": 101}, {"wrong": -1.0}, {"wrong": 0.2}]
)
def test_wrong_settings_are_refused(setting):
    with pytest.raises(InvalidInput, match=next(iter(setting))):
        SolidsSettings(**setting)


def test_other_arrays_are_refused_with_advice():
    """A third value, in a later chunk as well; too many axes; no axes; too long ones."""
    third = SLICES.copy()
    third[-1, 0, 0] = 9
    for values, words in (
        (third, "two values"),
        (np.zeros((2, 3, 3, 3, 2), np.uint8), "takes arrays"),
        (np.zeros((2, 4000, 1), np.uint8), "takes arrays"),
    ):
        with pytest.raises(InvalidInput, match=words):
            vdsc.compress(values, codec="solids")


def test_another_model_is_missing(monkeypatch, tmp_path, model):
    """Without its checkpoint a file is not read, and none is made."""
    data = vdsc.compress(SOLIDS, codec="solids", quality=100)
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    with pytest.raises(ModelMissing, match="not installed"):
        vdsc.decompress(data)
    with pytest.raises(ModelMissing, match="no model of solids"):
        vdsc.compress(SOLIDS, codec="solids")


def test_weights_that_do_not_fit_are_a_damaged_model(tmp_path, monkeypatch):
    """Layers of other sizes or types, and frequencies that are none."""
    from vdsc.train.checkpoint_folder import write_folder

    sound = tiny.weights()
    cases = (
        ("alone.0.weight", sound["alone.0.weight"][:, 1:]),
        ("finer.2.bias", sound["finer.2.bias"].astype(np.float32)),
        ("beside.rare", np.zeros((2, 2), np.int32)),
    )
    for name, wrong in cases:
        write_folder(tmp_path / "bad", {"name": "bad", "kind": "solids"}, sound | {name: wrong}, {})
        monkeypatch.setattr(store, "folders", lambda: [tmp_path])
        with pytest.raises(ModelMissing, match="bad"):
            vdsc.compress(SOLIDS, codec="solids")


def test_forged_bodies_are_damage_or_other_solids():
    """Any bytes in place of a body give frames of the right shape, or an error that says so."""
    from vdsc.codecs.solids.solid_body import of_body

    mine, rng = networks(store.by_name("lumps")), np.random.default_rng(3)
    for size in (0, 1, 3, 9, 40):
        for _ in range(12):
            body = rng.integers(0, 256, size).astype(np.uint8).tobytes()
            try:
                assert of_body(body, 2, mine, (6, 7, 5)).shape == (2, 6, 7, 5)
            except CorruptFile:
                pass


def test_headers_that_cannot_be_right_are_damage(monkeypatch):
    """A value that the type does not have, an unknown key, chunks that do not add up."""
    from dataclasses import replace

    from vdsc.codecs.solids.codec import SolidsCodec

    header, _ = opened(vdsc.compress(SLICES, codec="solids", quality=100))
    for wrong in (
        replace(header, params={"a": 300}),
        replace(header, params={"z": 1}),
        replace(header, chunks=2),
        replace(header, model=None),
    ):
        with pytest.raises(VdscError):
            SolidsCodec().decoder(wrong)


def test_what_a_voxel_sees_is_of_earlier_waves():
    """So that all voxels of a wave are coded at once."""
    assert (before(ALONE) @ np.array(WAVE) < 0).all()
    assert before(ALONE)[:, 1:].max() <= AHEAD


def test_a_mirror_is_found(model):
    """Where it is, what it shows, and that a plan uses it or does without."""
    solid = tiny.solid(9, 12, 7, alike=True).transpose(1, 0, 2)
    solid = np.concatenate([solid, np.zeros((1, 9, 7), np.uint8)])
    alike, plane = best_plane(solid)
    assert (alike, plane, first_half(plane)) == (1.0, 11, 6)
    assert (mirrored(solid, plane) == solid).all()
    mine = networks(store.by_name("lumps"))
    found = planned(solid, mine)
    assert found.bits <= min(planned(part, mine).bits for part in (solid,))
    assert found.plan.mirror != NONE


def test_fewer_bits_are_taken_where_more_may_be_wrong():
    """The more voxels may be wrong, the fewer bits are spent."""
    mine = networks(store.by_name("lumps"))
    spent = [sum(one.bits for one in thrifty(SOLIDS, mine, share)) for share in (0.0, 0.02, 0.1)]
    assert spent[0] >= spent[1] >= spent[2]


def test_threads_change_nothing():
    """The same file, and the same voxels, in several threads at once."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(vdsc.compress, SOLIDS, codec="solids", wrong=0.02) for _ in range(3)]
        made = {job.result() for job in jobs}
    assert len(made) == 1

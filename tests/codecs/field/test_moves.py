"""Sent motion of video: files, what a page reads of them, and what becomes of wrong ones."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests import tiny_rungs, tiny_sketch
from tests.battery import check_codec, same
from tests.codecs.field.test_rungs import hills
from tests.forge import forged, opened
from vdsc.codecs.field.codec import FieldCodec
from vdsc.codecs.field.field_checkpoints import network_of
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.moves import move_ladder
from vdsc.codecs.field.moves.block_moves import AFTER, BEFORE, BOTH, BlockMoves, Sides, foretold
from vdsc.codecs.field.moves.move_laws import MoveLaws, block_phases
from vdsc.codecs.field.moves.move_search import MoveSearch
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.codecs.in_between.frame_between import LookedFrame
from vdsc.core.instants import Instants
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile, VdscError
from vdsc.io.source import array_source
from vdsc.model import store

FILM = tiny_rungs.film()
SHORT = FILM[:6, :20]
PLAIN = {"sketch": False, "effort": 0, "quality": 30, "model": "tiny", "motion": "sent"}


@pytest.fixture(autouse=True, scope="module")
def models(tmp_path_factory):
    """The only checkpoints there are: a network for video with rungs, and a sketch."""
    with tiny_rungs.only_models(tmp_path_factory.mktemp("models")) as folder:
        yield folder


def packed(values, grid="chosen", **options):
    """A file of sent motion."""
    return vdsc.compress(values, codec="field", grid=grid, **PLAIN | options)


def params(data):
    """What the header says."""
    return opened(data)[0].params


@pytest.mark.parametrize("grid", ["2", "16", "chosen"])
def test_all_that_every_codec_passes(grid):
    data = check_codec("field", FILM, grid=grid, damage=6, **PLAIN)
    assert params(data)["k"] == 2
    count = int(grid) if grid != "chosen" else 16
    assert vdsc.info(data).knots == len({*range(0, 19, count), 16, 18})
    assert ("motion", "sent") in vdsc.info(data).settings


@pytest.mark.parametrize("shape", [(4, 16, 16), (5, 17, 40), (17, 16, 31), (5, 130, 128)])
def test_any_size_of_video(shape):
    film = tiny_rungs.film(*shape)
    data, report = packed(film, "4", report=True)
    assert params(data)["k"] == 2
    found = vdsc.decompress(data).values
    off = np.square(found - film.astype(float)).mean()
    assert report.psnr == pytest.approx(10 * np.log10(255**2 / off))


def test_parts_are_those_of_the_whole(monkeypatch):
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 10 * FILM[0].size)
    data = packed(FILM, "4", fps=10)
    assert len(opened(data)[1]) == 2
    whole = vdsc.decompress(data).values
    assert same(vdsc.decompress(data, region="5:30,7:8,1:3").values, whole[:, 5:30, 7:8, 1:3])
    times = vdsc.decompress(data).times
    for low, high in ((0, 3), (8, 12), (11, 19)):
        assert same(vdsc.decompress(data, times=times[low:high]).values, whole[low:high])
    assert same(vdsc.decompress(data, fps=30).values[::3], whole)


def test_damaged_streams_are_no_surprise():
    """With right checksums: an explained error, or other frames."""
    data = packed(SHORT, "4")
    (body,) = opened(data)[1]
    rng, errors = np.random.default_rng(0), 0
    for at in [*range(1, len(body), 1 + len(body) // 60), *range(len(body) - 8, len(body))]:
        wrong = bytearray(body)
        wrong[at] ^= 1 << int(rng.integers(8))
        try:
            found = vdsc.decompress(forged(data, bodies=[bytes(wrong)])).values
            assert found.shape == SHORT.shape
        except VdscError:
            errors += 1
    assert errors > 9
    for end in range(0, len(body), 1 + len(body) // 40):
        with suppress(VdscError):  # a stream that ends sooner may still be one
            vdsc.decompress(forged(data, bodies=[body[:end]]))
    for end in range(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.decompress(data[:end])


def test_wrong_headers():
    data = packed(SHORT, "4")
    head, _ = opened(data)
    sketch = store.by_name("sketch").digest[:6]
    for wrong in ({"k": 3}, {"m": int.from_bytes(sketch, "little")}):
        with pytest.raises(CorruptFile):
            vdsc.decompress(forged(data, params=head.params | wrong))
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(data, model=None))


@pytest.mark.parametrize("motion", ["tell", 1, None])
def test_other_words_for_motion_are_refused(motion):
    with pytest.raises(InvalidInput, match="motion must be sought or sent"):
        FieldSettings(motion=motion)


def test_nothing_is_sent_above_a_sketch():
    film = tiny_sketch.film(6, 16, 18)
    for motion, rungs in (("sent", 0), ("", 1)):
        options = {"base": "sketch", "grid": "4", "motion": motion, "effort": 0, "quality": 20}
        assert params(vdsc.compress(film, codec="field", **options)).get("k", 0) == rungs


def test_steps_may_be_too_fine():
    still = np.full((20, 16, 16, 3), 128, "u1")
    with pytest.raises(InvalidInput, match="too large for such fine steps"):
        packed(still, step=1e-8)


def test_frames_that_stay_the_same_cost_next_to_nothing():
    still = np.repeat(FILM[:1], 60, axis=0)
    assert len(packed(still, "16")) < len(packed(still[:4], "16")) + 60


def test_clips_begin_with_what_others_have_learned():
    """Knots that stand apart are coded under that."""
    codec, clock = FieldCodec(), Clock(rate=Fraction(10))
    network = network_of(store.by_name("tiny"))
    last = network.layers[2] + np.arange(3) * 99
    network = type(network)((*network.layers[:2], last), model=network.model)
    source, outline = array_source(SHORT), Outline(SHORT.shape, SHORT.dtype, clock)
    encoder = codec.encoder(source, outline, FieldSettings(grid="4", **PLAIN))
    encoder.begin_with(network)
    coded = encoder.encode(SHORT)
    decoder = codec.decoder(encoder.header())
    decoder.begin_with(network)
    found = [*decoder.decode(coded.body, Instants(outline, own=True))]
    assert same(np.concatenate(found), coded.decoded)


def panned(count=40, side=48):
    """Video that moves on 2 pixels a frame, with a cut."""
    wide = [hills(side, 2 * count + side, seed) for seed in (0, 7)]
    made = [wide[i >= 25][:, 2 * i : 2 * i + side] for i in range(count)]
    return np.clip(made, 0, 255).astype("u1")


def test_motion_is_sent_where_it_pays(monkeypatch):
    """With the checkpoint that comes with the package: two thirds of the error, equal bytes."""
    folder = Path(vdsc.__file__).parents[1] / "models"
    monkeypatch.setattr(store, "folders", lambda: [folder])
    sizes, wrong = [], []
    for motion in ("", "sought"):
        options = {"model": "clip", "sketch": False, "quality": 40, "effort": 0}
        data = vdsc.compress(panned(), codec="field", motion=motion, **options)
        assert params(data).get("k", 0) == 2 * (not motion) or motion
        sizes.append(len(data))
        wrong.append(np.square(vdsc.decompress(data).values - panned().astype(float)).mean())
    assert sizes[0] < 1.1 * sizes[1]
    assert wrong[0] < 0.65 * wrong[1]


def sides(*, after=True, back=1, ahead=1):
    """Two frames that lie beside each other in a wide picture."""
    wide = tiny_rungs.grains(40, 80, seed=2)
    pair = [LookedFrame(wide[:, k : k + 33]) for k in (0, 6)]
    return Sides(pair[0], back, pair[1] if after else None, ahead), wide[:, 3:36]


def test_a_frame_in_the_middle_is_found():
    """It lay 3 pixels aside in both, so a step of 6 half pixels makes it, but for its border."""
    both, now = sides()
    guess = np.zeros((5, 5, 2), dtype=np.int64)
    moves = MoveSearch(LookedFrame(now), both, 1.0).found(guess)
    inner = moves.steps[1:-1, 1:-1]
    assert (inner == (0, 6)).all()
    made, unlike = foretold(both, moves)
    assert (made[8:32, 8:24] == now[8:32, 8:24]).all()
    assert (unlike[1:-1, 1:-1][moves.modes[1:-1, 1:-1] == BOTH] == 0).all()


def test_modes_choose_where_blocks_come_from():
    both, _ = sides()
    still = np.zeros((5, 5, 2), dtype=np.int64)
    for mode, side in ((BEFORE, both.before), (AFTER, both.after)):
        made, unlike = foretold(both, BlockMoves(np.full((5, 5), mode), still))
        assert (made == side.frame).all()
        assert not unlike.any()
    mean, _ = foretold(both, BlockMoves(np.full((5, 5), BOTH), still))
    whole = both.before.frame.astype(int) + both.after.frame
    assert (mean == (whole + 1) >> 1).all()


def test_what_lies_farther_away_moves_farther():
    near, _ = sides(back=2, ahead=1)
    assert near.onward(np.array([4, -4, 5, 23])).tolist() == [-2, 2, -3, -12]
    far, _ = sides(back=1, ahead=4)
    assert far.onward(np.array([7])).tolist() == [-24]


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_moves_are_read_as_they_were_sent(data):
    """Of several frames, whatever moves, under laws that learn."""
    height, width = (data.draw(st.integers(1, 7)) for _ in range(2))
    rng = np.random.default_rng(data.draw(st.integers(0, 1 << 30)))
    looked = [LookedFrame(np.zeros((8 * height + 8, 8 * width + 8, 3), "u1")) for _ in range(2)]
    grid, tape, laws, sent = (height + 1, width + 1), WritingTape(), MoveLaws(), []
    for kind in data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=6)):
        side = Sides(looked[0], 1, looked[1] if kind else None)
        guess = rng.integers(-30, 31, (*grid, 2))
        moves = BlockMoves(
            rng.integers(0, 3, grid) if kind else np.full(grid, BEFORE),
            np.clip(
                guess + rng.integers(-40, 41, (*grid, 2)) * (rng.random((*grid, 1)) < 0.3), -24, 24
            ),
        )
        laws.code(tape, kind, side, guess, moves)
        sent.append((kind, side, guess, moves))
    reader, laws = ReadingTape(BitStack.from_bytes(tape.stream())), MoveLaws()
    for kind, side, guess, moves in sent:
        found = laws.code(reader, kind, side, guess, None)
        assert (found.modes == moves.modes).all()
        assert (found.steps == moves.steps).all()


@pytest.mark.parametrize("grid", [(1, 1), (2, 3), (8, 8), (5, 9)])
def test_phases_hold_each_block_once_and_see_earlier_ones(grid):
    seen = np.zeros(grid, dtype=bool)
    for phase in block_phases(*grid):
        beside = phase.beside[phase.beside >= 0]
        assert seen.ravel()[beside].all()
        assert not seen[phase.rows, phase.columns].any()
        seen[phase.rows, phase.columns] = True
    assert seen.all()


def test_turns_go_from_what_is_known_to_what_is_not():
    known = set()
    for turn in move_ladder.turns(FrameGrid.even(40, 3)):
        assert known >= {*turn.before.tolist(), *turn.after.tolist()}
        known |= {*turn.frames.tolist()}
    assert known == {*range(40)}

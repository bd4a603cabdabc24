"""What once ruined data: each kind of fault has its right value here."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import vdsc
from tests import tiny
from tests.forge import knots, opened
from tests.tiny import PIXELS, VECTORS
from vdsc.codecs.knots.codec import KnotsCodec
from vdsc.errors import LimitExceeded, VdscError

WALK = Path(__file__).parents[2] / "examples" / "walk.npy"
QUALITIES = (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


def clip(frames=200):
    return tiny.clip(VECTORS, frames).astype(np.float64)


def off(data, values):
    """Mean absolute error of what a file decodes to."""
    return np.abs(vdsc.decompress(data).values - values).mean()


def moved(values, channel, way):
    there = values.copy()
    there[:, channel] += way
    return there


@pytest.mark.parametrize(
    ("channel", "way"), [(0, 250.0), (0, -1e4), (1, 1000.0), (1, -8000.0), (2, 3600.0)]
)
def test_moved_data_cost_what_they_did(channel, way):
    """Somewhere else, turned, or wound up: bytes and error are within 2 % of the clip's."""
    values = clip()
    there = moved(values, channel, way)
    here, far = knots(values), knots(there)
    assert len(far) <= 1.02 * len(here) + 8
    assert off(far, there) <= 1.02 * off(here, values) + 1e-4


def test_the_walk_may_be_anywhere():
    """The released model codes a walk 300 units away as where it was, and decodes it as well."""
    walk = np.load(WALK)[:300]
    for channel, way in ((0, 300), (2, 500)):
        there = moved(walk, channel, way)
        here, far = knots(walk, model="cmu"), knots(there, model="cmu")
        assert len(far) <= 1.02 * len(here) + 4
        assert off(far, there) <= 1.02 * off(here, walk) + 1e-3


def test_a_walk_with_a_hole_is_coded_and_its_error_told():
    """-9999 in all channels for 60 frames: the hip's come back, and the report hides nothing."""
    walk = np.load(WALK)[:250]
    walk[100:160] = -9999
    data, report = vdsc.compress(walk, codec="knots", model="cmu", report=True)
    found = vdsc.decompress(data).values
    errors = np.abs(found.astype(float) - walk)
    assert errors[:, :6].max() < 5
    assert [group.max for group in report.groups] == [errors[:, 3:].max(), errors[:, :3].max()]


def test_every_channel_is_scored():
    """Positions have their errors in the report beside the angles; the first group is theirs."""
    values = clip()
    data, report = vdsc.compress(values, codec="knots", report=True)
    found = np.abs(vdsc.decompress(data).values - values)
    assert [group.name for group in report.groups] == ["angles", "positions"]
    for group, part in zip(report.groups, (found[:, 2:], found[:, :2]), strict=True):
        assert group.mean == pytest.approx(part.mean())
        assert group.max == pytest.approx(part.max())
    assert report.mean_error == report.groups[0].mean


def test_what_is_missing_is_not_folded_away():
    """-9999 in place of 60 frames comes back as about that, and the report tells the error."""
    values = clip()
    values[60:120, 3] = -9999
    data, report = vdsc.compress(values, codec="knots", quality=100, report=True)
    found = vdsc.decompress(data).values
    wrong = np.abs(found - values)[:, 2:]
    assert report.max_error == pytest.approx(wrong.max())
    assert report.mean_error == pytest.approx(wrong.mean())
    assert np.abs(found[65:115, 3] + 9999).max() < 180


@pytest.mark.parametrize("turns", [1, -2, 50])
def test_whole_turns_come_back(turns):
    """Angles are what they were, not modulo 360 degrees, in every window."""
    values = clip()
    wound = values.copy()
    wound[:, 3:5] += 360 * turns
    found, plain = (vdsc.decompress(knots(v)).values for v in (wound, values))
    assert np.abs(found[:, 3:5] - plain[:, 3:5] - 360 * turns).max() < 1e-6
    assert (found[:, :3] == plain[:, :3]).all()


def test_joined_clips_cost_what_they_did_apart():
    """Ten clips one after another take about their bytes apart, and are as near."""
    clips = [tiny.clip(VECTORS, 80, seed).astype(np.float64) for seed in range(6)]
    for i, part in enumerate(clips):
        part[:, 0] += 40 * i
    apart = [knots(part) for part in clips]
    together = np.concatenate(clips)
    data = knots(together)
    assert len(data) <= 1.1 * sum(map(len, apart))
    worst = max(off(a, c) for a, c in zip(apart, clips, strict=True))
    assert off(data, together) <= 1.1 * worst


def test_more_quality_is_never_worse():
    """From quality 1 to 100 the error does not rise (of a trained model, on the example walk)."""
    walk = np.load(WALK)[:300]
    errors = [off(knots(walk, model="cmu", quality=q), walk) for q in QUALITIES]
    assert all(b <= a * 1.0001 for a, b in pairwise(errors)), errors


def test_lossless_is_taken_where_it_is_smaller_and_said():
    """A constant is smaller without loss: the file is that, and the report gives the reason."""
    values = np.zeros((30, 6), np.float32)
    data, report = vdsc.compress(values, quality=100, model="tiny-vectors", report=True)
    assert opened(data)[0].codec in {"lossless", "packed"}
    assert report.lossless
    assert "smaller" in report.chosen
    assert len(data) < len(knots(values, quality=100))
    assert (vdsc.decompress(data).values == values).all()


def test_the_lossy_file_is_kept_where_it_is_smaller():
    """A walk is larger without loss, and nothing is said."""
    values = np.load(WALK)[:200]
    data, report = vdsc.compress(values, model="cmu", report=True)
    assert data == knots(values, model="cmu")
    assert (report.chosen, report.codec, report.lossless) == ("", "knots", False)


@pytest.mark.parametrize("fps", [np.float32(60), np.int64(60), np.array(60), 60])
def test_numbers_of_numpy_are_numbers(fps):
    """NumPy's scalars and 0-d arrays are rates like any other."""
    assert vdsc.info(knots(clip(20), fps=fps)).fps == 60


def test_numbers_of_numpy_are_settings():
    """A quality or seed of NumPy's is the number that it is."""
    values = clip(20)
    assert knots(values, quality=np.int64(60)) == knots(values, quality=60)
    assert knots(values, seed=np.uint8(3)) == knots(values, seed=3)


@pytest.mark.parametrize("model", [VECTORS, PIXELS])
def test_the_limit_on_memory_holds_before_work(model, monkeypatch):
    """At one byte less than a file needs it is refused with advice, at that number it decodes."""
    data = knots(tiny.clip(model, 30))
    needed = KnotsCodec().memory(opened(data)[0])
    assert len(vdsc.decompress(data, memlimit=needed).values) == 30
    monkeypatch.setattr(KnotsCodec, "decoder", lambda *_: 1 / 0)
    with pytest.raises(LimitExceeded, match="memlimit"):
        vdsc.decompress(data, memlimit=needed - 1)


@pytest.mark.parametrize("codec", ["knots", "lossless", "packed"])
def test_verification_knows_the_header_alone(codec, monkeypatch):
    """A decoder is made from the header that is in the file; one that errs ends in no file."""
    from vdsc.codecs import registry

    kind, seen = type(registry.codec_of_file(codec)), []
    make = kind.decoder

    def watched(self, header):
        seen.append(header)
        return make(self, header)

    monkeypatch.setattr(kind, "decoder", watched)
    data = vdsc.compress(clip(90), codec=codec)
    assert seen[0] == opened(data)[0]

    class Wrong:
        def __init__(self, sound):
            self.sound = sound

        def decode(self, body, wanted):
            for frames in self.sound.decode(body, wanted):
                yield frames + frames.dtype.type(1)

    monkeypatch.setattr(kind, "decoder", lambda self, header: Wrong(make(self, header)))
    with pytest.raises(VdscError, match="report this input"):
        vdsc.compress(clip(90), codec=codec)
    assert vdsc.compress(clip(90), codec=codec, verify=False) == data

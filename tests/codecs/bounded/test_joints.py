"""Files that promise how far the joints of a skeleton are off."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest

import vdsc
from vdsc.api.decoding import decode
from vdsc.api.encoding import Job
from vdsc.codecs.bounded.joint_codec import JointCodec, JointSettings
from vdsc.codecs.bounded.joint_measure import Measured
from vdsc.codecs.bounded.joint_promise import JointPromise, joint_steps
from vdsc.core.sequence import Clock, Outline
from vdsc.core.skeleton import Joint, Skeleton
from vdsc.core.skin import Skin
from vdsc.errors import InvalidInput
from vdsc.io.source import array_source

SKELETON = Skeleton(
    (
        Joint("hips", -1, (0, 90, 0), "xyzZYX"),
        Joint("leg", 0, (10, -40, 0), "ZYX"),
        Joint("foot", 1, (0, -40, 5), "ZYX"),
        Joint("arm", 0, (-15, 40, 0), "xyzZXY"),
        Joint("stump", 3, (-30, 0, 0), ""),
    )
)
SKIN = Skin(SKELETON, 3.0)


def motion(frames=30, seed=0):
    """Smooth channels (T, 18), some of them static, one of zeros of both signs, with a jump."""
    noise = np.random.default_rng(seed)
    walk = noise.standard_normal((frames, SKELETON.channels)).cumsum(axis=0).cumsum(axis=0) / 5
    walk[:, 12:15] = [-15, 40, 0]
    walk[:, 8] = np.where(np.arange(frames) % 2, -0.0, 0.0)
    walk[frames // 2 :, 3] += 360
    return walk


def coded(values, bound, base, dtype="f8"):
    source = array_source(values.astype(dtype), exact=True)
    outline = Outline(values.shape, np.dtype(dtype), Clock(Fraction(30)))
    out, settings = io.BytesIO(), JointSettings(SKIN, bound, (base,))
    report = Job(JointCodec(), settings).write(source, outline, out)
    out.seek(0)
    return len(out.getvalue()), np.concatenate(list(decode(out))), report


@pytest.mark.parametrize("base", ["none", "linear"])
@pytest.mark.parametrize("bound", [0.01, 3.0])
def test_no_point_is_farther_off_than_promised(base, bound):
    """The bound holds without slack, on either base, for what an ordinary decoder makes."""
    values = motion()
    _, found, report = coded(values, bound, base)
    assert SKIN.apart(values, found).max() <= bound
    assert report.verified
    assert (found[:, 12:15] == values[:, 12:15]).all()


def test_single_precision_keeps_the_bound_too():
    """What float32 rounds is in the bound, or the values are kept."""
    values = motion(seed=2).astype("f4")
    _, found, _ = coded(values, 0.002, "none", "f4")
    assert found.dtype == np.float32
    assert SKIN.apart(values.astype("f8"), found.astype("f8")).max() <= 0.002


def test_one_frame_and_motion_that_stands_still():
    """Nothing moves: nothing is lost, and nothing fails."""
    values = np.repeat(motion(1), 3, axis=0)
    for some in (values, values[:1]):
        for base in ("none", "linear"):
            assert (coded(some, 0.5, base)[1] == some).all()


def test_a_coarser_bound_costs_less():
    """Bytes fall with the bound."""
    values = motion(120, seed=3)
    assert coded(values, 0.01, "none")[0] > coded(values, 1.0, "linear")[0]


def test_what_steps_do_not_reach_is_patched():
    """Steps far too coarse leave frames that are too far: a few of their values are patched."""
    values = motion(30)
    source = array_source(values, exact=True)
    measured = Measured.of(source, SKIN)
    promise = JointPromise.whole(measured, 0.5, 20.0, joint_steps(measured, 0.5))
    _, made, patches = promise.corrected(values, np.zeros(values.shape))
    assert SKIN.apart(values, made).max() <= 0.5
    assert 0 < len(patches.places) < values.size


def test_steps_are_as_large_as_patches_allow():
    """A motion of a few joints takes smaller steps than one of many; few values are patched."""
    values = motion(90, seed=4)
    source = array_source(values, exact=True)
    outline, out = Outline(values.shape, values.dtype, Clock(Fraction(30))), io.BytesIO()
    Job(JointCodec(), JointSettings(SKIN, 0.5, ("none",))).write(source, outline, out)
    budget = vdsc.info(out.getvalue()).budget
    assert budget["steps and patches"] < budget["values, arrays"] / 4


def test_errors_below_what_numbers_can_say_are_refused():
    """A bound that would take steps without number says so."""
    with pytest.raises(InvalidInput, match="lossless"):
        coded(motion(), 1e-18, "none")

"""A leg whose knee turns about one skew axis only, and whose foot about two."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np

from vdsc.api.encoding import Job
from vdsc.codecs.bounded.joint_codec import JointCodec, JointSettings
from vdsc.core.sequence import Clock, Outline
from vdsc.core.skeleton import Joint, Skeleton
from vdsc.core.skin import Skin
from vdsc.io.source import array_source

SKELETON = Skeleton(
    (
        Joint("hips", -1, (0, 0, 0), "xyzZYX"),
        Joint("knee", 0, (0, -40, 0), "ZYX"),
        Joint("foot", 1, (0, -40, 5), "ZYX"),
    )
)
SKIN = Skin(SKELETON, 3.0)


def motion(frames, seed=9):
    """Channels (T, 12), of which two follow the knee's first and one the foot's others."""
    t = np.arange(frames) / 9
    one, two = np.sin(t) * 0.6, np.cos(t / 2) * 0.5
    skew = np.array([0.8, 0.6, 0.0])
    knee = about(skew, one + 0.1)
    foot = about(skew, two) @ about(np.array([0.0, 0.0, 1.0]), one)
    hips = np.random.default_rng(seed).normal(size=(frames, 6)).cumsum(0).cumsum(0)
    return np.concatenate([hips, euler(knee), euler(foot)], axis=1)


def about(axis, angles):
    """Turns (T, 3, 3) about an axis by angles (T,) in radians."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angles = angles[:, None, None]
    return np.eye(3) + np.sin(angles) * cross + (1 - np.cos(angles)) * (cross @ cross)


def euler(turns):
    """Degrees (T, 3) about Z, then Y, then X, that make turns (T, 3, 3)."""
    z = np.arctan2(turns[:, 1, 0], turns[:, 0, 0])
    x = np.arctan2(turns[:, 2, 1], turns[:, 2, 2])
    return np.degrees(np.stack([z, -np.arcsin(turns[:, 2, 0]), x], axis=1))


def packed(values, bound):
    """A file of whole steps that keeps the leg's points within a bound."""
    source, out = array_source(values, exact=True), io.BytesIO()
    outline = Outline(values.shape, values.dtype, Clock(Fraction(30)))
    Job(JointCodec(), JointSettings(SKIN, bound, ("none",))).write(source, outline, out)
    return out.getvalue()

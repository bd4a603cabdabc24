"""What the kinds of channels mean: turns, quaternions, and errors that are measured together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.model.channel_layout import KINDS, PLAIN, layout_of, of_kinds, signs
from vdsc.model.model_json import check_settings

FOUR = ["unit quaternion"] * 4


def settings_of(kinds, scale=None):
    """The model.json of a checkpoint with such channels."""
    count = len(kinds)
    frames = {"kind": "channels", "kinds": kinds, "offset": [0.0] * count}
    frames["scale"] = [1.0] * count if scale is None else scale
    net = {"frame": [count], "fps": 30.0}
    return {"name": "m", "digest": "", "chunk": 9, "net": net, "frames": frames}


def test_kinds_become_turns_and_groups():
    """Angles turn in their unit; quaternions are fours; plain channels go by their scale."""
    kinds = ["degrees", *FOUR, "radians", PLAIN, "length", PLAIN, PLAIN]
    made = of_kinds(kinds, [1.0] * 6 + [2.0, 1, 5, 2])
    assert made.turn.tolist() == [360, 0, 0, 0, 0, 2 * np.pi, 0, 0, 0, 0]
    assert (made.quads.tolist(), made.unit.tolist()) == ([[1, 2, 3, 4]], [True])
    found = [(one.name, one.unit, one.channels) for one in made.together]
    assert found == [
        ("angles", "deg", (0,)),
        ("angles", "rad", (5,)),
        ("positions", "", (7,)),
        ("quaternions", "", (1, 2, 3, 4)),
        ("values 1", "", (6, 9)),
        ("values 2", "", (8,)),
    ]


def test_older_frames_are_what_they_were():
    """Channels from the first angle on turn by 360 degrees, those before are positions."""
    made = layout_of({"kind": "angles", "first_angle": 1, "offset": [0] * 3, "scale": [1] * 3})
    assert made.turn.tolist() == [0, 360, 360]
    assert [(one.name, one.channels) for one in made.together] == [
        ("angles", (1, 2)),
        ("positions", (0,)),
    ]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_signs_leave_no_opposite(seed, count):
    """With their signs, none of a series lies opposite the one before."""
    rng = np.random.default_rng(seed)
    quads = rng.normal(size=(count, 4))
    smooth = quads * signs(quads)[:, None]
    assert (np.sum(smooth[1:] * smooth[:-1], axis=1) >= 0).all()
    assert (smooth[0] == quads[0]).all()
    assert (signs(quads, -quads[0]) == -signs(quads)).all()


def test_steps_count_no_turns_and_no_signs():
    """Wraps and changes of sign are no steps."""
    rng = np.random.default_rng(2)
    quads = np.tile(rng.normal(size=4), (50, 1)) * rng.choice([-1, 1], (50, 1))
    angle = 360.0 * rng.integers(-3, 4, (50, 1)) + 10
    step = of_kinds(["degrees", *FOUR], [1.0] * 5).steps(np.concatenate([angle, quads], axis=1))
    assert np.abs(step).max() < 1e-9


@pytest.mark.parametrize(
    ("kinds", "scale"),
    [
        (["plain", "metres"], None),
        ("plain", None),
        (["plain", []], None),
        (FOUR[:3], None),
        ([*FOUR[:2], "plain", *FOUR[:2]], None),
        ([*FOUR[:3], "quaternion"], None),
        (FOUR, [1.0, 1.0, 1.0, 2.0]),
    ],
)
def test_impossible_kinds_are_refused(kinds, scale):
    """Unknown kinds, halves of quaternions, and quaternions of several scales are no settings."""
    with pytest.raises(ValueError, match=r"kinds|quaternion|net\.frame"):
        check_settings(settings_of(kinds, scale))


def test_all_kinds_may_be_used():
    """Each kind is one that a model.json may hold."""
    check_settings(settings_of([k for k in KINDS for _ in range(4 if "quat" in k else 1)]))

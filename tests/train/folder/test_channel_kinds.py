"""What channels are is found from their values, or from their names where there are any."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.train.folder.channel_kinds import agreed, kinds_of
from vdsc.train.folder.channel_names import read_names


def wander(rng, frames, size):
    """A smooth series (frames, size) that goes about one unit."""
    return np.cumsum(rng.normal(0, 1, (frames, size)), axis=0) / 12


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["degrees", "radians"]))
def test_what_wraps_is_an_angle(seed, kind):
    """A series kept within one turn is an angle in the unit of its turn; one unwrapped is plain."""
    turn = 360.0 if kind == "degrees" else 2 * np.pi
    rng = np.random.default_rng(seed)
    steady = np.arange(400)[:, None] * turn / 90 * rng.choice([-1, 1])
    whole = steady + wander(rng, 400, 1) * turn / 100
    wrapped = (whole + turn / 2) % turn - turn / 2
    both = np.concatenate([wrapped, whole], axis=1).astype(np.float32)
    assert kinds_of([both], ())[0] == [kind, "plain"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 3), st.sampled_from([0.0, 0.01]))
def test_four_of_length_one_are_a_quaternion(seed, before, off):
    """Wherever they stand and whatever their signs; a length that is only nearly 1 is not given."""
    rng = np.random.default_rng(seed)
    quads = wander(rng, 300, 4) + rng.normal(size=4)
    quads /= np.linalg.norm(quads, axis=1, keepdims=True)
    quads *= rng.choice([-1, 1], (300, 1)) * (1 + off * rng.uniform(-1, 1, (300, 1)))
    others = 3 + wander(rng, 300, before + 2)
    values = np.concatenate([others[:, :before], quads, others[:, before:]], axis=1)
    kind = "quaternion" if off else "unit quaternion"
    wanted = ["plain"] * before + [kind] * 4 + ["plain"] * 2
    assert kinds_of([values.astype(np.float32)], ())[0] == wanted


def test_constants_are_no_quaternion():
    """Four channels that never move say nothing, whatever their length."""
    values = np.tile(np.float32([1, 0, 0, 0]), (50, 1))
    assert kinds_of([values], ())[0] == ["plain"] * 4


def test_large_noise_is_no_angle():
    """Jumps that are not nearly a turn are none, nor are a few of them in a wide range."""
    rng = np.random.default_rng(1)
    values = rng.uniform(-180, 180, (500, 3)).astype(np.float32)
    assert kinds_of([values], ())[0] == ["plain"] * 3


def test_names_decide(tmp_path):
    """Names say kinds; the unit of angles is that of the largest; a false quaternion is told."""
    names = ["Hips.Xposition", "Hips.Zrotation", "Knee.Zrotation", "q.w", "q.x", "q.y", "q.z", "e"]
    (tmp_path / "channels.json").write_text(json.dumps({"channels": names, "fps": 25}))
    said = read_names(tmp_path, 8)
    assert said.fps == 25
    values = np.linspace(0, 1, 80)[:, None] * np.float32([1, 90, 1, 5, 5, 5, 5, 1])
    kinds, words = kinds_of([values.astype(np.float32)], said.kinds)
    assert agreed(kinds, said.kinds) == ["length", "degrees", "degrees", *["plain"] * 5]
    assert words == [
        "channels 3, 4, 5, 6 are called quaternions, but are not of length 1: taken as plain"
    ]


@pytest.mark.parametrize("text", ["{", '{"fps": 3}', "[1, 2]", '["a"]', '{"channels":[],"fps":-1}'])
def test_channels_json_is_checked(tmp_path, text):
    """What is no list of names, one a channel, is refused with advice."""
    (tmp_path / "channels.json").write_text(text)
    with pytest.raises(InvalidInput, match=r"channels\.json"):
        read_names(tmp_path, 2)


def test_names_beside_the_folder_may_be_of_others(tmp_path):
    """A channels.json beside the folder is used where it has as many names, else passed over."""
    (tmp_path / "channels.json").write_text('["angle", "b"]')
    (tmp_path / "data").mkdir()
    assert read_names(tmp_path / "data", 2).names == ("angle", "b")
    assert read_names(tmp_path / "data", 3).names == ()

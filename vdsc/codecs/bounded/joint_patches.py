"""Other values in the few frames of a skeleton whose points no whole steps bring near enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.bounded.patches import Patches
from vdsc.core.skin import Skin
from vdsc.core.types import Floats, Ints, Values

TURNS = 3
"""How often the channels that may change do so before one more may."""

SHARE = 0.4
"""How much of what is best for weighed squares of distances they change by."""

POWER = 4
"""Squares are weighed for this power of them: the largest ones matter."""

AT_ONCE = 512
"""Frames that are looked at together."""


@dataclass(frozen=True, eq=False)
class JointPatches:
    """Patches for a skeleton's live channels (L,), whose points may be off by a bound."""

    skin: Skin
    bound: float
    live: Ints

    def of(self, values: Values, found: Values) -> Patches:
        """Values in frames of (n, C) that are too far from those of others (n, C)."""
        frames, exact = found.astype(np.float64), values.astype(np.float64)
        patched = found.copy()
        for bad in np.flatnonzero(self._far(exact, frames)).tolist():
            near = self._nearer(exact[bad], frames[bad]).astype(found.dtype)
            if self._far(exact[bad : bad + 1], near[None].astype(np.float64)).any():
                near[self.live] = values[bad, self.live]
            patched[bad] = near
        places = np.flatnonzero((patched != found).ravel())
        return Patches(places, patched.reshape(-1)[places])

    def _nearer(self, wanted: Floats, frame: Floats) -> Floats:
        """A frame (C,) whose points are nearer to those of another, few of its channels changed.

        The channel whose change helps most is added to those that may change, again and again.
        """
        made, live, used = frame[None].copy(), self.live, np.zeros(self.live.size, dtype=bool)
        points, moves = self.skin.points(wanted[None]), np.zeros((0, live.size))
        for turn in range(TURNS * live.size):
            off = (self.skin.points(made) - points)[0]
            near = np.square(off).sum(axis=1) / self.bound**2
            if near.max() <= 1:
                break
            if turn % TURNS == 0:
                moves = self.skin.derivative(made)[0][:, live]
            scale = np.repeat(np.sqrt(np.power(near, POWER - 1)), 3)
            by, aim = moves * scale[:, None], -off.ravel() * scale
            if turn % TURNS == 0:
                helps = np.square(aim @ by) / np.maximum(np.square(by).sum(axis=0), 1e-300)
                used[np.where(used, -1, helps).argmax()] = True
            change = np.linalg.lstsq(by[:, used], aim, rcond=1e-6)[0]
            made[0, live[used]] += SHARE * change
        return np.asarray(made[0])

    def _far(self, frames: Floats, others: Floats) -> Values:
        """Which frames (n,) have a point beyond the bound."""
        spans = [slice(at, at + AT_ONCE) for at in range(0, len(frames), AT_ONCE)]
        far = [self.skin.apart(frames[span], others[span]).max(axis=1) for span in spans]
        return np.asarray(~(np.concatenate(far) <= self.bound))

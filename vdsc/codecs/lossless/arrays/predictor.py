"""Where the next level of each channel is expected, and how surely: experts, watched."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.arrays.channel_features import Features, recipes
from vdsc.codecs.lossless.arrays.channel_plan import ChannelPlan
from vdsc.codecs.lossless.arrays.mixture import POINT, Laws, Scores
from vdsc.codecs.lossless.arrays.regression import Regression
from vdsc.codecs.lossless.arrays.slots import RARE, SURE
from vdsc.codecs.lossless.arrays.solve import WEIGHT
from vdsc.core.fixed import bit_length, clamp, shifted
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL

ERROR = 4  # more bits after the point of an average error
FAST, SLOW = 1, 3  # averages forget by 2**-1 and 2**-3 a step
JUMP = 6  # a turn of 2**6 times the usual one is a jump
HUGE = 1 << 50
TRUST = 2
WILD = 2
STEP = 16 << (POINT + ERROR)
STIRRED = 16  # a parent's error counts as at most so many times the expected one
AWAY = 1 << 40


class Predictor:
    """Follows D channels frame after frame; encoder and decoder repeat the same integers.

    A mixed plan takes the laws of all experts, another that of the one with the least error.
    """

    def __init__(self, plan: ChannelPlan, levels: Ints, ranks: Ints) -> None:
        """Begin after the first frame, of levels and ranks (D,)."""
        first = levels << POINT
        self.last = ranks
        self.past = np.repeat(first[None], 5, axis=0)
        self.features = Features(plan, first)
        self.regressions = [Regression(recipe, plan.rounds) for recipe in recipes(plan)]
        usual = (np.int64(1) << plan.activity) * 3 >> 2
        self.usual = usual << ERROR
        experts = 3 + len(self.regressions)
        self.fast = np.repeat(self.usual[None], experts, axis=0)
        self.slow = self.fast.copy()
        self._guess = np.zeros((experts, levels.size), dtype=np.int64)
        self.again = np.full(levels.size, 1 << 10, dtype=np.int64)
        self.frames = 0
        self.mixed, self.groups = plan.mixed, plan.groups()
        self.scores = Scores(experts, levels.size)
        self._scale, self._share = np.ones_like(self._guess), np.zeros_like(self._guess)
        self._plain = np.ones(levels.size, dtype=np.int64)
        self._now = first

    def begin(self) -> None:
        """Turn to the next frame."""
        self._lively = bit_length(self.usual >> ERROR)
        self.features.begin(self.past, self._lively)
        self._straight = 2 * self.past[0] - self.past[1]
        error = self.fast + self.slow
        share = (error[:-1].min(axis=0) << 8) // np.maximum(error[:-1], 1)
        share = share**TRUST
        self._blend = (share << 8) // np.maximum(share.sum(axis=0), 1)
        if self.mixed:
            self._share = self.scores.shares()
        else:
            self._best = error.argmin(axis=0)

    def _most(self, average: Ints) -> Ints:
        """The largest error that counts as one: beyond lies a jump."""
        return (average << WILD) + STEP

    def law(self, channels: slice) -> Laws:
        """Return the laws of channels whose parents have been seen."""
        seen = self.features.look(channels)
        guess = self._guess[:, channels]
        guess[0], guess[1] = self.past[0, channels], self._straight[channels]
        back = -self.features.shift[channels]
        most = HUGE >> np.maximum(back, 0)
        for place, regression in enumerate(self.regressions, 2):
            turn = regression.predict(seen, channels) >> WEIGHT
            guess[place] = guess[1] + shifted(clamp(turn, -most, most), back)
        apart = clamp(guess[:-1] - guess[1], -HUGE, HUGE)
        guess[-1] = guess[1] + ((apart * self._blend[:, channels]).sum(axis=0) >> 8)
        fast, slow = self.fast[:, channels], self.slow[:, channels]
        scale = np.maximum((5 * fast + 7 * slow) >> (4 + ERROR), 1)
        if not self.mixed:
            best = self._best[channels][None]
            mean, scale = (np.take_along_axis(part, best, axis=0) for part in (guess, scale))
            return Laws(mean, scale, np.full_like(mean, TOTAL))
        self._plain[channels] = scale[-1]
        scale = np.maximum(scale * self._stir(channels) >> 8, 1)
        self._scale[:, channels] = scale
        return Laws(guess.copy(), scale, self._share[:, channels])

    def _stir(self, channels: slice) -> Ints:
        """Factors (N,) Q8 of scales: the root of how far parents are off, by what was expected."""
        parents, has = self.features.parents[:, channels], self.features.has[:, channels]
        error = np.minimum(np.abs(self._now[parents] - self._guess[-1, parents]), AWAY)
        ratio = np.minimum((error * 5 << 8) // (7 * self._plain[parents]), STIRRED << 8)
        share = ((ratio * has).sum(axis=0) + 256) // (has.sum(axis=0) + 1)
        factor: Ints = np.sqrt((share << 8).astype(np.float64)).astype(np.int64)
        return factor

    def see(self, levels: Ints, channels: slice) -> None:
        """Take the levels (N,) of a round's channels."""
        self._now[channels] = levels << POINT
        self.features.see(levels << POINT, self._straight[channels], channels)

    def end(self, levels: Ints, ranks: Ints) -> None:
        """Learn from the levels and ranks (D,) of the whole frame."""
        self.frames += 1
        if self.mixed:
            self.scores.learn(Laws(self._guess, self._scale, self._share), levels)
        now, turn = levels << POINT, (levels << POINT) - self._straight
        jump = np.abs(turn) > self.usual << (JUMP - ERROR)
        table = self.features.table
        if jump.any():
            table[:, jump] = 0
        for place, regression in enumerate(self.regressions):
            regression.learn(table, again=self.frames < 16 or (self.frames + place) % 2 == 0)
        error = np.minimum(np.abs(now - self._guess), HUGE) << ERROR
        self.fast += (np.minimum(error, self._most(self.fast)) - self.fast) >> FAST
        rate = min(SLOW, self.frames.bit_length() + 1)
        self.slow += (np.minimum(error, self._most(self.slow)) - self.slow) >> rate
        usual = np.minimum(np.abs(turn) << ERROR, self.usual << ERROR)
        self.usual = np.maximum(self.usual + ((usual - self.usual) >> 3), 16 << ERROR)
        same = (ranks == self.last) * np.int64(1 << 16)
        self.again = clamp(self.again + ((same - self.again) >> 4), RARE, SURE)
        self.past[1:] = self.past[:-1] + jump * turn
        self.past[0] = now
        self.last = ranks

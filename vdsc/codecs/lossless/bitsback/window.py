"""One window's latents: under the posterior, popped and pushed, and under the prior."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.posterior_codes import Cells, PosteriorGaps
from vdsc.codecs.lossless.bitsback.prior import grid, poisson
from vdsc.core.types import Ints
from vdsc.entropy import BitStack, KnotCoder
from vdsc.twin.inference import Seen


@dataclass(frozen=True, eq=False)
class Latent:
    """Knots of one window: frames (M,) and cells (M, D)."""

    knots: Ints
    cells: Ints


class Window:
    """The laws of one window's latents under a plan."""

    def __init__(self, model: Model, plan: LatentPlan) -> None:
        self.model, self.plan = model, plan
        prior = model.frozen if plan.frozen and model.frozen is not None else model.ou
        self.grid = grid(model.twin, plan.fine)
        self.prior = KnotCoder(prior, self.grid)
        self.moving = np.flatnonzero(~prior.is_global)
        self.narrow = self.grid.take(self.moving)
        density = plan.density
        self.times = None if density is None else poisson(model.twin, density)

    def pop_posterior(self, stack: BitStack, seen: Seen) -> Latent:
        """Pop the knots under q(T | x), then their values under q(z | T, x), first to last."""
        gaps = self._gaps(seen)
        knots = np.arange(len(seen.hidden)) if gaps is None else gaps.pop(stack)
        cells = [self._first(seen).pop(stack)]
        for begin, end in pairwise(knots.tolist()):
            now = cells[-1].copy()
            now[self.moving] = self._law(seen, now, begin, end).pop(stack)
            cells.append(now)
        return Latent(knots, np.stack(cells))

    def push_posterior(self, stack: BitStack, seen: Seen, latent: Latent) -> None:
        """Push back what `pop_posterior` popped."""
        for code, cells in reversed(self._codes(seen, latent)):
            code.push(stack, cells)
        gaps = self._gaps(seen)
        if gaps is not None:
            gaps.push(stack, latent.knots)

    def posterior_bits(self, seen: Seen, latent: Latent) -> tuple[float, float]:
        """-log2 q of the values and of the times."""
        values = sum(code.bits(cells) for code, cells in self._codes(seen, latent))
        gaps = self._gaps(seen)
        return values, 0.0 if gaps is None else gaps.bits(latent.knots)

    def push_prior(self, stack: BitStack, latent: Latent) -> None:
        """Push the values under p(z | T), then the times under p(T)."""
        self.prior.push(stack, latent.cells, latent.knots)
        if self.times is not None:
            self.times.push(stack, latent.knots, int(latent.knots[-1]))

    def pop_prior(self, stack: BitStack, frames: int) -> Latent:
        """Pop what `push_prior` pushed for a window of `frames`; raises CorruptFile."""
        span = frames - 1
        knots = np.arange(frames) if self.times is None else self.times.pop(stack, span)
        return Latent(knots, self.prior.pop(stack, knots))

    def prior_bits(self, latent: Latent) -> tuple[float, float]:
        """-log2 p of the values and of the times."""
        values = self.prior.bits(latent.cells, latent.knots)
        span = int(latent.knots[-1])
        return values, 0.0 if self.times is None else self.times.bits(latent.knots, span)

    def path(self, latent: Latent) -> Ints:
        """z^(t) (T, D) Q16 at all frames."""
        return self.model.synth.path(latent.knots, self.grid.value(latent.cells))

    @staticmethod
    def bare(frames: int) -> Ints:
        """The path of a window without latents: no numbers (T, 0) at all frames."""
        return np.zeros((frames, 0), dtype=np.int64)

    def _gaps(self, seen: Seen) -> PosteriorGaps | None:
        density = self.plan.density
        return None if density is None else PosteriorGaps(self.model.twin, seen, density)

    def _first(self, seen: Seen) -> Cells:
        return Cells.of(seen.goals[0], self.model.twin.spread, self.grid)

    def _law(self, seen: Seen, last: Ints, begin: int, end: int) -> Cells:
        mean, scale = self.model.twin.step(seen, self.grid.value(last), begin, end)
        return Cells.of(mean[self.moving], scale[self.moving], self.narrow)

    def _codes(self, seen: Seen, latent: Latent) -> list[tuple[Cells, Ints]]:
        codes = [(self._first(seen), latent.cells[0])]
        knots = latent.knots.tolist()
        for i, (begin, end) in enumerate(pairwise(knots)):
            law = self._law(seen, latent.cells[i], begin, end)
            codes.append((law, latent.cells[i + 1][self.moving]))
        return codes

"""Windows of a sequence chained on one stack, and where its bits went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vdsc.codecs.lossless.bitsback.bill import Bill
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model, Observation, Values
from vdsc.codecs.lossless.bitsback.window import Window
from vdsc.codecs.windows import apart
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile


def encode(
    model: Model, view: Observation, x: Values, plan: LatentPlan, longest: int
) -> tuple[bytes, list[Bill]]:
    """The stack's bytes for frames x (T, ...), T > 0, and the bill of each window, in order.

    The last window is pushed first, so that the decoder begins with the first; initial bits are
    paid once, by the last window.
    """
    stack, window, bills = BitStack(), Window(model, plan), []
    for begin, end in reversed(list(apart(len(x), longest))):
        bills.append(push(window, view, stack, x[begin:end]))
    return stack.to_bytes(), bills[::-1]


def push(window: Window, view: Observation, stack: BitStack, x: Values) -> Bill:
    """Push one window's frames (T, ...)."""
    if not window.plan.latents:
        held = stack.bits
        view.push(stack, x, window.bare(len(x)), window.model.synth)
        return Bill(0.0, 0.0, 0.0, stack.bits - held, 0, 0.0)
    seen = window.model.twin.see(view.units(x))
    held = stack.bits
    latent = window.pop_posterior(stack, seen)
    taken = held - stack.bits
    left = stack.bits
    view.push(stack, x, window.path(latent), window.model.synth)
    observed = stack.bits - left
    window.push_prior(stack, latent)
    free, prior = window.posterior_bits(seen, latent), window.prior_bits(latent)
    return Bill(
        initial=sum(free) - taken,
        values=prior[0] - free[0],
        times=prior[1] - free[1],
        observations=observed,
        knots=len(latent.knots),
        borrowed=sum(free),
    )


def decode(
    model: Model, view: Observation, data: bytes, frames: int, plan: LatentPlan, longest: int
) -> tuple[Values, int]:
    """Frames (T, ...) that `encode` was given and how many knots; raises CorruptFile."""
    stack, window = BitStack.from_bytes(data), Window(model, plan)
    made = list(_windows(window, view, stack, apart(frames, longest)))
    if not stack.empty:
        raise CorruptFile("a stream holds more than its frames; the file is damaged")
    return np.concatenate([x for x, _ in made]), sum(knots for _, knots in made)


def _windows(
    window: Window, view: Observation, stack: BitStack, parts: Iterable[tuple[int, int]]
) -> Iterator[tuple[Values, int]]:
    """Frames and number of knots of each window."""
    for begin, end in parts:
        if not window.plan.latents:
            yield view.pop(stack, window.bare(end - begin), window.model.synth), 0
            continue
        latent = window.pop_prior(stack, end - begin)
        x = view.pop(stack, window.path(latent), window.model.synth)
        window.push_posterior(stack, window.model.twin.see(view.units(x)), latent)
        yield x, len(latent.knots)

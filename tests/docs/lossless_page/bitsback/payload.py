"""Method 2, `bitsback`: windows on one stack."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.inference import Inference
from tests.docs.lossless_page.bitsback.latents import ornstein, pop_knots, push_posterior, values
from tests.docs.lossless_page.bitsback.learned_mixture import LearnedMixture
from tests.docs.lossless_page.bitsback.observation import frames_of
from tests.docs.lossless_page.bitsback.synthesis import Synthesis
from tests.docs.page_decoder import varint


@dataclass
class Model:
    """A checkpoint."""

    settings: dict[str, Any]
    weights: dict[str, Any]
    tables: dict[str, Any]

    @cached_property
    def inference(self) -> Inference:
        return Inference(self.settings["net"], self.weights)

    @cached_property
    def synthesis(self) -> Synthesis:
        return Synthesis(self.settings["net"], self.weights, self.inference.nu)

    @cached_property
    def mixture(self) -> LearnedMixture | None:
        own = self.settings.get("kind") == "bitsback"
        return LearnedMixture(self.weights, self.settings["net"]) if own else None


def told(payload: bytes) -> tuple[dict[str, int], bytes]:
    """What stands before the stack, and the stack."""
    found, at = {"plan": payload[0]}, 1
    for name in ("density", "knots", "values", "times", "initial"):
        found[name], at = varint(payload, at)
    for name in ("values", "times"):
        n = found[name]
        found[name] = -(n + 1) // 2 if n % 2 else n // 2
    return found, payload[at:]


def bitsback(payload: bytes, shape: tuple[int, ...], model: Model, met: set[Any]) -> bytes:
    """The chunk's values as bytes."""
    head, data = told(payload)
    assert head["plan"] < 16
    assert head["density"] <= (512 if model.mixture else 511)
    density = None if head["density"] >= 511 else head["density"] - 255
    fine = (head["plan"] >> 1) - 3
    assert not data.endswith(b"\0")
    stack, q = Stack(data), model.inference
    tables = model.tables if head["plan"] & 1 else ornstein(q)
    n = -(-shape[0] // model.settings["chunk"])
    found, count = [], 0
    for i in range(n):
        frames = (i + 1) * shape[0] // n - i * shape[0] // n
        if head["density"] == 512:
            assert model.mixture
            planes = np.repeat(model.mixture.blank[None], frames, axis=0)
            found.append(model.mixture.pop(stack, planes))
            met.add("no latents")
            continue
        knots, path, cells = pop_knots(stack, q, tables, (density, fine), frames)
        z = model.synthesis.path(knots, [values(path, each) for each in cells])
        if model.mixture:
            pixels = model.mixture.pop(stack, model.synthesis.drawn(z))
            met.add("learned mixture")
        else:
            pixels = frames_of(stack, z, model.synthesis, met)[..., None]
        q.see(pixels)
        push_posterior(stack, q, density, knots, path, cells)
        found.append(pixels)
        count += len(knots)
    assert stack.empty
    assert count == head["knots"]
    met |= {("plan", density is None, head["plan"] & 1), *({"windows"} if n > 1 else ())}
    return np.concatenate(found).astype(np.uint8).tobytes()

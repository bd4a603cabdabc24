"""What the latents of bits-back cost: by the coder's tables, and by the float networks.

    VDSC_DATA=... python -m benchmarks.latents [clips]      32 clips if nothing else is said

Writes benchmarks/latents.json and latents.md.

    random bits --the coder's pop--> latents ~ its q     net:     its own log2 q - log2 p
    generator --the networks' q----> latents ~ q         kl:      log2 q - log2 p in real numbers
                                                         coder:   the coder's price of the same
                                     path, no cells      path_kl: KL from the OU prior

`kl` and `path_kl` estimate KL(q || p) without bias, of cells and of densities.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_probabilities
from benchmarks.float_networks import View
from vdsc.bench.clips import Clip, NoData, moving_digits
from vdsc.bench.lossy_tables import table
from vdsc.bench.peers import bitsback_alone
from vdsc.bench.runner import conditions, to_stderr, write_json
from vdsc.codecs.lossless.bitsback.bitsback_method import FITTED
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.window import Latent, Window
from vdsc.entropy import BitStack
from vdsc.model import store
from vdsc.model.path_model import PathModel
from vdsc.twin.inference import Seen

DENSITIES = (None, 255, 128, 0)
OU, FROZEN = "OU (the paper's)", "frozen"
FINE = 2
DRAWS = 2
OUT = Path(__file__).with_suffix(".json")
RANDOM = 1 << 14
"""Random bytes that the posterior borrows from."""

PAPER = (171.75, 126.55)
NOTE = (
    f"The paper's learned grid cut its latents from {PAPER[0]} to {PAPER[1]} bits, by "
    f"{1 - PAPER[1] / PAPER[0]:.1%}. Net: the coder's log q - log p of the latents that it pops. "
    "Float KL: the same of latents that the float networks draw, in real numbers, and what the "
    "coder asks for these very latents. Under the OU prior it asks less than the KL: its tables "
    "give no cell less than 2^-16, where a normal law with a small diffusion calls a step all but "
    "impossible. Observations: all pixels under the paper's law, given the latents popped."
)


@dataclass(frozen=True, slots=True)
class LatentCosts:
    """Bits of one draw of a clip's latents; path_kl under the OU prior alone, 0 elsewhere."""

    knots: float
    values: float
    times: float
    net: float
    kl: float
    coder: float
    path_kl: float
    observations: float


def study(checkpoint: str, clips: list[Clip]) -> dict[str, Any]:
    """Mean bits a clip for knots at every frame and learned ones, under both priors."""
    networks, model = (
        PathModel.load(store.by_name(checkpoint), "cpu"),
        bitsback_alone.model(checkpoint),
    )
    views = [View.of(networks, clip.values) for clip in clips]
    rows = []
    for density in DENSITIES:
        for prior in (OU, FROZEN):
            window = Window(model, LatentPlan(density, FINE, frozen=prior == FROZEN))
            draws = [
                _draw(window, clip, view, np.random.default_rng((place, turn)))
                for place, (clip, view) in enumerate(zip(clips, views, strict=True))
                for turn in range(DRAWS)
            ]
            rows.append({"density": density, "prior": prior, **means(draws)})
    return {"fine": FINE, "draws": DRAWS, "paper": PAPER, "note": NOTE, "rows": saved(rows)}


def means(draws: list[LatentCosts]) -> dict[str, float]:
    """Means over draws."""
    every = [asdict(draw) for draw in draws]
    return {name: float(np.mean([one[name] for one in every])) for name in every[0]}


def saved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the share of net bits that a row saves of the first one with its prior."""
    first = {row["prior"]: row["net"] for row in reversed(rows)}
    return [{**row, "saved": 1 - row["net"] / first[row["prior"]]} for row in rows]


def _draw(window: Window, clip: Clip, view: View, rng: np.random.Generator) -> LatentCosts:
    """One draw of the coder and one of the networks."""
    model, density = window.model, window.plan.density
    seen = model.twin.see(FITTED.units(clip.values))
    popped = pop(window, seen, rng)
    values, times = net_bits(window, seen, popped)
    knots = view.knots(density, rng)
    drawn = view.cells(knots, window.grid, window.moving, rng)
    own, prior = (0.0, 0.0) if density is None else view.times_bits(knots, density)
    path = 0.0 if window.plan.frozen else view.values_kl(knots, window.moving, rng) + prior - own
    return LatentCosts(
        knots=len(popped.knots),
        values=values,
        times=times,
        net=values + times,
        kl=values_kl(window, view, drawn) + prior - own,
        coder=sum(net_bits(window, seen, drawn)),
        path_kl=path,
        observations=_observations(model, window, popped, clip),
    )


def pop(window: Window, seen: Seen, rng: np.random.Generator) -> Latent:
    """Latents under the coder's posterior, from random bits."""
    return window.pop_posterior(BitStack.from_bytes(rng.bytes(RANDOM) + b"\1"), seen)


def net_bits(window: Window, seen: Seen, latent: Latent) -> tuple[float, float]:
    """The coder's log2 q - log2 p of values and times."""
    own, prior = window.posterior_bits(seen, latent), window.prior_bits(latent)
    return prior[0] - own[0], prior[1] - own[1]


def values_kl(window: Window, view: View, latent: Latent) -> float:
    """log2 q - log2 p of the cells in real numbers."""
    own, prior = view.values_bits(latent, window.grid, window.moving)
    if window.plan.frozen and window.model.frozen is not None:
        prior = real_probabilities.frozen_values(window.model.frozen, latent, window.grid)
    return prior - own


def _observations(model: Model, window: Window, latent: Latent, clip: Clip) -> float:
    """Bits of all pixels under the paper's law."""
    stack = BitStack()
    FITTED.push(stack, clip.values, window.path(latent), model.synth)
    return float(stack.bits)


def markdown(found: Mapping[str, Any]) -> str:
    """The table of one study."""
    rows = [list(latent_row(one).values()) for one in found["rows"]]
    head = list(latent_row(found["rows"][0]))
    title = "### Latents: the coder's net bits and the float networks' KL"
    return f"{title}\n\n{table(head, rows)}\n\n{found['note']}\n"


def latent_row(one: Mapping[str, Any]) -> dict[str, str]:
    """One density and prior as cells under their headings, bits a clip."""
    full = one["density"] is None
    return {
        "knots": "every frame" if full else f"learned, density {one['density']}",
        "prior": one["prior"],
        "knots/clip": f"{one['knots']:.1f}",
        "values": f"{one['values']:.0f}",
        "times": f"{one['times']:.0f}",
        "net": f"{one['net']:.0f}",
        "net, of every frame": "-" if full else f"{-one['saved']:+.1%}",
        "float KL": f"{one['kl']:.0f}",
        "coder, same latents": f"{one['coder']:.0f}",
        "coder, of KL": f"{one['coder'] / one['kl'] - 1:+.1%}",
        "float KL, no cells": f"{one['path_kl']:.0f}" if one["path_kl"] else "-",
        "observations": f"{one['observations']:,.0f}",
    }


def main(words: Sequence[str]) -> None:
    """Study the clips and write both files; without data say so in one line."""
    try:
        clips = moving_digits(int(words[0]) if words else 32)
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
        return
    found = {"conditions": conditions(), **study("digits", clips)}
    write_json(OUT, found)
    OUT.with_suffix(".md").write_text(markdown(found), encoding="utf-8")
    sys.stdout.write(markdown(found))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Measure the base of codec `field`: ways to send a tile's latents, alone and under the pyramid.

    OMP_NUM_THREADS=1 python -m benchmarks.field_base [part ...]      parts: see PARTS

Needs the tiles of `VDSC_DATA` (images/photo_tiles32_train.npz), of which 120 are taken, evenly,
from all 17 photographs; the model `tiles` was trained on other photographs. Writes
benchmarks/field_base.json, part by part. PSNR is the mean over tiles; "pooled" is that of the mean
squared error.
"""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import vdsc
from vdsc.bench.runner import run_parts
from vdsc.codecs.field.base_blocks import SPREAD
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.base_network import LATENT
from vdsc.codecs.field.block_choice import Parabola, TileChooser
from vdsc.core.types import Floats
from vdsc.entropy import BitStack
from vdsc.errors import LimitExceeded
from vdsc.model import store
from vdsc.rec import Blocked, Gaussian, ProductChain, ProductRatios
from vdsc.rec.steps import continuous

FEW = 12
"""Tiles that the ways to send latents are compared on."""

TOGETHER = 8
"""Latents that are rounded one after the other under one parabola."""

OUT = Path(__file__).with_suffix(".json")
COUNT = 120
UNIT = float(1 << LATENT)
BUDGET = 12 * 16
Line = dict[str, Any]


def tiles(count: int = COUNT) -> Floats:
    """The tiles (count, 32, 32, 3) uint8 that all is measured on."""
    path = Path(os.environ["VDSC_DATA"]) / "images" / "photo_tiles32_train.npz"
    every = np.load(path)["x"]
    return every[np.linspace(0, len(every) - 1, count).astype(int)]


def quality(made: Floats, wanted: Floats) -> Line:
    """PSNR, dB."""
    error = np.square(made.astype(float) - wanted).reshape(len(made), -1).mean(axis=1)
    error = np.maximum(error, 0.01)
    each = 10 * np.log10(255**2 / error)
    return {"psnr": float(each.mean()), "pooled": float(10 * np.log10(255**2 / error.mean()))}


def chooser() -> TileChooser:
    """That of the model `tiles`."""
    layer = BaseLayer.of(store.by_name("tiles"))
    return TileChooser(layer.network, layer.blocks)


def webp() -> list[Line]:
    """Each tile as a file of WebP."""
    lines = []
    for q in (1, 10, 25, 45, 65):
        size, made = 0, []
        for tile in tiles():
            file = io.BytesIO()
            Image.fromarray(tile).save(file, "webp", quality=q, method=6)
            size += file.tell()
            made.append(np.asarray(Image.open(file).convert("RGB")))
        lines.append({"q": q, "bytes": size / COUNT, **quality(np.stack(made), tiles())})
    return lines


def local() -> list[Line]:
    """All tiles as one file of codec `field` without a base."""
    return [
        {"blocks": size, "quality": q, **coded(blocks=(1, size, size), quality=q)}
        for size in (8, 16)
        for q in (17, 20, 26, 32, 38)
    ]


def together() -> list[Line]:
    """The same with a base of at most so many blocks."""
    return [
        {
            "base": base,
            "quality": q,
            **coded(blocks=(1, 8, 8), quality=q, base="tiles", base_blocks=base),
        }
        for base, q in ((4, 26), (16, 26), (4, 20), (4, 32))
    ]


def coded(**settings: Any) -> Line:
    """Bytes a tile, whole file, and PSNR."""
    wanted, begun = tiles(), time.perf_counter()
    data = vdsc.compress(
        wanted, codec="field", own=True, step=step_of(settings.pop("quality")), **settings
    )
    seconds = time.perf_counter() - begun
    return {
        "bytes": len(data) / COUNT, "seconds": seconds,
        **quality(vdsc.decompress(data).values, wanted),
    }  # fmt: skip


def step_of(quality: int) -> float:
    """The step that a quality means for these tiles."""
    return float(tiles().astype(float).std() * 2.0 ** ((30 - quality) / 10))


def blocks() -> list[Line]:
    """Least cost: the base alone, in blocks; prefixes of one progressive stream."""
    choose, wanted, lines = chooser(), tiles(FEW), []
    layer = BaseLayer.of(store.by_name("tiles"))
    for asked, noise in PLANS:
        most, begun = min(asked, len(layer.blocks)), time.perf_counter()
        indices = [choose.chosen(t, most=most, noise=noise**2, price=0) for t in wanted]
        seconds = (time.perf_counter() - begun) / FEW
        for few in sorted({0, most // 4, most // 2, most}):
            part = [one[:few] for one in indices]
            made = layer.picture((FEW, 32, 32), part)
            lines.append(
                {"most": most, "noise": noise, "blocks": few, "bits": 16 * few, "seconds": seconds}
                | quality(made, wanted)
            )
    return lines


def stopped() -> list[Line]:
    """Least cost, each tile in as many blocks as it is worth at the price that rounding has."""
    choose, wanted = chooser(), tiles(FEW)
    layer, lines = BaseLayer.of(store.by_name("tiles")), []
    for noise in (16.0, 9.0):
        most, price = len(layer.blocks), 2 * np.log(2) * noise**2
        found = [choose.chosen(t, most=most, noise=noise**2, price=price) for t in wanted]
        bits = float(np.mean([16 * len(one) + np.log2(most + 1) for one in found]))
        made = layer.picture((FEW, 32, 32), found)
        lines.append({"noise": noise, "bits": bits} | quality(made, wanted))
    return lines


def alone() -> list[Line]:
    """The first few blocks of all tiles, by least cost."""
    choose, wanted = chooser(), tiles()
    layer = BaseLayer.of(store.by_name("tiles"))
    most, noise = PLANS[-1]
    indices = [choose.chosen(t, most=most, noise=noise**2, price=0) for t in wanted]
    return [
        {"bytes": 2 * few}
        | quality(layer.picture((COUNT, 32, 32), [one[:few] for one in indices]), wanted)
        for few in (0, 8, 16, 24, 32, 40, 48)
    ]


PLANS = ((16, 16.0), (48, 9.0))
"""How many blocks, and levels of noise."""


def drawn() -> list[Line]:
    """Relative entropy coding of samples, block by block, the rest refined after each."""
    return [sent(DrawnTile, *plan) for plan in PLANS]


def scalar() -> list[Line]:
    """Rounded latents, each where error and bits are least, the rest refined; ideal bits."""
    return [sent(RoundedTile, *plan) for plan in PLANS]


def sent(way: Any, most: int, noise: float) -> Line:
    """Mean figures of a way to send latents."""
    wanted, layer = tiles(FEW), BaseLayer.of(store.by_name("tiles"))
    walk, begun = way(chooser(), layer, min(most, len(layer.blocks)), noise**2), time.perf_counter()
    found = [walk.sent(tile.astype(float).ravel(), n) for n, tile in enumerate(wanted)]
    seconds = (time.perf_counter() - begun) / FEW
    names = [name for name in found[0] if name != "picture"]
    made = np.stack([one["picture"] for one in found])
    means = {name: float(np.mean([one[name] for one in found])) for name in names}
    return {"most": most, "noise": noise, "seconds": seconds} | means | quality(made, wanted)


class DrawnTile:
    """Sends a sample of a tile's latents: Gaussian targets, the model's blocks as proposals."""

    def __init__(self, choose: TileChooser, layer: BaseLayer, most: int, noise: float) -> None:
        self.choose, self.layer, self.most, self.noise = choose, layer, most, noise
        self.expected = self.rates()

    def rates(self) -> list[Floats]:
        """Mean KLs, bits, of the variables of each block, on a few other tiles."""
        others = tiles(408)[5::68]
        kls = [self._walk(t.astype(float).ravel(), None)["kls"] for t in others]
        return [np.mean([one[b] for one in kls], axis=0) for b in range(self.most)]

    def sent(self, wanted: Floats, number: int) -> Line:
        """The picture of a sample, its bits, and how many searches are proven."""
        return self._walk(wanted, number)

    def _walk(self, wanted: Floats, number: int | None) -> Line:
        choose, every, most = self.choose, self.layer.blocks, self.most
        now = np.zeros(self.layer.network.latents)
        near = choose.parabola(
            wanted, choose.fitted(wanted, most=most, noise=self.noise), self.noise
        )
        stack, all_kls, settled, searches = warm(), [], 0, 0
        start = size_of(stack)
        for b in range(most):
            if b and b % 8 == 0:
                later = near.after(now, choose.spread(b, most))[2]
                near = choose.parabola(wanted, now + later, self.noise)
            slope, bend, _ = near.after(now, choose.spread(b + 1, most))
            used = every.used(b)
            far = every.scales[b][every.places[b] >= 0] / 2.0**16 * SPREAD / UNIT
            part = bend[np.ix_(used, used)] + np.diag(far**-2.0)
            mean = np.linalg.solve(part, -slope[used])
            own = np.minimum(np.diag(part) ** -0.5, 0.9999 * far)
            ratio = own / far
            reach = 8.2 - 6.2 * ratio  # beyond that the proposal has no point
            off = np.clip(mean / far, -reach, reach)
            kls = (-np.log(ratio) + (ratio**2 + off**2 - 1) / 2) / np.log(2)
            all_kls.append(kls)
            if number is None:
                now[used] += off * far
                continue
            rates = np.maximum(np.rint(16 * self.expected[b]), 1).astype(np.int64)
            coder = Blocked(ProductChain(rates), BUDGET, most=1 << 17, exact=False)
            laws = [Gaussian(m, s) for m, s in zip(off, ratio, strict=True)]
            targets = [continuous(law, Gaussian(0, 1), cells=512) for law in laws]
            try:
                found = coder.push(stack, ProductRatios(targets), seed=1, number=number * 256 + b)
            except LimitExceeded:
                continue
            now[used] += far * Gaussian(0, 1).quantile(found.values)
            settled += sum(block.settled for block in found.blocks)
            searches += len(found.blocks)
        picture = self.layer.network.picture(np.rint(now * UNIT)) / 256
        kl = float(sum(one.sum() for one in all_kls))
        if number is None:
            return {"kls": all_kls}
        bits, share = size_of(stack) - start, settled / searches
        return {"picture": picture, "bits": bits, "kl": kl, "settled": share}


class RoundedTile:
    """Rounds a tile's latents one after the other, those that matter most first."""

    def __init__(self, choose: TileChooser, layer: BaseLayer, most: int, noise: float) -> None:
        self.choose, self.layer, self.most, self.noise = choose, layer, most, noise
        self.spread = choose.spread(0, len(layer.blocks)) + 1e-12
        bends = []
        for tile in tiles(408)[5::68]:
            real = tile.astype(float).ravel()
            goal = choose.fitted(real, most=len(layer.blocks), noise=noise)
            bends.append(np.diag(choose.parabola(real, goal, noise).bend))
        bend = np.mean(bends, axis=0) + 1e-9
        self.steps = np.sqrt(12 / bend)
        self.order = np.argsort(-bend * self.spread)
        self.order = self.order[(bend * self.spread)[self.order] > 0.5]

    def sent(self, wanted: Floats, number: int) -> Line:
        """The picture and ideal bits under Laplace laws of the model's spreads."""
        choose, every = self.choose, len(self.layer.blocks)
        now, left, nats = np.zeros(len(self.spread)), self.spread.copy(), 0.0
        near = choose.parabola(
            wanted, choose.fitted(wanted, most=every, noise=self.noise), self.noise
        )
        for at in range(0, len(self.order), TOGETHER):
            some = self.order[at : at + TOGETHER]
            if at and at % (6 * TOGETHER) == 0:
                near = choose.parabola(wanted, now + near.after(now, left)[2], self.noise)
            left[some] = 0
            slope, bend, _ = near.after(now, left)
            part = Parabola(np.zeros(len(some)), slope[some], bend[np.ix_(some, some)])
            moved = np.zeros(len(some))
            for i, latent in enumerate(some.tolist()):
                later = np.where(np.arange(len(some)) > i, self.spread[some], 0)
                pull, curve, _ = part.after(moved, later)
                q, cost = self._best(pull[i], curve[i, i], latent)
                moved[i], nats = q * self.steps[latent], nats + cost
            now[some] = moved
        picture = self.layer.network.picture(np.rint(now * UNIT)) / 256
        return {"picture": picture, "bits": nats / np.log(2)}

    def _best(self, slope: float, bend: float, latent: int) -> tuple[int, float]:
        """The whole number of least cost, and its nats."""
        step = self.steps[latent]
        nearest = -slope / max(bend, 1e-12) / step
        few = {0, *(int(np.trunc(nearest)) + d for d in (-1, 0, 1))}
        scale = step / np.sqrt(self.spread[latent] / 2)

        def nats(q: int) -> float:
            if not q:
                return -float(np.log(-np.expm1(-scale / 2)))
            return float(abs(q) * scale - np.log(np.sinh(scale / 2)))

        costs = {q: slope * q * step + bend * (q * step) ** 2 / 2 + nats(q) for q in few}
        best = min(costs, key=lambda q: costs[q])
        return best, nats(best)


def warm() -> BitStack:
    """A stack that is past its start."""
    stack = BitStack()
    stack.push_uniform(np.full(4, 12345), np.full(4, 1 << 24))
    return stack


def size_of(stack: BitStack) -> int:
    """Bits of a stack."""
    return 8 * len(stack.to_bytes())


PARTS = {
    "webp": webp, "local": local, "alone": alone, "blocks": blocks, "stopped": stopped,
    "drawn": drawn, "scalar": scalar, "together": together,
}  # fmt: skip

if __name__ == "__main__":
    run_parts(PARTS, OUT)

"""Measure vdsc.rec: whether samples follow Q, real bits against KL, steps, time.

    OMP_NUM_THREADS=1 python -m benchmarks.rec [part ...]       parts: see PARTS; all by default

Writes benchmarks/rec.json, part by part. Bits are those that a stack grows by, over all samples of
a line, each with its own seed; the 23 bits that constriction's empty stack starts with are paid
once a file and are not in them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from tests.rec.pairs import PAIRS, SCHEMES, p_values
from vdsc.bench.runner import run_parts
from vdsc.entropy import BitStack
from vdsc.rec import (
    Blocked,
    BranchingGPRS,
    Channel,
    GapChain,
    GapRatios,
    Gaussian,
    Noise,
    ProductChain,
    ProductRatios,
    Scheme,
    Target,
)
from vdsc.rec.proposals import WHOLE
from vdsc.rec.steps import continuous

OUT = Path(__file__).with_suffix(".json")
KLS = (0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16)
WIDEST = 10  # bits of Dinf up to which schemes that take 2**Dinf steps are run
Line = dict[str, Any]


def warm() -> BitStack:
    """Return a stack that is past its start."""
    stack = BitStack()
    stack.push_uniform(np.full(4, 12345), np.full(4, 1 << 24))
    return stack


def gaussian(kl: float) -> Gaussian:
    """Return N(m, s^2) with m = 0.7 sqrt(1 - s^2) whose KL to N(0, 1) is `kl` bits."""
    low, high = 1e-9, 1 - 1e-9
    for _ in range(100):
        scale = math.sqrt(low * high)
        nats = -math.log(scale) - 0.51 * (1 - scale**2) / 2
        low, high = (scale, high) if nats > kl * math.log(2) else (low, scale)
    return Gaussian(0.7 * math.sqrt(1 - scale**2), scale)


def send(channel: Channel, targets: Iterable[Target], number: int = 0) -> Line:
    """Send one sample of each target and take them back."""
    stack, drawn, start = warm(), [], time.perf_counter()
    before = stack.bits
    for seed, target in enumerate(targets):
        drawn.append(channel.push(stack, target, seed=seed, number=number))
    bits, middle = stack.bits - before, time.perf_counter()
    wrong = sum(
        channel.pop(stack, seed=seed, number=number).value != drawn[seed].value
        for seed in reversed(range(len(drawn)))
    )
    steps = np.array([sample.found.steps for sample in drawn])
    return {
        "seeds": len(drawn),
        "bits": bits / len(drawn),
        "steps": float(steps.mean()),
        "most_steps": int(steps.max()),
        "mismatches": wrong,
        "encode_ms": 1e3 * (middle - start) / len(drawn),
        "decode_ms": 1e3 * (time.perf_counter() - middle) / len(drawn),
        "values": [sample.value for sample in drawn],
    }


def correctness(seeds: int = 10_000) -> list[Line]:
    """All schemes on all pairs, each with random numbers of its own."""
    lines = []
    for pair, (q, p) in PAIRS.items():
        target = continuous(q, p)
        for name, make in SCHEMES.items():
            line = send(Channel(p, make(round(16 * target.kl))), [target] * seeds, len(lines))
            ks, chi2 = p_values(q.cdf(np.array(line.pop("values"))))
            line |= {"pair": pair, "scheme": name, "kl": target.kl, "dinf": target.dinf}
            lines.append(line | {"ks_p": ks, "chi2_p": chi2})
            say(lines[-1])
    return lines


def codelength() -> list[Line]:
    """Bits and steps against KL: Gaussian targets of one mean."""
    lines = []
    for kl in KLS:
        target = continuous(gaussian(kl), Gaussian())
        for name, make in SCHEMES.items():
            cheap = name in {"branching GPRS", "AS*", "AD*"}
            if cheap or target.dinf < WIDEST:
                line = send(Channel(Gaussian(), make(round(16 * kl))), [target] * 2000)
                del line["values"]
                lines.append(line | {"scheme": name, "kl": target.kl, "dinf": target.dinf})
                say(lines[-1])
    return lines


def information() -> list[Line]:
    """Bits against mutual information: Gaussian channels, where every target has its own mean."""
    lines = []
    for bits in (0.95, 2, 5.2, 8, 12):
        scale, rng = 2.0**-bits, np.random.default_rng(5)
        means = math.sqrt(1 - scale**2) * rng.standard_normal(1500)
        targets = [continuous(Gaussian(mean, scale), Gaussian(), cells=1024) for mean in means]
        line = send(Channel(Gaussian(), BranchingGPRS(round(16 * bits))), targets)
        del line["values"]
        lines.append(line | {"information": bits})
        say(lines[-1])
    return lines


def needle(kl: float, dinf: float) -> Target:
    """Return a plateau with 0.25 / dinf of the mass on a needle in its middle."""
    thin = 0.25 / dinf
    half = int(WHOLE * 2.0 ** -(kl + 1))
    middle, width = WHOLE // 3, int(WHOLE * thin * 2.0**-dinf)
    edges = np.array([0, middle - half, middle, middle + width, middle + half, WHOLE])
    return Target(edges, np.array([0, (1 - thin) / 2, thin, (1 - thin) / 2, 0]))


def reach() -> list[Line]:
    """Steps against Dinf at a KL of about 5 bits."""
    lines = []
    for dinf in (6, 8, 10, 12, 14, 20, 30, 40, 46):
        target = needle(5, dinf)
        for name, make in SCHEMES.items():
            branching = name in {"branching GPRS", "AS*", "AD*"}
            # The longest of 3,000 searches of global GPRS at 14 bits passes its bound of 2**22.
            if branching or dinf <= (12 if name == "global GPRS" else 14):
                scheme: Scheme = make(80)
                few = 1000 if branching else 3000
                steps = [scheme.search(target, Noise(seed)).steps for seed in range(few)]
                line = {"scheme": name, "kl": target.kl, "dinf": target.dinf, "seeds": few}
                lines.append(line | {"steps": float(np.mean(steps))})
                say(lines[-1])
    return lines


def blocks(coder: Blocked, ratios: Any, kl: float, seeds: int) -> Line:
    """Send a chain many times and take it back."""
    stack, start = warm(), time.perf_counter()
    before = stack.bits
    sent = [coder.push(stack, ratios, seed=seed) for seed in range(seeds)]
    bits, middle = stack.bits - before, time.perf_counter()
    back = [coder.pop(stack, seed=seed) for seed in reversed(range(seeds))][::-1]
    wrong = sum((a.values != b).any() for a, b in zip(sent, back, strict=True))
    found = [block for one in sent for block in one.blocks]
    return {
        "seeds": seeds,
        "kl": kl,
        "bits": bits / seeds,
        "blocks": len(found) / seeds,
        "settled": float(np.mean([block.settled for block in found])),
        "late": float(
            np.mean([2 * block.index > coder.candidates(block.expected) for block in found])
        ),
        "candidates": float(np.mean([block.steps for block in found])),
        "mismatches": int(wrong),
        "encode_ms": 1e3 * (middle - start) / seeds,
        "decode_ms": 1e3 * (time.perf_counter() - middle) / seeds,
    }


def clips() -> list[Line]:
    """Gaps of a 100-frame clip under SoftplusLogistic-like targets, from vague to sharp."""
    gap, span, lines = np.arange(1, 41), 99, []
    weights = np.maximum(np.floor(65536 * np.exp(-gap / 8) / np.exp(-gap / 8).sum()), 1)
    row = weights.astype(np.int64)
    row[0] += 65536 - row.sum()
    for sharp in (8, 5, 3, 2, 1.2, 0.7):
        centres = np.random.default_rng(1).uniform(4, 14, size=span)
        pmf = 1 / np.cosh((gap - centres[:, None]) / sharp) ** 2
        ratios = GapRatios.of(row, span, lambda ticks, pmf=pmf: pmf[ticks])
        kl, count = ratios.kl
        chain = GapChain(row, span, ratios.rate)
        for budget in (6, 8, 10):
            coder = Blocked(chain, 16 * budget, most=1 << 15, exact=False)
            line = blocks(coder, ratios, kl, 200)
            goal = {"with_rate": line["bits"] + 8, "goal": 1.2 * kl + 16}
            lines.append({"budget": budget, "gaps": count} | line | goal)
            say(lines[-1])
    return lines


def products() -> list[Line]:
    """64 Gaussians of small KL in blocks of 4, 6 and 8 bits, and one code each for comparison."""
    lines, rng = [], np.random.default_rng(2)
    for scale in (0.95, 0.85, 0.7):
        means = math.sqrt(1 - scale**2) * rng.standard_normal(64)
        laws = [Gaussian(mean, scale) for mean in means]
        targets = [continuous(law, Gaussian(), cells=128) for law in laws]
        kls = np.array([target.kl for target in targets])
        chain = ProductChain(np.rint(16 * kls).astype(np.int64))
        single = send(Channel(Gaussian(), BranchingGPRS(round(16 * kls.mean()))), targets * 20)
        for budget in (4, 6, 8):
            coder = Blocked(chain, 16 * budget, most=1 << 13, exact=False)
            line = blocks(coder, ProductRatios(targets), float(kls.sum()), 40)
            lines.append({"scale": scale, "budget": budget, "one_by_one": 64 * single["bits"]})
            lines[-1] |= line
            say(lines[-1])
    return lines


def joint() -> Line:
    """Whether blocked gaps follow their joint law: chi-square over 64 sequences, 10,000 seeds."""
    gap, row = np.arange(1, 5), np.array([30000, 18000, 11000, 6536])
    pmf = 1 / np.cosh((gap - 2 - np.sin(np.arange(7) / 2)[:, None]) / 1.2) ** 2
    chain = GapChain(row, 7, 12)
    ratios = GapRatios.of(row, 7, lambda ticks: pmf[ticks])
    truth: dict[tuple[int, ...], float] = {(): 1.0}
    while any(sum(past) < 7 for past in truth):
        past = next(past for past in truth if sum(past) < 7)
        chance = truth.pop(past)
        for value in range(1, min(4, 7 - sum(past)) + 1):
            truth[(*past, value)] = chance * ratios.pmf[sum(past), value - 1]
    line: Line = {"sequences": len(truth)}
    for budget in (8, 40, 160):
        coder, stack = Blocked(chain, budget), BitStack()
        seen = dict.fromkeys(truth, 0)
        for seed in range(10_000):
            seen[tuple(coder.push(stack, ratios, seed=seed).values.tolist())] += 1
        due = 10_000 * np.array(list(truth.values()))
        line[f"chi2_p_{budget}"] = float(stats.chisquare(list(seen.values()), due).pvalue)
    say(line)
    return line


def say(line: Line) -> None:
    """Print a line of results."""
    shown = {k: round(v, 3) if isinstance(v, float) else v for k, v in line.items()}
    print(*(f"{k} {v}" for k, v in shown.items()), flush=True)


PARTS = {
    part.__name__: part
    for part in (clips, products, joint, codelength, information, reach, correctness)
}


if __name__ == "__main__":
    run_parts(PARTS, OUT)

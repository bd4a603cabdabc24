"""Table 1 of the paper (Chen et al. 2022): lossless rates under its likelihood, in real bytes.

clips --bits-back, all on one stack--> bytes     a knot at every frame, learned knots, no latents
What was measured goes to table1.json and table1.md; a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.bench import clips as data
from vdsc.bench.clips import NoData
from vdsc.bench.lossy_tables import table
from vdsc.bench.runner import Journal, Talk, conditions, each, to_stderr, write_json
from vdsc.codecs.lossless.bitsback.bill import Bill, StoredBill
from vdsc.codecs.lossless.bitsback.bitsback_method import BitsBack
from vdsc.codecs.lossless.bitsback.file import decode, encode
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.errors import ModelMissing
from vdsc.model import store

Pixels = NDArray[np.generic]

FINE = 2
"""Four cells on the posterior's spread: right for a chain, where only the last window borrows."""

DENSITY = 128
"""Of the learned knots: the middle of what training saw."""

CHECKED = 2
"""Clips that every row is decoded again for."""


@dataclass(frozen=True, slots=True)
class TableDomain:
    """One kind of clips: the checkpoint that codes them, and the paper's numbers for its own kind.

    paper: KL in bits and total in bits a pixel, for a knot at every frame and for learned knots.
    """

    title: str
    checkpoint: str
    clips: Callable[[int], list[data.Clip]]
    paper: tuple[tuple[float, float], tuple[float, float]]


DOMAINS = {
    "digits": TableDomain(
        "Moving MNIST, held-out digits", "digits-bitsback", data.moving_digits,
        ((171.75, 0.810), (126.55, 0.798)),
    ),
    "mazes": TableDomain(
        "colour mazes, validation clips (the paper: GQN Mazes, another data set)", "mazes",
        lambda count: data.films("maze64_val")[:count], ((348.19, 13.300), (240.39, 13.230)),
    ),
}  # fmt: skip

PLANS = {
    "a knot at every frame": LatentPlan(None, FINE, frozen=False),
    "learned knots": LatentPlan(DENSITY, FINE, frozen=False),
    "a knot at every frame, frozen prior": LatentPlan(None, FINE),
    "learned knots, frozen prior": LatentPlan(DENSITY, FINE),
    "no latents": LatentPlan(latents=False),
}
"""The rows: the paper's OU prior first, then the prior that files use, which knows speeds."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """All clips on one stack under one plan.

    size: bytes of the chunk. total: bits a pixel of all channels. kl: net bits of values and times
    a frame. values, times: its parts. initial: bits that the last window found nothing to borrow
    for, in all. knots: a frame.
    """

    size: int
    total: float
    kl: float
    values: float
    times: float
    initial: float
    knots: float


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; without data say so in one line and succeed."""
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench table1", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--clips", type=int, default=32, help="how many of each kind at most")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"), help="where results go")
    args = parser.parse_args(argv)
    try:
        run(args.out, clips=args.clips)
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
    return 0


def run(out: Path, *, clips: int = 32, say: Talk = to_stderr) -> dict[str, Any]:
    """Measure the domains whose checkpoints are installed; returns what table1.json holds.

    Raises:
        NoData: the clips are not there.
    """
    out.mkdir(parents=True, exist_ok=True)
    made: dict[str, Any] = {"conditions": conditions()}
    for name, domain in DOMAINS.items():
        try:
            method = BitsBack(store.by_name(domain.checkpoint))
        except ModelMissing as missing:
            say(f"{name} skipped: {missing}")
            continue
        made[name] = measured(name, domain, method, clips, out, say)
    write_json(out / "table1.json", made)
    (out / "table1.md").write_text(markdown(made), encoding="utf-8")
    return made


def measured(
    name: str, domain: TableDomain, method: BitsBack, count: int, out: Path, say: Talk
) -> dict[str, Any]:
    """The rows of one domain, each once."""
    found = [np.asarray(clip.values) for clip in domain.clips(count)]
    terms = {"clips": len(found), "digest": method.checkpoint.digest.hex(), "density": DENSITY}
    journal = Journal(out / f"table1_{name}.part.json", terms)
    jobs = {key: _job(method, plan, found) for key, plan in PLANS.items()}
    rows = each(name, jobs, journal, say)
    return {**terms, "title": domain.title, "rows": dict(zip(jobs, rows, strict=True))}


def _job(method: BitsBack, plan: LatentPlan, clips: list[Pixels]) -> Callable[[], dict[str, Any]]:
    return lambda: asdict(row(method, plan, clips))


def row(method: BitsBack, plan: LatentPlan, clips: list[Pixels]) -> TableRow:
    """Code clips of one length as windows on one stack; decode the first ones of such a chain.

    Raises:
        ValueError: what was decoded is not what was coded.
    """
    length, some = len(clips[0]), np.concatenate(clips[:CHECKED])
    few, _ = encode(method.model, method.view, some, plan, length)
    again, _ = decode(method.model, method.view, few, len(some), plan, length)
    if not np.array_equal(again, some):
        raise ValueError("clips did not come back")
    x = np.concatenate(clips)
    stack, bills = encode(method.model, method.view, x, plan, length)
    return counted(plan, bills, stack, x.shape)


def counted(plan: LatentPlan, bills: list[Bill], stack: bytes, shape: tuple[int, ...]) -> TableRow:
    """The row of a chain's bills, its stack and the shape of its frames."""
    size = len(StoredBill.of(plan, bills).to_bytes()) + len(stack)
    values, times = (
        sum(getattr(b, part) for b in bills) / shape[0] for part in ("values", "times")
    )
    return TableRow(
        size=size,
        total=8 * size / prod(shape[:3]),
        kl=values + times,
        values=values,
        times=times,
        initial=sum(bill.initial for bill in bills),
        knots=sum(bill.knots for bill in bills) / shape[0],
    )


def markdown(made: Mapping[str, Any]) -> str:
    """One table a domain, beside the paper's own numbers."""
    parts = ["# Table 1: lossless rates under the paper's likelihood", _words()]
    for name, domain in DOMAINS.items():
        if name in made:
            title = f"## {domain.title}: {made[name]['clips']} clips"
            parts += [title, _table(domain, made[name]["rows"])]
    return "\n\n".join(parts) + "\n"


def _words() -> str:
    return (
        "Pixels under a mixture of discretised logistics, bits-back over the knots, all clips of a "
        f"row on one stack, in bytes; a stack of the first {CHECKED} is decoded again. KL: what "
        "the knots' values and times cost net, in bits a frame (the paper does not say per what). "
        "Only the last window borrows bits that it does not get back; they are in the total. The "
        "same networks code every row; *frozen prior* is the checkpoint's own transition of the "
        "knots in place of the OU process."
    )


def _table(domain: TableDomain, rows: Mapping[str, Mapping[str, float]]) -> str:
    """Rows of one domain."""
    lines = [
        [key, f"{one['size']:,}", f"{one['total']:.3f}", f"{one['kl']:.1f}",
         f"{one['values']:.1f}", f"{one['times']:.1f}", f"{one['knots']:.2f}"]
        for key, one in rows.items()
    ]  # fmt: skip
    for key, (kl, total) in zip(("Latent SDE", "Latent VD-SDE"), domain.paper, strict=True):
        lines.append([f"the paper's {key}", "", f"{total:.3f}", f"{kl:.1f}", "", "", ""])
    head = ["", "bytes", "bits a pixel", "KL", "of values", "of times", "knots a frame"]
    return table(head, lines)

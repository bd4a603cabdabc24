"""`python -m vdsc.bench paper`: Figures 2 to 7 and Table 1 of the paper, each as files.

inputs --make--> figureN.json --table--> figureN.md
                              '--draw--> figureN.png
A figure whose JSON is of the same inputs is not made again; one that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vdsc.bench import table_one
from vdsc.bench.clips import NoData
from vdsc.bench.paper import figure2, figure3, figure4, figure5, figure6, figure7
from vdsc.bench.paper.figure import PaperFigure, Workplace, inputs_digest
from vdsc.bench.runner import Journal, Talk, conditions, to_stderr, write_json
from vdsc.errors import ModelMissing

FIGURES: tuple[PaperFigure, ...] = tuple(
    one.FIGURE for one in (figure2, figure3, figure4, figure5, figure6, figure7)
)
TABLE = "table1"


def main(argv: Sequence[str] | None = None) -> int:
    """Make what is asked for; what lacks data or a checkpoint is skipped, and said so."""
    names = [one.name for one in FIGURES]
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench paper", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", action="append", choices=[*names, TABLE], default=[])
    parser.add_argument("--out", type=Path, default=Path("benchmarks/paper"))
    parser.add_argument("--files", type=Path, default=Path("runs/paper"), help="for .vds files")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    for one in FIGURES:
        if not args.only or one.name in args.only:
            make(one, args.out, args.files, to_stderr)
    if not args.only or TABLE in args.only:
        make_table(args.out, to_stderr)
    return 0


def make(one: PaperFigure, out: Path, files: Path, say: Talk) -> None:
    """Make one figure, unless it is there or what it needs is not."""
    try:
        inputs = json.loads(json.dumps(one.inputs()))
    except (NoData, ModelMissing) as missing:
        say(f"{one.name} skipped: {missing}")
        return
    path = out / f"{one.name}.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if kept.get("inputs") == inputs and path.with_suffix(".png").exists():
        path.with_suffix(".md").write_text(page(one, kept), encoding="utf-8")
        say(f"{one.name} is there, of the same inputs")
        return
    journal = Journal(out / f"{one.name}.part.json", inputs)
    place = Workplace(out, files / f"{one.name}-{inputs_digest(inputs)}", journal, say)
    measured = one.make(place)
    record = {"title": one.title, "inputs": inputs, "conditions": conditions(), **measured}
    one.draw(record, place, path.with_suffix(".png"))
    path.with_suffix(".md").write_text(page(one, record), encoding="utf-8")
    write_json(path, record)
    journal.close()
    say(f"{one.name} made")


def page(one: PaperFigure, record: dict[str, Any]) -> str:
    """The figure as Markdown."""
    return (
        f"# {one.title}\n\n![{one.title}]({one.name}.png)\n\n**In the paper.** {one.shown}\n\n"
        f"**Here.** {one.differs}\n\n{one.table(record)}"
    )


def make_table(out: Path, say: Talk) -> None:
    """Make Table 1; what lacks data or a checkpoint is skipped, and said so."""
    try:
        table_one.run(out)
    except (NoData, ModelMissing) as missing:
        say(f"{TABLE} skipped: {missing}")

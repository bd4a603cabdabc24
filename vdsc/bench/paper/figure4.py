"""Figure 4: the global latents of one sequence with the local ones of another (`vdsc mix`)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import vdsc
from vdsc.api import mix_files
from vdsc.bench import clips as data
from vdsc.bench.metrics import psnr
from vdsc.bench.paper.figure import (
    PaperFigure,
    Record,
    Workplace,
    digest_of_clips,
    digest_of_model,
    markdown_table,
)
from vdsc.bench.peers import ours

PAIRS = ((0, 1), (2, 3), (4, 5))
"""Numbers of the clips that give the looks, and of those that give the motion."""

QUALITY = 60
ACROSS = 8
SHOWN = (
    "Moving MNIST: with the global latents of another sequence the digits become those of "
    "that sequence, while their places remain."
)
DIFFERS = (
    f"Files at quality {QUALITY} of digits that were never trained on, mixed by `vdsc mix`; the "
    "pairs are the first six clips, not chosen. The 25 global dimensions came out of training "
    "from a start at which looks were nearly still (see Figure 7); 7 dimensions of look are "
    "local, and stay with the motion. Where they do not go with the new look, what is drawn is no "
    "digit: of six digits four become those of the other clip and two do not (the first pair). "
    "Mixed with itself, a file is the same to the byte."
)


def inputs() -> Record:
    """What the files depend on."""
    return {
        "model": digest_of_model("digits"),
        "clips": digest_of_clips(_clips()),
        "quality": QUALITY,
        "pairs": PAIRS,
    }


def _clips() -> list[data.Clip]:
    return data.moving_digits(1 + max(max(pair) for pair in PAIRS))


def _file(place: Workplace, number: int) -> Path:
    """The file of one clip."""

    def encode() -> bytes:
        return ours.encode("digits", None, "learned", _clips()[number].values, (QUALITY,))

    return place.kept(f"clip{number}.vds", encode)


def _mixed(place: Workplace, pair: tuple[int, int]) -> Path:
    """The file with the looks of the first clip and the motion of the second."""

    def mix() -> bytes:
        looks, motion = (io.BytesIO(_file(place, number).read_bytes()) for number in pair)
        out = io.BytesIO()
        mix_files(looks, motion, out)
        return out.getvalue()

    return place.kept(f"looks{pair[0]}-motion{pair[1]}.vds", mix)


def make(place: Workplace) -> Record:
    """All files, and whether mixing each back and with itself gives it back."""
    rows: list[dict[str, Any]] = []
    for looks, motion in PAIRS:
        files = [_file(place, looks), _file(place, motion), _mixed(place, (looks, motion))]
        bodies = [file.read_bytes() for file in files]
        frames = [np.asarray(vdsc.decompress(body).values) for body in bodies]
        rows.append(
            {
                "looks": looks,
                "motion": motion,
                "bytes": [file.stat().st_size for file in files],
                "back": _mix(bodies[1], bodies[2]) == bodies[1],
                "itself": _mix(bodies[0], bodies[0]) == bodies[0],
                "dB_to_looks": psnr(frames[0], frames[2]),
                "dB_to_motion": psnr(frames[1], frames[2]),
            }
        )
        place.say(f"figure4 {files[2].name}: {rows[-1]['bytes'][2]} bytes")
    return {"rows": rows}


def _mix(looks: bytes, motion: bytes) -> bytes:
    out = io.BytesIO()
    mix_files(io.BytesIO(looks), io.BytesIO(motion), out)
    return out.getvalue()


def table(record: Record) -> str:
    """A row a pair."""
    head = (
        "looks of, motion of", "bytes of looks", "of motion", "mixed", "with itself: the same",
        "given its looks back: the same", "PSNR to looks", "to motion",
    )  # fmt: skip
    rows = [
        (
            f"clip {row['looks']}, clip {row['motion']}",
            *map(str, row["bytes"]),
            "yes" if row["itself"] else "no",
            "yes" if row["back"] else "no",
            f"{row['dB_to_looks']:.1f} dB",
            f"{row['dB_to_motion']:.1f} dB",
        )
        for row in record["rows"]
    ]
    return markdown_table(head, rows)


def draw(record: Record, place: Workplace, path: Path) -> None:
    """For each pair the motion's frames, the mixed ones, and those that give the looks."""
    del record
    figure = Figure(figsize=(9, 3.6 * len(PAIRS)), layout="constrained")
    rows = figure.subplots(3 * len(PAIRS), 1, squeeze=False)[:, 0]
    for number, pair in enumerate(PAIRS):
        files = (_file(place, pair[1]), _mixed(place, pair), _file(place, pair[0]))
        names = ("gives the motion", "mixed", "gives the looks")
        for axes, file, name in zip(rows[3 * number :], files, names, strict=False):
            axes.imshow(_strip(file), cmap="gray", vmin=0, vmax=255)
            axes.set(xticks=(), yticks=())
            axes.set_ylabel(f"{name}\n{file.stat().st_size} B", fontsize=8)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _strip(file: Path) -> NDArray[Any]:
    """Some frames side by side with a grey line between them."""
    values = np.asarray(vdsc.decompress(file.read_bytes()).values)[..., 0]
    at = np.linspace(0, len(values) - 1, ACROSS).round().astype(int)
    edged = [np.pad(values[i], ((0, 0), (0, 1)), constant_values=128) for i in at]
    return np.concatenate(edged, axis=1)


FIGURE = PaperFigure(
    name="figure4",
    title="Figure 4: the looks of one sequence, the motion of another",
    shown=SHOWN,
    differs=DIFFERS,
    inputs=inputs,
    make=make,
    table=table,
    draw=draw,
)

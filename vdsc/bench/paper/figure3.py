"""Figure 3: a smooth and an erratic motion before and after, as skeletons in a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import vdsc
from vdsc.bench import clips as data
from vdsc.bench.clips import Clip
from vdsc.bench.metrics import mean_angular_error, mean_root_error
from vdsc.bench.paper.figure import (
    PaperFigure,
    Record,
    Workplace,
    digest_of_clips,
    digest_of_model,
    markdown_table,
)
from vdsc.bench.peers import even_knots, ours
from vdsc.viewer.rig import CMU, placed

SMOOTH, ERRATIC = "07_04", "05_18"
QUALITY = 34
ACROSS = 9
SHOWN = (
    "Motion capture before and after compression, 98 % smaller on average: smooth sequences "
    "keep all of their movement, of erratic ones the main movements."
)
DIFFERS = (
    f"One checkpoint at quality {QUALITY}; `{SMOOTH}` is of a person that training never "
    f"saw, `{ERRATIC}` (a dance with a leap) a sequence of a training person that was kept "
    "out of training. Grey: the original; blue: decoded from the file on disk. The marks "
    "are its knots. The same file with as many even knots stands beside it in the table."
)


def clips() -> tuple[Clip, Clip]:
    """The smooth and the erratic one; raises NoData."""
    every = [*data.motion("val"), *data.motion("train")]
    found = {clip.name: clip for clip in every}
    return found[SMOOTH], found[ERRATIC]


def inputs() -> Record:
    """What the files depend on."""
    return {
        "model": digest_of_model("cmu"),
        "clips": digest_of_clips(clips()),
        "quality": QUALITY,
    }


def make(place: Workplace) -> Record:
    """Both clips with learned and with even knots, as files."""
    return {"rows": [_row(place, clip, even=even) for clip in clips() for even in (False, True)]}


def _row(place: Workplace, clip: Clip, *, even: bool) -> dict[str, Any]:
    """One file: its size on disk, its error, its knots."""
    path = _file(place, clip, even=even)
    decoded = vdsc.decompress(path.read_bytes()).values
    size = path.stat().st_size
    place.say(f"figure3 {path.name}: {size} bytes")
    return {
        "clip": clip.name,
        "knots": "even" if even else "learned",
        "frames": len(clip.values),
        "raw_bytes": clip.values.nbytes,
        "bytes": size,
        "saved": 1 - size / clip.values.nbytes,
        "degrees": mean_angular_error([(clip.values, decoded)]),
        "root_cm": mean_root_error([(clip.values, decoded)]),
        "count": len(vdsc.inspect_knots(path.read_bytes())),
    }


def _file(place: Workplace, clip: Clip, *, even: bool) -> Path:
    def encode() -> bytes:
        return ours.encode("cmu", clip.fps, "learned", clip.values, (QUALITY,))

    def encode_evenly() -> bytes:
        with even_knots.evenly():
            return encode()

    if even:
        return place.kept(f"{clip.name}-even.vds", encode_evenly)
    return place.kept(f"{clip.name}.vds", encode)


def table(record: Record) -> str:
    """A row a file."""
    head = ("clip", "knots", "frames", "raw bytes", "file", "saved", "degrees", "root, cm")
    rows = [
        (
            row["clip"],
            f"{row['count']} {row['knots']}",
            f"{row['frames']}",
            f"{row['raw_bytes']:,}",
            f"{row['bytes']:,}",
            f"{row['saved']:.1%}",
            f"{row['degrees']:.2f}",
            f"{row['root_cm']:.1f}",
        )
        for row in record["rows"]
    ]
    return markdown_table(head, rows)


def draw(record: Record, place: Workplace, path: Path) -> None:
    """Skeletons in a row with the knots below, a clip above the other."""
    del record
    figure = Figure(figsize=(9, 5.4), layout="constrained")
    rows = figure.subplots(4, 1, height_ratios=(6, 0.4, 6, 0.4))
    for number, clip in enumerate(clips()):
        file = _file(place, clip, even=False).read_bytes()
        decoded = np.asarray(vdsc.decompress(file).values)
        top, low = rows[2 * number], rows[2 * number + 1]
        _strip(top, clip, decoded)
        seconds = (len(clip.values) - 1) / (clip.fps or 1)
        knots = vdsc.inspect_knots(file)
        low.vlines(knots, 0, 1, color="#b84e00", lw=0.8)
        low.set(yticks=(), xlim=(0, seconds), ylim=(0, 1))
        low.tick_params(labelsize=7)
        words = f"CMU {clip.name}: {clip.values.nbytes:,} bytes raw, {len(file):,} in the file"
        top.set_title(f"{words}, {len(knots)} knots", loc="left", fontsize=9)
    rows[3].set_xlabel("seconds; marks: knots", fontsize=8)
    figure.savefig(path, dpi=130, metadata={"Software": None})


def _strip(axes: Any, clip: Clip, decoded: NDArray[Any]) -> None:
    """Skeletons from the side along which they move, the original in grey behind."""
    at = np.linspace(0, len(clip.values) - 1, ACROSS).round().astype(int)
    both = [placed(CMU, values[at]) for values in (clip.values, decoded)]
    middle = both[0].mean(axis=1)
    side = 2 if np.ptp(middle[:, 2]) > np.ptp(middle[:, 0]) else 0
    step = 1.15 * max(np.ptp(one[:, side]) for one in both[0])
    for places, colour, width in zip(both, ("#b5b5b5", "#1f5fbf"), (3.0, 1.2), strict=True):
        for number, joints in enumerate(places):
            x = joints[:, side] - middle[number, side] + number * step
            for child, parent in enumerate(CMU.parents):
                if parent >= 0:
                    ends = [parent, child]
                    axes.plot(x[ends], joints[ends, 1], color=colour, lw=width)
    axes.set_aspect("equal")
    axes.set_axis_off()


FIGURE = PaperFigure(
    name="figure3",
    title="Figure 3: motion before and after",
    shown=SHOWN,
    differs=DIFFERS,
    inputs=inputs,
    make=make,
    table=table,
    draw=draw,
)

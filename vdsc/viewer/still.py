"""The still picture of a scene: a strip of frames, skeletons in a row, or curves, with knots."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from vdsc.core.types import Floats, Values
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.viewer.clip import Clip
from vdsc.viewer.contents import channels_drawn, flat
from vdsc.viewer.page_packing import thinned
from vdsc.viewer.shown_scene import Scene

BEFORE, AFTER, KNOT, ERROR = "#9e9e9e", "#1f5fbf", "#b84e00", "#a3283f"
ACROSS = 8
"""Pictures or skeletons in a row."""

POINTS, CURVES, FACTOR = 4000, 5, 4
WIDTH = 9.0  # inches


def draw(scene: Scene, stream: BinaryIO, *, dpi: int = 110) -> None:
    """Write the PNG of a scene; raises InvalidInput where matplotlib is missing."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        words = "drawing needs matplotlib, which is missing"
        raise InvalidInput(f"{words}: pip install 'vdsc[plot]'") from None
    ways = {"pictures": _pictures, "curves": _curves}
    heights, fill = ways.get(scene.drawing.kind, _joints)(scene)
    heights = [*heights, *([0.25] if _has_knots(scene) else []), *([0.9] if scene.errors else [])]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.35 * len(heights) + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(_title(scene), fontsize=8, parse_math=False)
    rows = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    for axes in rows:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=7)
    fill(list(rows))
    _below(scene, list(rows))
    figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})


def _title(scene: Scene) -> str:
    facts = dict(scene.facts)
    words = [printable(scene.clip.name), facts.get("codec", ""), facts.get("file", "")]
    coloured = scene.original is not None and scene.drawing.kind != "pictures"
    words += ["grey: the original, blue: decoded"] if coloured else []
    first = "   ".join(word for word in words if word)
    return f"{first}\nerror of {facts['error']}" if "error" in facts else first


def _pictures(scene: Scene) -> tuple[list[float], Any]:
    """A strip of frames, and that of the original above it."""
    times = scene.own[np.linspace(0, len(scene.own) - 1, ACROSS).round().astype(int)]
    times = np.unique(times)
    clips = _clips(scene)[::-1]
    strips = [np.concatenate(list(clip.frames(times))) for clip in clips]
    height, width = strips[0].shape[1:3]
    tall = WIDTH / len(times) * height / width

    def fill(rows: list[Any]) -> None:
        for axes, clip, strip in zip(rows, clips, strips, strict=False):
            picture = np.concatenate(list(_shown(strip)), axis=1)
            axes.imshow(picture, cmap="gray", vmin=0, vmax=255, aspect="auto")
            axes.set_yticks([])
            middles = (np.arange(len(times)) + 0.5) * width
            axes.set_xticks(middles, [f"{t:.4g} s" for t in times])
            axes.set_ylabel("original" if clip is scene.original else "decoded", fontsize=8)

    return [min(tall, 4.0)] * len(clips), fill


def _shown(strip: Values) -> Values:
    """Frames as matplotlib draws them: 8 bits, grey without an axis of channels."""
    values = strip >> 8 if strip.dtype.itemsize == 2 else strip
    made = values[..., 0] if values.shape[3:] == (1,) else values
    return made.astype(np.uint8)


def _joints(scene: Scene) -> tuple[list[float], Any]:
    """Skeletons in a row, from the side along which they move; the original lies behind."""
    times = np.unique(scene.own[np.linspace(0, len(scene.own) - 1, ACROSS).round().astype(int)])
    place = scene.drawing.places
    assert place is not None
    clips = _clips(scene)[::-1]
    shown = [place(np.concatenate(list(clip.frames(times)))) for clip in clips]
    middle = np.nan_to_num(shown[-1]).mean(axis=1)
    side = 2 if np.ptp(middle[:, 2]) > np.ptp(middle[:, 0]) else 0
    seen = [part[..., [side, 1]] - middle[:, None, [side]] * [1, 0] for part in shown]
    step = 1.2 * max(max(map(_range, part[..., 0])) for part in seen) or 1.0
    tall = max(_range(part[..., 1]) for part in seen) or 1.0

    def fill(rows: list[Any]) -> None:
        axes = rows[0]
        for places, clip in zip(seen, clips, strict=True):
            behind = clip is scene.original
            for number, at in enumerate(places):
                _figure(
                    axes, at + np.array([number * step, 0]), scene.drawing.parents, behind=behind
                )
        axes.set_aspect("equal")
        axes.set_yticks([])
        axes.set_xticks(np.arange(len(times)) * step, [f"{t:.4g} s" for t in times])

    return [min(4.0, max(1.0, WIDTH * tall / (step * len(times))))], fill


def _range(values: Floats) -> float:
    """From the least to the largest of the numbers that are there."""
    there = values[np.isfinite(values)]
    return float(np.ptp(there)) if there.size else 0.0


def _figure(axes: Any, at: Floats, parents: tuple[int, ...], *, behind: bool) -> None:
    """One skeleton (J, 2), or its points where nothing hangs together."""
    colour, width = (BEFORE, 3.5) if behind else (AFTER, 1.4)
    bones = [(parent, i) for i, parent in enumerate(parents) if parent >= 0]
    if not bones:
        axes.plot(at[:, 0], at[:, 1], ".", color=colour, ms=2 * width)
    for bone in bones:
        ends = at[list(bone)]
        axes.plot(ends[:, 0], ends[:, 1], color=colour, lw=width, solid_capstyle="round")


def _curves(scene: Scene) -> tuple[list[float], Any]:
    """The channels that vary most; dots are the frames of the original."""
    chosen, names, _ = channels_drawn(scene.clip, scene.own, CURVES)
    factor = FACTOR if scene.clip.continuous and len(scene.own) > 1 else 1
    times = thinned(scene.own, POINTS, factor)
    found = np.concatenate([flat(part, chosen) for part in scene.clip.frames(times)])
    own = thinned(scene.own, POINTS, 1)
    other = scene.original
    true = None
    if other is not None:
        true = np.concatenate([flat(part, chosen) for part in other.frames(own)])

    def fill(rows: list[Any]) -> None:
        for number, (axes, name) in enumerate(zip(rows, names, strict=False)):
            if true is not None:
                axes.plot(own, true[:, number], ".", color=BEFORE, ms=3)
            axes.plot(times, found[:, number], color=AFTER, lw=1.0)
            axes.set_title(name, fontsize=7, loc="left", pad=2, parse_math=False)
            axes.set_xlim(*_limits(scene))

    return [0.8] * len(chosen), fill


def _below(scene: Scene, rows: list[Any]) -> None:
    """Knots and errors, in the last rows."""
    if scene.errors is not None:
        axes = rows.pop()
        axes.fill_between(scene.own, scene.errors.mean, color=ERROR, alpha=0.4, lw=0)
        axes.plot(scene.own, scene.errors.largest, color=ERROR, lw=0.8)
        axes.set_title("error: mean, and largest as a line", fontsize=7, loc="left", pad=2)
        axes.set_xlim(*_limits(scene))
        axes.set_xlabel("seconds", fontsize=8)
    if _has_knots(scene):
        axes = rows.pop()
        knots = scene.clip.knots
        axes.vlines(knots, 0, 1, color=KNOT, lw=0.8)
        axes.set_yticks([])
        axes.set_title(f"{len(knots):,} knots", fontsize=7, loc="left", pad=2)  # type: ignore[arg-type]
        axes.set_xlim(*_limits(scene))


def _limits(scene: Scene) -> tuple[float, float]:
    """First and last time that is drawn, not the same."""
    first, last = float(scene.own[0]), float(scene.own[-1])
    return (first, last) if last > first else (first - 0.5, first + 0.5)


def _has_knots(scene: Scene) -> bool:
    return scene.clip.knots is not None


def _clips(scene: Scene) -> list[Clip]:
    return [scene.clip] if scene.original is None else [scene.clip, scene.original]

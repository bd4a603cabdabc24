"""What a page holds: the frames of a scene, as pictures, joints or curves, cut to what fits."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.core.sequence import Times
from vdsc.core.types import Floats, Values
from vdsc.core.words import printable
from vdsc.viewer.clip import Clip
from vdsc.viewer.page_packing import Fuller, packed, sheets, text_of, thinned
from vdsc.viewer.shown_scene import Scene, chunks

FACTOR = 4
"""How many times finer a path in continuous time is shown than its own frames."""

SIDE = 1024  # pixels of the longer side of a picture
CURVES, POINTS, KNOTS = 12, 8000, 20000
"""How many channels, points of a channel, and knots are shown."""

NAMED = ("columns", "names", "labels", "channels")
"""Fields of metadata that name channels."""

Made = tuple[dict[str, Any], list[str]]  # what the page holds, and what is said of it


def contents(scene: Scene, room: int) -> Made:
    """Frames, times, knots and errors in at most about `room` characters; what was left out."""
    ways = {"pictures": _pictures, "curves": _curves}
    frames, said = ways.get(scene.drawing.kind, _joints)(scene, room)
    start = float(scene.own[0])
    made = {"kind": scene.drawing.kind, "start": start, "span": float(scene.own[-1]) - start}
    knots, more = _knots(scene.clip.knots)
    return {**made, **frames, "knots": knots, "error": _errors(scene)}, [*said, *more]


def _pictures(scene: Scene, room: int) -> Made:
    """Sheets of pictures; where they do not fit, with loss, then fewer, then smaller."""
    factor, exact, side = _factor(scene.clip), True, SIDE
    count = most = (len(scene.own) - 1) * factor + 1
    clips = _clips(scene)
    while True:
        try:
            tracks = []
            for clip in clips:
                times = thinned(scene.own, count, factor if clip is scene.clip else 1)
                made = sheets(clip.frames(times), side, room // len(clips), exact=exact)
                track = {"sheets": made.uris, "columns": made.columns, "each": made.each}
                tracks.append({**track, "times": text_of(times)})
        except Fuller:
            exact, count, side = _smaller(count, side, exact=exact)
        else:
            break
    height, width = scene.clip.outline.shape[1:3]
    shown = min(1, side / max(height, width))
    said = [] if exact else ["the pictures on this page are compressed with loss"]
    said += [f"{count:,} pictures of {most:,} are shown"] if count < most else []
    said += [f"pictures are shown at {100 * shown:.0f} % of their size"] if shown < 1 else []
    size = [max(1, round(width * shown)), max(1, round(height * shown))]
    return {"tracks": tracks, "size": size}, said


def _smaller(count: int, side: int, *, exact: bool) -> tuple[bool, int, int]:
    """The next try, when one was too large."""
    if exact:
        return False, count, side
    return (False, count, side // 2) if count == 1 else (False, -(-count // 2), side)


def _joints(scene: Scene, room: int) -> Made:
    """Where joints are, in 16 bits of the room that they move in."""
    place, parents = scene.drawing.places, scene.drawing.parents
    assert place is not None
    clips, tracks, said = _clips(scene), [], []
    most = max(2, room // len(clips) // (8 * len(parents)))
    for clip in clips:
        factor = _factor(clip)
        times = thinned(scene.own, most, factor)
        found = np.concatenate([place(part) for part in chunks(clip.frames(times), 256)])
        tracks.append({"times": text_of(times), **packed(found)})
        said += _fewer(clip, scene.own, times, factor)
    return {"tracks": tracks, "parents": list(parents)}, said


def _curves(scene: Scene, room: int) -> Made:
    """The channels that vary most, each in 16 bits of what it ranges over."""
    clips, tracks, said = _clips(scene), [], []
    chosen, names, total = channels_drawn(scene.clip, scene.own, CURVES)
    most = min(POINTS, max(2, room // len(clips) // (3 * len(chosen))))
    for clip in clips:
        factor = _factor(clip)
        times = thinned(scene.own, most, factor)
        found = np.concatenate([flat(part, chosen) for part in clip.frames(times)])
        tracks.append({"times": text_of(times), **packed(found)})
        said += _fewer(clip, scene.own, times, factor)
    if total > len(chosen):
        said.append(f"{len(chosen)} channels of {total:,} are shown, those that vary most")
    return {"tracks": tracks, "names": names}, said


def channels_drawn(clip: Clip, own: Times, most: int) -> tuple[list[int], list[str], int]:
    """The channels that vary most, what they are called, and how many there are."""
    count, total, squares = 0, 0.0, 0.0
    for part in clip.frames(thinned(own, 256, 1)):
        values = np.nan_to_num(flat(part), posinf=0, neginf=0)
        count, total = count + len(values), total + values.sum(axis=0)
        squares = squares + (values**2).sum(axis=0)
    spread = np.atleast_1d(squares / count - (total / count) ** 2)
    chosen = sorted(np.argsort(-spread, kind="stable")[:most].tolist())
    known = _names(clip, len(spread))
    return chosen, [known[i] if known else f"channel {i}" for i in chosen], len(spread)


def _names(clip: Clip, count: int) -> list[str]:
    """What metadata calls the channels, nothing where it does not."""
    fields = clip.meta.fields if clip.meta is not None else {}
    for name in NAMED:
        found = fields.get(name)
        if isinstance(found, list) and len(found) == count:
            return [printable(str(one)[:40]) for one in found]
    return []


def flat(frames: Values, chosen: list[int] | None = None) -> Floats:
    """Frames (n, ...) as float64 (n, C), or the chosen channels of them."""
    values = frames.reshape(len(frames), -1)
    return (values if chosen is None else values[:, chosen]).astype(np.float64)


def _clips(scene: Scene) -> list[Clip]:
    """The clip, and its original where there is one."""
    return [scene.clip] if scene.original is None else [scene.clip, scene.original]


def _factor(clip: Clip) -> int:
    return FACTOR if clip.continuous and clip.outline.frames > 1 else 1


def _fewer(clip: Clip, own: Times, times: Times, factor: int) -> list[str]:
    """What is said where not all frames are on the page."""
    full = (len(own) - 1) * factor + 1
    if len(times) >= full:
        return []
    return [f"{clip.name}: {len(times):,} instants of {full:,} are on this page"]


def _knots(knots: Times | None) -> tuple[str | None, list[str]]:
    """The knots as text, and what is said where there are too many."""
    if knots is None:
        return None, []
    step = -(-len(knots) // KNOTS)
    said = [f"one knot in {step} is marked"] if step > 1 else []
    return text_of(knots[:: max(step, 1)]), said


def _errors(scene: Scene) -> dict[str, Any] | None:
    """Errors over time; of neighbouring frames that are drawn as one, the largest."""
    found = scene.errors
    if found is None:
        return None
    firsts = np.arange(0, len(found.mean), -(-len(found.mean) // POINTS))
    return {
        "times": text_of(scene.own[firsts]),
        "mean": text_of(np.maximum.reduceat(found.mean, firsts)),
        "largest": text_of(np.maximum.reduceat(found.largest, firsts)),
        "words": found.words,
    }

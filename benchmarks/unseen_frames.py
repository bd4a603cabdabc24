"""Frames that a file never saw: some are dropped, the rest coded, and all asked for again.

    OMP_NUM_THREADS=1 VDSC_DATA=... python -m benchmarks.unseen_frames

Of clips of 64 x 64 pixels every second frame is kept, or every third. What lies between is made by
vdsc, by blending the two neighbours, by cubic convolution in time, and by FFmpeg's `minterpolate`,
of the frames themselves and of those that a file of codec `field` gives. Writes
benchmarks/unseen_frames.json and .md.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

import vdsc
from vdsc.bench.runner import conditions
from vdsc.codecs.field.sampling import SHARE, Sampling
from vdsc.codecs.in_between.frame_between import between
from vdsc.core.types import Floats, Values

HERE = Path(__file__).parent
SETS = {"maze64_val": 6, "minetest64_val": 6, "minerl64_val": 6, "natural64_train": 5}
"""Files of clips, and how many of each, evenly spaced."""

RATE, QUALITY = 10, 40
"""Frames a second that are kept, whatever they are; and how files of `field` are coded."""

OPTIONS = {"minterpolate": "mi_mode=mci", "minterpolate, blocks of 8": "mi_mode=mci:mb_size=8"}
ABOUT = """# Frames that a file never saw

Clips of 100 frames, 64 x 64 pixels, three colours: {clips}. One
frame of 2, or of 3, is kept; of those between, the PSNR in dB: of all of a clip's at once, and in
brackets the mean over frames, both the mean over clips. "Kept frames" are made into others as they
are, "after `field`" as a file of codec `field` at quality {quality} and effort 0 gives them back
(bytes are those of the files). `minterpolate` is FFmpeg's, with motion compensation, in 4:4:4, with
blocks of 16 pixels, as is usual, and of 8. {date}.
"""
Maker = Callable[[Values, int], Values]


def clips(name: str) -> list[Values]:
    """Clips (T, 64, 64, 3) of one file."""
    held = np.load(Path(os.environ["VDSC_DATA"]) / "video" / f"{name}.npz")["x"]
    return [held[i] for i in np.linspace(0, len(held) - 1, SETS[name]).round().astype(int)]


def by_vdsc(kept: Values, times: int) -> Values:
    """As every file without loss decodes at another rate."""
    data = vdsc.compress(kept, codec="packed", fps=RATE)
    return vdsc.decompress(data, fps=RATE * times).values


def blended(kept: Values, times: int) -> Values:
    """Straight lines in time."""
    at = np.arange((len(kept) - 1) * times + 1)
    before = np.minimum(at // times, len(kept) - 2)
    share = (at / times - before)[:, None, None, None]
    return np.rint(kept[before] * (1 - share) + kept[before + 1] * share).astype(np.uint8)


def cubic(kept: Values, times: int) -> Values:
    """Cubic convolution in time, as `field` has it for other numbers."""
    at = np.arange((len(kept) - 1) * times + 1)
    before = np.minimum(at // times, len(kept) - 2)
    share = ((at - before * times) << SHARE) // times
    sampling = Sampling.between(before, share, len(kept))
    made = sampling(kept.astype(np.float64) * 256, 0, np.arange(len(kept)))
    return np.clip(np.rint(made / 256), 0, 255).astype(np.uint8)


def by_ffmpeg(options: str) -> Maker:
    """FFmpeg's filter with some options."""

    def made(kept: Values, times: int) -> Values:
        graph = av.filter.Graph()
        height, width = kept.shape[1:3]
        begin = graph.add_buffer(
            width=width, height=height, format="yuv444p", time_base=Fraction(1, RATE)
        )
        work = graph.add("minterpolate", f"fps={RATE * times}:{options}")
        end = graph.add("buffersink")
        begin.link_to(work)
        work.link_to(end)
        graph.configure()
        full = {"src_color_range": "JPEG", "dst_color_range": "JPEG"}
        found: dict[int, Values] = {}

        def pull() -> None:
            try:
                while True:
                    frame = graph.pull()
                    pixels = frame.reformat(format="rgb24", **full).to_ndarray()
                    found[round(frame.pts * frame.time_base * RATE * times)] = pixels
            except (av.error.BlockingIOError, av.error.EOFError):
                pass

        last = [kept[-1]] * 2  # the filter looks ahead
        for number, pixels in enumerate([*kept, *last]):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame = frame.reformat(format="yuv444p", **full)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            graph.push(frame)
            pull()
        graph.push(None)
        pull()
        return np.stack([found[i] for i in range((len(kept) - 1) * times + 1)])

    return made


MAKERS: dict[str, Maker] = {
    "vdsc": by_vdsc,
    "blending": blended,
    "cubic in time": cubic,
    **{name: by_ffmpeg(options) for name, options in OPTIONS.items()},
}


def psnr(error: Floats) -> float:
    """Of mean squared errors, that of frames alike counting as 0.001."""
    return float(np.mean(10 * np.log10(255**2 / np.maximum(error, 1e-3))))


def measured(made: Values, clip: Values, times: int) -> tuple[float, float]:
    """PSNR of the unseen frames, of all at once and the mean over frames."""
    unseen = np.flatnonzero(np.arange(len(made)) % times)
    off = made[unseen].astype(np.float64) - clip[unseen]
    each = np.square(off).mean(axis=(1, 2, 3))
    return psnr(each.mean(keepdims=True)), psnr(each)


def row(name: str, times: int) -> dict[str, Any]:
    """What every maker makes of the clips of one file."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = {"kept": {}, "field": {}}
    sizes = []
    for clip in clips(name):
        kept = clip[::times]
        data = vdsc.compress(kept, codec="field", fps=RATE, quality=QUALITY, effort=0)
        decoded = vdsc.decompress(data).values
        sizes.append(len(data))
        for maker, make in MAKERS.items():
            found["kept"].setdefault(maker, []).append(measured(make(kept, times), clip, times))
            made = make(decoded, times)
            if maker == "vdsc":
                made = vdsc.decompress(data, fps=RATE * times).values
            found["field"].setdefault(maker, []).append(measured(made, clip, times))
    means = {
        way: {maker: np.mean(pairs, axis=0).round(3).tolist() for maker, pairs in some.items()}
        for way, some in found.items()
    }
    return {"psnr": means, "bytes": float(np.mean(sizes))}


def seconds() -> float:
    """Processor time of a frame between two of a maze, the median."""
    found = []
    clip = clips(next(iter(SETS)))[0]
    for one, other in pairwise(clip[:60:2]):
        begin = time.process_time()
        between(one, other, 1 << SHARE - 1)
        found.append(time.process_time() - begin)
    return float(np.median(found))


def main() -> None:
    """Measure, and write the tables."""
    results: dict[str, dict[str, Any]] = {}
    for times in (2, 3):
        for name in SETS:
            results.setdefault(str(times), {})[name] = row(name, times)
            sys.stderr.write(f"1 of {times}, {name}: {results[str(times)][name]}\n")
    told = conditions()
    record = {
        "conditions": told, "quality": QUALITY, "clips": SETS, "seconds": seconds(),
        "results": results,
    }  # fmt: skip
    (HERE / "unseen_frames.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (HERE / "unseen_frames.md").write_text(page(record), encoding="utf-8")


def page(record: dict[str, Any]) -> str:
    """The tables."""
    held = ", ".join(f"{count} of `{name}`" for name, count in SETS.items())
    text = ABOUT.format(clips=held, quality=QUALITY, date=record["conditions"]["date"])
    for times, rows in record["results"].items():
        for way, words in {"kept": "kept frames", "field": "after `field`"}.items():
            text += f"\n## One frame of {times}, {words}\n\n| clips | "
            heads = [*MAKERS, "bytes"][: len(MAKERS) + (way == "field")]
            text += " | ".join(heads) + " |\n| --- |" + " ---: |" * len(heads)
            for name, found in rows.items():
                cells = [f"{one:.2f} ({other:.2f})" for one, other in found["psnr"][way].values()]
                cells += [f"{found['bytes']:,.0f}"] if way == "field" else []
                text += f"\n| `{name}` | " + " | ".join(cells) + " |"
            text += "\n"
    return (
        text + f"\nA frame of 64 x 64 pixels takes {1e3 * record['seconds']:.1f} ms of one core.\n"
    )


if __name__ == "__main__":
    main()

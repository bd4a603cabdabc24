"""Windows of clips at random, out of collections and AV1: `python -m benchmarks.reader_speed`.

Clips of `VDSC_DATA`/video, as they are (64x64) and enlarged to 96x96: in collections of `linear`
(as near to the originals as AV1 is) and of `packed` (without loss), and as AV1 files with a key
frame every second frame, LeRobot's setting, read by PyAV with files kept open. All through
DataLoaders of two workers, in turns. Writes reader.json and reader.md.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
import torch
from torch.utils import data

import vdsc
import vdsc.torch
from vdsc.bench.runner import conditions

HERE = Path(__file__).parent
CLIPS, WINDOWS, TURNS, BATCH, FPS = 4, 96, 3, 8, 25
QUALITIES = (30, 40, 50, 60)
ABOUT = """# Windows of clips at random

{clips} clips of real video of {frames} frames, {windows} windows an epoch in a shuffled DataLoader
of two workers and batches of {batch}; the median of {turns} epochs in which all alternate, workers
started before; latency of an item without workers. AV1 is SVT-AV1 (preset 8, crf 30, a key frame
every second frame) read by PyAV {av}, its files kept open; `linear` and `packed` are one collection
of vdsc each. {cores} cores, {date}, beside {load:.1f} other processes.

| size | frames an item | way | bytes | dB | frames/s | latency, ms |
| --- | ---: | --- | ---: | ---: | ---: | ---: |
"""


def clips(side: int) -> list[np.ndarray[Any, Any]]:
    """Clips (T, side, side, 3) uint8."""
    found = np.load(Path(os.environ["VDSC_DATA"]) / "video" / "natural64_train.npz")["x"][:CLIPS]
    if side == 64:
        return list(found)
    grown = torch.nn.functional.interpolate(
        torch.from_numpy(found).permute(0, 1, 4, 2, 3).flatten(0, 1).float(), side, mode="bicubic"
    )
    shape = (*found.shape[:2], 3, side, side)
    return list(grown.clamp(0, 255).byte().reshape(shape).permute(0, 1, 3, 4, 2).numpy())


def write_av1(path: Path, frames: np.ndarray[Any, Any]) -> None:
    """One clip as AV1 with a key frame every second frame."""
    with av.open(str(path), "w") as file:
        options = {"crf": "30", "preset": "8", "g": "2"}
        stream: Any = file.add_stream("libsvtav1", rate=FPS, options=options)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "yuv420p"
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode())


@lru_cache(64)
def opened(path: str) -> Any:
    """A file that stays open in its process."""
    return av.open(path)


def frames_of(path: str, begin: int, count: int) -> Iterator[np.ndarray[Any, Any]]:
    """Frames of an AV1 file from a place on."""
    file = opened(path)
    stream = file.streams.video[0]
    start = round(begin / FPS / stream.time_base)
    file.seek(start, stream=stream)
    for frame in file.decode(stream):
        if round(float(frame.pts * stream.time_base) * FPS) >= begin:
            yield frame.to_ndarray(format="rgb24")
            count -= 1
            if not count:
                return


class Av1(data.Dataset[torch.Tensor]):
    """Windows (length, 3, H, W) of AV1 files."""

    def __init__(self, paths: list[str], length: int, frames: int) -> None:
        self.places = [(p, b) for p in paths for b in range(0, frames - length + 1, length)]
        self.length = length

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> torch.Tensor:
        """The window of a number."""
        made = np.stack(list(frames_of(*self.places[index], self.length)))
        return torch.from_numpy(made).permute(0, 3, 1, 2).contiguous()


def epochs(sets: dict[str, Any]) -> dict[str, float]:
    """Median windows a second of each, in turns."""
    loaders = {}
    for name, one in sets.items():
        sampler = data.RandomSampler(one, num_samples=WINDOWS)
        loaders[name] = data.DataLoader(
            one, BATCH, sampler=sampler, num_workers=2, persistent_workers=True
        )
    found: dict[str, list[float]] = {name: [] for name in sets}
    for turn in range(TURNS + 1):
        for name, loader in loaders.items():
            began = time.perf_counter()
            for _ in loader:
                pass
            if turn:
                found[name].append(WINDOWS / (time.perf_counter() - began))
    return {name: statistics.median(one) for name, one in found.items()}


def latency(one: Any) -> float:
    """Median milliseconds of an item, without workers."""
    found = []
    for index in np.random.default_rng(0).integers(0, len(one), 60).tolist():
        began = time.perf_counter()
        one[index]
        found.append(1e3 * (time.perf_counter() - began))
    return statistics.median(found)


def psnr(one: Any, originals: list[np.ndarray[Any, Any]], pick: Any) -> float:
    """Of whole clips, all values together."""
    wrong = [np.square(pick(one, i).astype("f8") - clip).mean() for i, clip in enumerate(originals)]
    return float(10 * np.log10(255**2 / np.mean(wrong)))


def measured(side: int, folder: Path) -> list[dict[str, Any]]:
    """A row for each way and length of windows."""
    originals = clips(side)
    paths = [str(folder / f"{side}-{i}.mp4") for i in range(len(originals))]
    for path, clip in zip(paths, originals, strict=True):
        write_av1(Path(path), clip)
    count = len(originals[0])
    away = psnr(paths, originals, lambda p, i: np.stack(list(frames_of(p[i], 0, count))))
    names = [str(folder / f"{side}-{i:02}.npy") for i in range(len(originals))]
    for name, clip in zip(names, originals, strict=True):
        np.save(name, clip)
    near, exact = (str(folder / f"{side}-{codec}.vds") for codec in ("linear", "packed"))
    pack(names, exact, "--codec", "packed")
    own = 0.0
    for quality in QUALITIES:  # the first that is as near as AV1
        pack(names, near, "--codec", "linear", "--quality", str(quality))
        reader = vdsc.open(near)
        own = psnr(reader, originals, lambda r, i: r[i].frames(0, count))
        if own >= away:
            break
    loss = {"linear": own, "packed": float("inf"), "AV1": away}
    held = {"linear": [near], "packed": [exact], "AV1": paths}
    sizes = {way: sum(map(os.path.getsize, files)) for way, files in held.items()}
    rows = []
    opened.cache_clear()  # decoders with threads do not live through a fork
    for length in (1, 16):
        sets: dict[str, Any] = {"AV1": Av1(paths, length, count)}
        sets |= {way: vdsc.torch.Dataset(held[way], length=length) for way in ("linear", "packed")}
        speeds = epochs(sets)
        for name, one in sets.items():
            rows.append(
                {"side": side, "length": length, "way": name, "bytes": sizes[name]}
                | {"db": loss[name], "fps": speeds[name] * length}
                | {"ms": latency(one)}
            )
            sys.stderr.write(f"{rows[-1]}\n")
        opened.cache_clear()
    return rows


def pack(names: list[str], target: str, *options: str) -> None:
    """Clips into one collection."""
    words = ["pack", *names, "-o", target, "-f", "--fps", str(FPS), *options]
    subprocess.run([sys.executable, "-m", "vdsc", *words], check=True)


def main() -> None:
    """Measure, and write the table."""
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder:
        rows = [row for side in (64, 96) for row in measured(side, Path(folder))]
    told = conditions()
    (HERE / "reader.json").write_text(json.dumps({"rows": rows, **told}, indent=1) + "\n")
    text = ABOUT.format(
        clips=CLIPS,
        frames=len(clips(64)[0]),
        windows=WINDOWS,
        batch=BATCH,
        turns=TURNS,
        av=av.__version__,
        cores=os.cpu_count(),
        date=told["date"],
        load=max(0.0, os.getloadavg()[0] - 2),
    )
    for row in rows:
        text += (
            f"| {row['side']}x{row['side']} | {row['length']} | {row['way']} | {row['bytes']:,} "
            f"| {row['db']:.1f} | {row['fps']:,.0f} | {row['ms']:.1f} |\n"
        )
    (HERE / "reader.md").write_text(text)


if __name__ == "__main__":
    main()

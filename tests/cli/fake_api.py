"""A stand-in for vdsc.api that stores raw frames, so that the commands are tested alone."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from vdsc.api.facts import Info
from vdsc.api.model_cards import ModelCard
from vdsc.api.report import Attempt, GroupError, Report
from vdsc.codecs.base import ChunkFacts, GridFacts
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, LimitExceeded, ModelMissing, UnsupportedVersion

WINDOW = 16
FAILURES = {
    "absent": ModelMissing("model 'absent' (0123abcd) is not installed; set VDSC_MODELS"),
    "huge": LimitExceeded("too large"),
    "bug": ZeroDivisionError("a bug"),
    "interrupted": KeyboardInterrupt(),
}
SAID: dict[str, Any] = {
    "groups": (
        GroupError("angles", "deg", 0.25, 1.5, channel=4, frame=7),
        GroupError("hip", "m", 0.01, 0.5),
    ),
    "attempts": (
        Attempt("linear", "quality=60", 40, 1234, whole=True, chunks=2, seconds=0.75, slowest=0.5),
        Attempt("packed", "", 40, 0, whole=False, chunks=0, seconds=0.0, slowest=0.0),
    ),
    "warnings": ("the hip moves far; \x1b[31m", "second"),
    "chosen": "lossless is larger",
}
calls: list[dict[str, Any]] = []


def encode(
    source: Any,
    stream: Any,
    *,
    codec: str,
    lossless: bool,
    verify: bool,
    progress: Any,
    **options: Any,
) -> Report:
    """Write a JSON line and the frames; `model` may name a failure."""
    asked = {"codec": codec, "lossless": lossless, "verify": verify, "progress": progress}
    calls.append({"source": source.name, "dtype": source.dtype, **asked, **options})
    model = options["model"] or "fake"
    dtype, fps = source.dtype.newbyteorder("<"), str(options["fps"] or 60)
    head = {"shape": source.shape, "dtype": dtype.name, "fps": fps}
    stream.write(json.dumps(head).encode() + b"\n")
    for begin in range(0, source.shape[0], WINDOW):
        stream.write(source.read(begin, min(begin + WINDOW, source.shape[0])).tobytes())
        if model == "slowly":
            time.sleep(0.7)
        if progress:
            progress(begin, source.shape[0])
    if model == "slow":
        stream.flush()
        print("ready", flush=True)  # noqa: T201
        time.sleep(60)
    if model == "busy":
        threading.Thread(target=time.sleep, args=(60,)).start()
        print("ready", flush=True)  # noqa: T201
        time.sleep(60)
    if model == "killed" and source.read(0, 1).max() > 9:
        os.kill(os.getpid(), signal.SIGKILL)
    if model == "uneven":  # what is larger takes longer
        time.sleep(float(source.read(0, 1).max()) / 10)
    if model in FAILURES:
        raise FAILURES[model]
    made = _report(source, model, exact=source.exact, verified=verify)
    return replace(made, **SAID) if model == "talkative" else made


def _report(source: Any, model: str, *, exact: bool, verified: bool) -> Report:
    """A report with errors as they are for such a source."""
    video = len(source.shape) > 2
    return Report(
        codec="lossless" if exact else "knots",
        made_by="arrays" if exact else f"{model}, 7 knots",
        frames=source.shape[0],
        raw_bytes=4000,
        file_bytes=100,
        bits_per_value=0.5,
        psnr=30.0 if video and not exact else None,
        groups=() if video or exact else (GroupError("angles", "deg", 0.25, 1.5),),
        warnings=(),
        knots=0 if exact else 7,
        seconds=0.1,
        lossless=exact,
        verified=verified,
    )


def check_written(source: Any, stream: Any, report: Report, *, memlimit: int) -> None:
    """Compare the frames with those of the source."""
    calls.append({"checked": source.name, "memlimit": memlimit})
    head, data = _head(stream), stream.read()
    held = np.frombuffer(data, np.dtype(head["dtype"])).reshape(head["shape"])
    if (held != source.read(0, source.shape[0])).any():
        raise CorruptFile("the file on disk is not what was written; keep the source, check both")


@dataclass(frozen=True)
class Decoding:
    """Frames to come and their outline."""

    outline: Outline
    data: bytes
    meta: Meta | None = None

    def __iter__(self) -> Iterator[Any]:
        """Yield the frames in windows; stop short where the data does."""
        frame = np.empty(self.outline.shape[1:], self.outline.dtype)
        for begin in range(0, self.outline.frames, WINDOW):
            count = min(WINDOW, self.outline.frames - begin)
            part = self.data[begin * frame.nbytes : (begin + count) * frame.nbytes]
            if len(part) < count * frame.nbytes:
                raise CorruptFile("the frames end early; copy the file again")
            yield np.frombuffer(part, frame.dtype).reshape(count, *frame.shape)


def every_frame(stream: Any, *, memlimit: int) -> Decoding:
    """All frames."""
    return decode(stream, fps=None, times=None, memlimit=memlimit)


def decode(
    stream: Any,
    *,
    fps: Any,
    times: Any,
    memlimit: int,
    start: Any = None,
    end: Any = None,
    region: Any = (),
    scale: Any = 1,
) -> Decoding:
    """Give the frames back at their rate, at `fps` or at `times` (the first ones, as many)."""
    part = {"region": region, "scale": scale} if region or scale != 1 else {}
    calls.append({"fps": fps, "times": times, "memlimit": memlimit, **part})
    head = _head(stream)
    clock = Clock(fps or Fraction(head["fps"])) if times is None else Clock(times=times)
    frames = head["shape"][0] if times is None else len(times)
    return Decoding(
        Outline((frames, *head["shape"][1:]), np.dtype(head["dtype"]), clock), stream.read()
    )


def inspect(stream: Any, *, memlimit: int) -> Info:
    """Facts, most of them made up."""
    calls.append({"memlimit": memlimit})
    shape = tuple(_head(stream)["shape"])
    return Info(
        size=100,
        raw_bytes=4000,
        codec="knots",
        model="fake",
        digest="0123456789abcdef" * 4,
        shape=shape,
        dtype="float32",
        fps=60.0,
        start=0.0,
        end=1.5,
        frames=shape[0],
        params={"q": 75},
        settings=(("quality", "75"), ("unit", "cm")),
        chunks=(ChunkFacts(40, shape[0], 7), ChunkFacts(20, method="arrays")),
        knots=7,
        knots_per_second=3.5,
        local_dims=4,
        global_dims=28,
        grid=GridFacts("rec", 10, 61.5),
        meta=None,
        budget={"header": 20, "knot times": 10, "knot values": 50, "checksums": 20},
    )


def source_format(stream: Any, *, memlimit: int) -> str:
    """What the first line says, or nothing."""
    return str(_head(stream).get("format", ""))


def installed_models() -> list[ModelCard]:
    """One made-up model."""
    return [
        ModelCard("fake", "motion", "(T, 96)", 1_500_000, "0123456789abcdef" * 4, "CMU [mb]",
                  "60x at 0.5 deg", "models/fake")
    ]  # fmt: skip


def _head(stream: Any) -> dict[str, Any]:
    line = stream.readline()
    if b"newer" in line:
        raise UnsupportedVersion("written by a newer vdsc; upgrade")
    try:
        head: dict[str, Any] = json.loads(line)
    except ValueError:
        raise CorruptFile("not a .vds file") from None
    return head

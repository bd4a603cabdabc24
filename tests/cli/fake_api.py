"""A stand-in for vdsc.api that stores raw frames, so that the commands are tested alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from vdsc.api.facts import Info
from vdsc.api.models import ModelCard
from vdsc.api.report import Report
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, LimitExceeded, ModelMissing, UnsupportedVersion

WINDOW = 16
FAILURES = {
    "absent": ModelMissing("model 'absent' (0123abcd) is not installed; set VDSC_MODELS"),
    "huge": LimitExceeded("too large"),
    "bug": ZeroDivisionError("a bug"),
    "interrupted": KeyboardInterrupt(),
}
calls: list[dict[str, Any]] = []


def encode(source: Any, stream: Any, *, fps: Any = None, times: Any = None, **options: Any) -> Any:
    """Write a JSON line and the frames; `model` may name a failure."""
    calls.append({"source": source.name, "fps": fps, "times": times, **options})
    model, video = options["model"] or "fake", len(source.shape) > 2
    head = {"shape": source.shape, "dtype": source.dtype.name, "fps": str(fps or 60)}
    stream.write(json.dumps(head).encode() + b"\n")
    for begin in range(0, source.shape[0], WINDOW):
        stream.write(source.read(begin, min(begin + WINDOW, source.shape[0])).tobytes())
        if options["progress"]:
            options["progress"](begin, source.shape[0])
    if model == "slow":
        stream.flush()
        print("ready", flush=True)  # noqa: T201
        time.sleep(60)
    if model in FAILURES:
        raise FAILURES[model]
    errors = (30.0, None, None) if video else (None, 0.25, 1.5)
    return Report(model, source.shape[0], 4000, 100, 0.5, *errors, "deg", 7, 0.1)


def encode_exactly(source: Any, stream: Any, **options: Any) -> Any:
    """Note the call and write nothing of use."""
    calls.append({"source": source.name, "dtype": source.dtype, **options})
    stream.write(b"exact")
    outline = Outline(source.shape, source.dtype, Clock(Fraction(1)))
    return Report.exact(outline, 5, 0.1, verified=options["verify"])


@dataclass(frozen=True)
class Decoding:
    """Frames to come and their outline."""

    outline: Outline
    data: bytes

    def __iter__(self) -> Iterator[Any]:
        """Yield the frames in windows; stop short where the data does."""
        frame = np.empty(self.outline.shape[1:], self.outline.dtype)
        for begin in range(0, self.outline.frames, WINDOW):
            count = min(WINDOW, self.outline.frames - begin)
            part = self.data[begin * frame.nbytes : (begin + count) * frame.nbytes]
            if len(part) < count * frame.nbytes:
                raise CorruptFile("the frames end early; copy the file again")
            yield np.frombuffer(part, frame.dtype).reshape(count, *frame.shape)


def decode(stream: Any, *, fps: Any = None, times: Any = None, device: str = "auto") -> Decoding:
    """Give the frames back at their rate, at `fps` or at `times` (the first ones, as many)."""
    calls.append({"fps": fps, "times": times, "device": device})
    head = _head(stream)
    clock = Clock(fps or Fraction(head["fps"])) if times is None else Clock(times=times)
    frames = head["shape"][0] if times is None else len(times)
    return Decoding(
        Outline((frames, *head["shape"][1:]), np.dtype(head["dtype"]), clock), stream.read()
    )


def inspect(stream: Any) -> Info:
    """Facts, most of them made up."""
    shape = tuple(_head(stream)["shape"])
    chunk = {"frames": shape[0], "knots": 7, "knots_per_second": 3.5, "bytes": 60}
    return Info(
        100, 4000, "vdsde", "fake", "0123456789abcdef" * 4, shape, "float32", 60.0, 0.0, 1.5,
        shape[0], {"quality": 75}, [chunk], 7, 3.5, 4, 28,
        {"header": 20, "knot times": 10, "knot values": 50, "checksums": 20},
        {"code": "rec", "bytes": 10, "kl_bits": 61.5},
    )  # fmt: skip


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

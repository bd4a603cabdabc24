"""The kinds of data, each with its clips, its codecs and what is asked of vdsc."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from vdsc.bench import clips as data
from vdsc.bench.clips import Clip
from vdsc.bench.peers import array_packers, bitsback_alone, exact_films, ours
from vdsc.bench.peers.peer import Peer

BEST = "the best peer"


@dataclass(frozen=True, slots=True)
class Ask:
    """At most `most` bits a pixel or value, or, where `of` is a peer, `most` times its bits."""

    most: float
    of: str | None = None


@dataclass(frozen=True, slots=True)
class LosslessDomain:
    """What is measured together.

    unit: what bits are counted by, all channels of a pixel together. own: vdsc's file first, then
    parts of vdsc that are shown beside it. peers: what vdsc is measured against.
    """

    name: str
    title: str
    unit: Literal["pixel", "value"]
    clips: list[Clip]
    own: tuple[Peer, ...]
    peers: tuple[Peer, ...]
    ask: Ask

    def units(self, clip: Clip) -> int:
        """How many pixels or values a clip has."""
        shape = clip.values.shape
        return prod(shape[:3] if self.unit == "pixel" else shape)


def digits(clips: int | None) -> LosslessDomain:
    """Give Moving MNIST: `clips` clips (32 if None) of 100 frames from held-out digits."""
    return LosslessDomain(
        "digits", "Moving MNIST, held-out digits (grey)", "pixel",
        data.moving_digits(clips or 32),
        (ours.exact(), *bitsback_alone.peers("digits", data.FRAMES)),
        (*array_packers.peers((64, 64, 1), np.uint8), *exact_films.peers(1)),
        Ask(0.045),
    )  # fmt: skip


def maze(clips: int | None) -> LosslessDomain:
    """Give walks through mazes that training did not see."""
    return _colour("maze", "Mazes, val (RGB)", "maze64_val", clips, Ask(6.0))


def natural(clips: int | None) -> LosslessDomain:
    """Give real and film clips; no model of vdsc was trained on any."""
    title = "Real and film clips, never trained on (RGB)"
    return _colour("natural", title, "natural64_train", clips, Ask(0.9, BEST))


def minerl(clips: int | None) -> LosslessDomain:
    """Give MineRL footage, decoded from GIF files of at most 256 colours each."""
    title = "MineRL footage from GIF files (RGB)"
    return _colour("minerl", title, "minerl64_val", clips, Ask(1.0, "xz"))


def cmu(clips: int | None) -> LosslessDomain:
    """Give the val sequences of CMU motion capture."""
    return _motion("cmu", "Motion capture, CMU val (96 x float32)", "cmu_mb", clips)


def ui_prmd(clips: int | None) -> LosslessDomain:
    """Give the val sequences of the rehabilitation exercises."""
    return _motion("ui_prmd", "Motion capture, UI-PRMD val (117 x float32)", "ui_prmd", clips)


def _colour(name: str, title: str, file: str, clips: int | None, ask: Ask) -> LosslessDomain:
    peers = (*array_packers.peers((64, 64, 3), np.uint8), *exact_films.peers(3))
    return LosslessDomain(
        name, title, "pixel", data.films(file)[:clips], (ours.exact(),), peers, ask
    )


def _motion(name: str, title: str, corpus: str, clips: int | None) -> LosslessDomain:
    found = data.motion("val", corpus)[:clips]
    peers = array_packers.peers(found[0].values.shape[1:], np.float32)
    return LosslessDomain(name, title, "value", found, (ours.exact(),), peers, Ask(0.9, BEST))


DOMAINS: dict[str, Callable[[int | None], LosslessDomain]] = {
    "digits": digits,
    "maze": maze,
    "natural": natural,
    "minerl": minerl,
    "cmu": cmu,
    "ui_prmd": ui_prmd,
}

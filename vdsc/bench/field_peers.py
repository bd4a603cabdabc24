"""vdsc as the benchmark of fields calls it, and the peers that need a word of their own."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from typing import Any

import numpy as np

import vdsc
from vdsc.bench.peers import bounded_packers, video_codecs
from vdsc.bench.peers.bounded_packers import BoundedPeer
from vdsc.bench.peers.ours import decode
from vdsc.bench.peers.peer import Peer, Setting, Values
from vdsc.bench.peers.raw_packers import EXTREME

FIELD, CHOSEN, LOSSLESS = "vdsc field", "vdsc --max-error", "vdsc --lossless"
RIVALS = "SPERR", "SZ3", "zfp"
SHARES = 1, 0.9999, 0.99
"""Of an error: what a rival is asked for, one after the other, until it keeps the whole."""

THREE = "the smallest of three layouts, each asked for a little less where it broke its promise"
Shape = tuple[int, ...]


def ours_at(qualities: tuple[int, ...], *, few: bool, fps: float | None = None) -> Peer:
    """Give the codec `field` with what it takes by itself, at its lowest two qualities if few."""
    settings = tuple((float(one),) for one in qualities[: 2 if few else None])

    def encode(values: Values, setting: Setting) -> bytes:
        return vdsc.compress(values, codec="field", quality=int(setting[0]), fps=fps)

    return Peer(FIELD, ("quality",), settings, encode, decode, "codec field, whole .vds file")


def bounded(bounds: tuple[float, ...]) -> tuple[Peer, ...]:
    """Give vdsc under a promised error, on linear too, and its rivals."""
    settings = tuple((bound,) for bound in bounds)
    ours: dict[str, dict[str, Any]] = {CHOSEN: {}, "vdsc on linear": {"base": "linear"}}
    return (
        *(
            Peer(
                name, ("bound",), settings, partial(_promised, options), decode,
                "whole .vds file, every value checked",
            )
            for name, options in ours.items()
        ),
        *(
            Peer(
                rival.peer.name, ("bound",), settings, rival.encode, rival.decode,
                f"{rival.peer.note}; {THREE}",
            )
            for rival in map(Promiser, bounded_packers.PEERS)
            if rival.peer.name in RIVALS
        ),
    )  # fmt: skip


def lossless() -> Peer:
    """Give vdsc without loss."""

    def encode(values: Values, setting: Setting) -> bytes:
        return vdsc.compress(values, lossless=True)

    return Peer(LOSSLESS, (), ((),), encode, decode, "no choices, whole .vds file")


def packed(frame: Shape) -> tuple[Peer, ...]:
    """Give xz of bytes and of bits, for shapes (T, ...) of voxels that are 0 or 1."""
    return (
        Peer(
            "xz", (), ((),), lambda values, _: lzma.compress(values.tobytes(), preset=EXTREME),
            lambda file: _shape(np.frombuffer(lzma.decompress(file), np.uint8), frame),
            "xz -9e of a byte a voxel",
        ),
        Peer(
            "xz of bits", (), ((),),
            lambda values, _: lzma.compress(np.packbits(values).tobytes(), preset=EXTREME),
            lambda file: _shape(
                np.unpackbits(np.frombuffer(lzma.decompress(file), np.uint8)), frame
            ),
            "xz -9e of a bit a voxel",
        ),
    )  # fmt: skip


def film_peers(levels: int | None = None) -> tuple[Peer, ...]:
    """Give x264, x265, VP9 and AV1 for colour video (T, H, W, 3) uint8.

    levels: how many of the qualities of each, from the least on.
    """
    quiet = {peer.name: peer for peer in video_codecs.peers()}
    return tuple(
        replace(
            quiet[name],
            settings=quiet[name].settings[::-1][:levels],
            encode=partial(_film, recipe),
            decode=partial(_frames, recipe),
        )
        for name, recipe in video_codecs.RECIPES.items()
    )


def _film(recipe: video_codecs.VideoRecipe, values: Values, setting: Setting) -> bytes:
    options = (("crf", str(int(setting[0]))), *recipe.options)
    return video_codecs.write(replace(recipe, options=options), values, "rgb24", "yuv420p")


def _frames(recipe: video_codecs.VideoRecipe, file: bytes) -> Values:
    return video_codecs.read(recipe, file, "rgb24")


def _promised(options: dict[str, Any], values: Values, setting: Setting) -> bytes:
    chosen: dict[str, Any] = {"codec": "bounded", **options} if options else {}
    made: bytes = vdsc.compress(values, max_error=setting[0], fps=1, **chosen)
    return made


@dataclass(frozen=True, slots=True)
class Promiser:
    """A codec that promises an error, in the layout whose file is smallest.

    Its files do not say their layout: what decodes each is kept here and finds them by their bytes.
    """

    peer: BoundedPeer
    known: dict[bytes, Callable[[], Values]] = field(default_factory=dict)

    def encode(self, values: Values, setting: Setting) -> bytes:
        """The smallest file that keeps the error, or the smallest where none does."""
        files = [self._file(array, values, setting[0]) for array in bounded_packers.layouts(values)]
        return min(files)[-1]

    def _file(self, array: Values, values: Values, error: float) -> tuple[bool, int, bytes]:
        """A layout's file behind whether it breaks its promise, and its length.

        One that does is made again for a little less, so that a last bit does not decide.
        """
        made, kept = b"", False
        for share in SHARES:
            if not kept:
                made, back = self.peer.code(array, share * error)
                again = partial(_laid_back, back, array.shape, values.shape)
                off = np.abs(again().astype(np.float64) - values.astype(np.float64)).max()
                kept = bool(off <= error)
                self.known[made] = again
        return not kept, len(made), made

    def decode(self, file: bytes) -> Values:
        """The values of a file."""
        return self.known[file]()


def _laid_back(back: Callable[[], Values], shape: Shape, wanted: Shape) -> Values:
    """What a layout decodes to, with its axes as they were."""
    found = back().reshape(shape)
    return found.T if shape == wanted[::-1] and len(shape) > 1 else found.reshape(wanted)


def _shape(flat: Values, frame: Shape) -> Values:
    return flat[: len(flat) // prod(frame) * prod(frame)].reshape(-1, *frame)

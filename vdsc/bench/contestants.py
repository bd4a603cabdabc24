"""Who may run on a user's own array: codecs by name, and why one does not take it.

A library is imported when its codec runs; ModuleNotFoundError says which one is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

import vdsc
from vdsc.bench.peers.bounded_packers import PEERS, BoundedPeer, layouts
from vdsc.bench.peers.peer import Peer, Values
from vdsc.errors import InvalidInput

Decode = Callable[[], Values]
Coded = tuple[bytes, Decode]
Run = Callable[[], Coded]

USUAL = ("vdsc", "zstd", "xz", "x265")
"""Those that run where nobody names any."""

RAW, PACKED, FILMS = ("zstd", "xz"), ("blosc2", "pcodec", "fpzip"), ("x264", "x265", "vp9", "ffv1")
BOUNDED = tuple(peer.name.lower() for peer in PEERS)
NAMES = ("vdsc", *dict.fromkeys((*RAW, *PACKED, *FILMS, *BOUNDED)))
"""All that may be named."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A codec on one array: the ways it may be called, of which the smallest file counts."""

    note: str
    runs: tuple[Run, ...]
    size: Callable[[bytes], int] = len


def contestant(name: str, values: Values, error: float | None) -> Contestant:
    """The codec of a name for values (T, ...), without loss or within an error.

    Raises InvalidInput where it does not take them, ModuleNotFoundError where its library is
    missing.
    """
    if name == "vdsc":
        return _ours(values, error)
    if error is not None:
        return _bounded(name, values, error)
    if name in FILMS:
        return _of_peer(_film(name, values), values)
    if name in RAW:
        from vdsc.bench.peers import raw_packers

        return _of_peer(_named(name, raw_packers.peers(values.shape[1:], values.dtype)), values)
    if name in PACKED:
        from vdsc.bench.peers import array_packers

        return _of_peer(_named(name, array_packers.peers(values.shape[1:], values.dtype)), values)
    raise InvalidInput("only with --max-error")


def _ours(values: Values, error: float | None) -> Contestant:
    """Our own, as a user calls it, each chunk decoded once while it is made."""

    def run() -> Coded:
        wish = {"lossless": True} if error is None else {"max_error": error, "missing": "nan"}
        data = vdsc.compress(values, fps=1, **wish)
        return data, lambda: np.asarray(vdsc.decompress(data).values)

    note = "--lossless" if error is None else f"--max-error {error:g}"
    return Contestant(f"{note}, whole .vds file", (run,))


def _of_peer(peer: Peer, values: Values) -> Contestant:
    def run() -> Coded:
        made = peer.encode(values, ())
        return made, lambda: peer.decode(made)

    return Contestant(peer.note, (run,), peer.size)


def _named(name: str, peers: tuple[Peer, ...]) -> Peer:
    for peer in peers:
        if peer.name.lower() == name:
            return peer
    raise InvalidInput("takes floats only")


def _film(name: str, values: Values) -> Peer:
    """A lossless video codec, if the values are video of even height and width."""
    if values.ndim == 3:
        film = _film(name, values[..., None])
        return Peer(
            film.name, (), ((),),
            encode=lambda frames, setting: film.encode(frames[..., None], setting),
            decode=lambda file: film.decode(file)[..., 0],
            note=film.note, size=film.size,
        )  # fmt: skip
    if values.dtype != np.uint8 or values.ndim != 4 or values.shape[3] not in {1, 3}:
        raise InvalidInput("takes video only, (T, H, W, 1 or 3) uint8")
    if values.shape[1] % 2 or values.shape[2] % 2:
        raise InvalidInput("takes frames of even height and width only")
    from vdsc.bench.peers import exact_films

    found = exact_films.peers(values.shape[3])
    return next(peer for peer in found if peer.name.lower().startswith(name))


def _bounded(name: str, values: Values, error: float) -> Contestant:
    """A codec that promises an error, on the array as it is, reversed, and as one row."""
    peer = next((peer for peer in PEERS if peer.name.lower() == name), None)
    if peer is None:
        raise InvalidInput("promises no error")
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise InvalidInput("takes finite integers and floats only")
    if error <= 0:
        raise InvalidInput("takes errors above 0 only")
    runs = tuple(partial(_laid_out, peer, values, error, way) for way in range(_ways(values)))
    return Contestant(f"{peer.note}, the smallest of {len(runs)} layouts", runs)


def _ways(values: Values) -> int:
    return 3 if values.ndim > 1 else 1


def _laid_out(peer: BoundedPeer, values: Values, error: float, way: int) -> Coded:
    """The values in one layout, and what gives them back in their own."""
    array = list(layouts(values))[way]
    made, decode = peer.code(array, error)

    def back() -> Values:
        found = np.asarray(decode()).reshape(array.shape)
        return found.T if way == 1 else found.reshape(values.shape)

    return made, back

"""What an almost lossless codec gets wrong, stored beside its stream.

file    patch bytes (4) | patch: zlib of places (n x 4) and values (n) | the codec's own file
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np

from vdsc.bench.peers.peer import Peer, Setting, Values

HEAD = struct.Struct("<I")


def patched(peer: Peer) -> Peer:
    """Make a codec of uint8 arrays exact: it decodes while it encodes, and the patch counts."""

    def encode(values: Values, setting: Setting) -> bytes:
        file = peer.encode(values, setting)
        wrong = np.flatnonzero(peer.decode(file) != values)
        stored = wrong.astype("<u4").tobytes() + values.reshape(-1)[wrong].tobytes()
        patch = zlib.compress(stored, 9)
        return HEAD.pack(len(patch)) + patch + file

    def decode(file: bytes) -> Values:
        stored = zlib.decompress(file[HEAD.size : _end(file)])
        values, count = np.array(peer.decode(file[_end(file) :]), order="C"), len(stored) // 5
        places = np.frombuffer(stored, "<u4", count)
        values.reshape(-1)[places] = np.frombuffer(stored, np.uint8, offset=4 * count)
        return values

    def size(file: bytes) -> int:
        return _end(file) + peer.size(file[_end(file) :])

    note = f"{peer.note}; values that do not come back are stored beside the stream"
    return replace(peer, encode=encode, decode=decode, size=size, note=note)


def _end(file: bytes) -> int:
    """Where the patch ends and the codec's file begins."""
    return int(HEAD.size + HEAD.unpack_from(file)[0])

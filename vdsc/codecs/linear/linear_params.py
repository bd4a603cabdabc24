"""What the header of a file of codec `linear` stores."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.container import Header
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "linear"

FINEST, COARSEST = -4 * 1000, 4 * 1000
"""Exponents of steps, in quarters of a power of two."""

MOST_FINER = 24

_KNOWN = frozenset("jftg")


VALUES, FRAMES = 1 << 20, 1 << 13
"""What a chunk of more than two frames has at most."""


@dataclass(frozen=True, slots=True)
class LinearParams:
    """What the header stores.

    step: j, where a step is 2^(j/4). finer: the steps of knots are those of j - finer.
    turns: whether channels are angles in degrees whose whole turns are told apart. grouped: whether
    several rows of coefficients are coded at once.
    """

    step: int
    finer: int = 0
    turns: bool = False
    grouped: bool = False

    def to_header(self) -> dict[str, int]:
        """The parameters, those that say nothing left out."""
        stored = {"j": self.step, "f": self.finer, "t": int(self.turns), "g": int(self.grouped)}
        return {key: value for key, value in stored.items() if value}

    @classmethod
    def from_header(cls, header: Header) -> LinearParams:
        """Raises CorruptFile or UnsupportedVersion."""
        params = header.params
        for key in params:
            if key not in _KNOWN:
                words = f"the header has the unknown parameter {key!r}; upgrade vdsc"
                raise UnsupportedVersion(words)
        turns, grouped = (bool(params.get(key, 0)) for key in "tg")
        made = cls(params.get("j", 0), params.get("f", 0), turns, grouped)
        sound = FINEST <= made.step <= COARSEST and 0 <= made.finer <= MOST_FINER
        flags = all(params.get(key, 1) == 1 for key in "tg")
        if not sound or not flags or header.model is not None:
            raise CorruptFile("the header's parameters cannot be right; the file is damaged")
        _check_chunks(header)
        return made


def _check_chunks(header: Header) -> None:
    """Raise CorruptFile for chunks that no encoder makes."""
    frames = header.outline.frames
    largest = -(-(frames - 1) // header.chunks) + 1
    values = largest * header.outline.values // frames
    small = largest <= 2 or (largest <= FRAMES and values <= VALUES)
    if header.chunks > max(1, frames - 1) or not small:
        raise CorruptFile("the file's chunks cannot hold its frames; it is damaged")

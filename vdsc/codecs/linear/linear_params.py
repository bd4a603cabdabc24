"""What the header of a file of codec `linear` stores."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.container import Header
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "linear"

FINEST, COARSEST = -4 * 1000, 4 * 1000
"""Exponents of steps, in quarters of a power of two."""

MOST_FINER, USUAL_FINER = 24, 6

AS_USUAL = 2
"""A value of the flag of groups which says that knots are finer by USUAL_FINER, too."""

FLAGS = "tgxc"

_KNOWN = frozenset("jf" + FLAGS)


VALUES, FRAMES = 1 << 20, 1 << 13
"""What a chunk of more than two frames has at most."""


@dataclass(frozen=True, slots=True)
class LinearParams:
    """What the header stores.

    step: j, where a step is 2^(j/4). finer: the steps of knots are those of j - finer.
    turns: whether channels are angles in degrees whose whole turns are told apart. grouped: whether
    several rows of coefficients are coded at once. cosines: whether frames are transformed along
    their axes. apart: whether channels have steps of their own, `step` being that of the first.
    """

    step: int
    finer: int = 0
    turns: bool = False
    grouped: bool = False
    cosines: bool = False
    apart: bool = False

    def to_header(self) -> dict[str, int]:
        """The parameters, those that say nothing left out."""
        usual = self.grouped and self.finer == USUAL_FINER
        flags = (self.turns, AS_USUAL if usual else self.grouped, self.cosines, self.apart)
        finer = 0 if usual else self.finer
        stored = {"j": self.step, "f": finer, **dict(zip(FLAGS, map(int, flags), strict=True))}
        return {key: value for key, value in stored.items() if value}

    @classmethod
    def from_header(cls, header: Header) -> LinearParams:
        """Raises CorruptFile or UnsupportedVersion."""
        params = header.params
        for key in params:
            if key not in _KNOWN:
                words = f"the header has the unknown parameter {key!r}; upgrade vdsc"
                raise UnsupportedVersion(words)
        finer = USUAL_FINER if params.get("g") == AS_USUAL else params.get("f", 0)
        made = cls(params.get("j", 0), finer, *(bool(params.get(key, 0)) for key in FLAGS))
        sound = FINEST <= made.step <= COARSEST and 0 <= made.finer <= MOST_FINER
        flags = all(params.get(key, 1) in {1, AS_USUAL if key == "g" else 1} for key in FLAGS)
        flags = flags and not (params.get("g") == AS_USUAL and "f" in params)
        flags = flags and not (made.cosines and made.apart)
        known = header.outline.dtype.kind in "fiu"
        if not sound or not flags or not known or header.model is not None:
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

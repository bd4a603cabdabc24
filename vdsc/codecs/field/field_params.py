"""What the header of a file of codec `field` stores."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from vdsc.codecs.field.field_layout import AXES, FieldLayout
from vdsc.codecs.field.pyramid import Shape
from vdsc.codecs.in_between.frame_between import follows
from vdsc.container import Header
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile, InvalidInput, UnsupportedVersion

ID = "field"

FINEST, COARSEST = -8 * 1000, 8 * 1000
"""Exponents of steps, in eighths of a power of two."""

FARTHEST = 1 << 40
"""Steps that the origin is from 0 at most."""

STATED = 64
"""Eighths of a power of two that the network is told a step is from the spread, at most."""

START = 6
"""Bytes of a base's hash in the header."""

SOUGHT, SENT = 1, 2
"""How frames between knots are foretold: by motion that a decoder looks for, or that is sent."""

SHRINK = 16
"""256ths of a step by which latents are decoded nearer to 0."""

_EIGHTHS = (
    1.0, 1.0905077326652577, 1.189207115002721, 1.2968395546510096,
    1.4142135623730951, 1.5422108254079407, 1.681792830507429, 1.8340080864093424,
)  # fmt: skip
_KNOWN = frozenset("jobtdmk")
_DIGIT = 4  # bits of the logarithm of a block's size


@dataclass(frozen=True, slots=True)
class FieldParams:
    """What the header stores.

    step: j, where a step is 2^(j/8). origin: what is taken off all values, in steps. blocks:
    samples of a block along each axis. stated: what a checkpoint's network is told of the step: how
    many eighths of a power of two it is above the spread of the values. shrink: by how many 256ths
    of a step latents are decoded nearer to 0. base: the first bytes of the hash of the model that
    draws what lies beneath, 0 for none. rungs: SOUGHT or SENT where only the knots of a chunk are
    coded as they are, and others are foretold; 0 where all frames are coded as they are.
    """

    step: int
    origin: int
    blocks: Shape
    stated: int = 0
    shrink: int = SHRINK
    base: int = 0
    rungs: int = 0

    @property
    def unit(self) -> float:
        """The step itself: 2^(j/8), the same double on every machine."""
        return _EIGHTHS[self.step % 8] * 2.0 ** (self.step // 8)

    def rung(self, coarser: int, side: int) -> FieldParams:
        """Those of foretold frames: so many eighths coarser, blocks of one frame."""
        stated = min(max(self.stated + coarser, -STATED), STATED)
        blocks = (1, side, side)
        return FieldParams(self.step + coarser, 0, blocks, stated, self.shrink)

    def to_header(self) -> dict[str, int]:
        """The parameters, those that say nothing left out."""
        sizes = sum((n.bit_length() - 1) << _DIGIT * i for i, n in enumerate(self.blocks))
        stored = {
            "j": self.step, "o": self.origin, "b": sizes, "t": self.stated, "m": self.base,
            "k": self.rungs,
        }  # fmt: skip
        return {k: v for k, v in stored.items() if v} | (
            {} if self.shrink == SHRINK else {"d": self.shrink}
        )

    @classmethod
    def from_header(cls, header: Header) -> FieldParams:
        """Raises CorruptFile or UnsupportedVersion."""
        params = header.params
        for key in params:
            if key not in _KNOWN:
                words = f"the header has the unknown parameter {key!r}; upgrade vdsc"
                raise UnsupportedVersion(words)
        try:
            layout = FieldLayout.of(header.outline)
            sizes, axes = params.get("b", 0), range(len(layout.shape))
            asked = tuple(1 << (sizes >> _DIGIT * i & (1 << _DIGIT) - 1) for i in axes)
            blocks = layout.blocks(asked)
        except InvalidInput as error:
            raise CorruptFile(f"the header cannot be right: {error}") from None
        made = cls(
            params.get("j", 0), params.get("o", 0), blocks, params.get("t", 0),
            params.get("d", SHRINK), params.get("m", 0), params.get("k", 0),
        )  # fmt: skip
        sound = FINEST <= made.step <= COARSEST and abs(made.origin) <= FARTHEST
        sound = sound and abs(made.stated) <= STATED and 0 <= made.shrink <= 128
        sound = sound and 0 <= made.base < 1 << 8 * START
        sound = sound and made.rungs in {0, SOUGHT, SENT} and not (made.rungs == SENT and made.base)
        if made.rungs:
            sound = sound and header.model is not None and _followed(header.outline)
        sound = sound and 0 <= sizes < 1 << _DIGIT * AXES and asked == blocks
        if not sound or header.chunks > header.outline.frames or not _small(header):
            raise CorruptFile("the header's parameters cannot be right; the file is damaged")
        return made


VALUES = 5 << 20
"""Values that a chunk of more than one frame has at most: 106 frames of 128 x 128 in colour."""


def _followed(outline: Outline) -> bool:
    """Whether frames between others can be foretold."""
    return follows(outline.shape, outline.dtype)


def _small(header: Header) -> bool:
    outline = header.outline
    frames = -(-outline.frames // header.chunks)
    return frames == 1 or frames * prod(outline.shape[1:]) <= VALUES

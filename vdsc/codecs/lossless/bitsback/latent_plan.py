"""What a chunk of bits-back says of its latents; read without the entropy coder.

    bytes    2 (fine + 3) + frozen (1 byte) | density + 255 (varint)

A knot at every frame has 511 in place of density + 255, and a chunk without latents 512.
"""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.container import varint
from vdsc.errors import CorruptFile, InvalidInput

_EVERY, _BARE = 511, 512


@dataclass(frozen=True, slots=True)
class LatentPlan:
    """How a chunk's latents are coded.

    density: of the knots, -255 to 255, 0 to 255 being what training saw; None for a knot at every
    frame. fine: log2 of the cells on the posterior's spread, -3 to 4: few where a file is one
    window, whose posterior finds nothing to borrow, 2 for a chain of windows. frozen: the
    checkpoint's transition tables instead of the OU prior. latents: False where there are none,
    because they would cost more than they save.

    Raises:
        InvalidInput: a number is out of range.
    """

    density: int | None = -128
    fine: int = -1
    frozen: bool = True
    latents: bool = True

    def __post_init__(self) -> None:
        if self.density is not None and not -255 <= self.density <= 255:
            raise InvalidInput(f"a knot density is -255 to 255, not {self.density}")
        if not -3 <= self.fine <= 4:
            raise InvalidInput(f"fineness is -3 to 4, not {self.fine}")

    def to_bytes(self) -> bytes:
        """The bytes above."""
        density = _EVERY if self.density is None else self.density + 255
        density = density if self.latents else _BARE
        return bytes([2 * (self.fine + 3) + self.frozen]) + varint.put(density)

    @classmethod
    def read(cls, payload: bytes) -> tuple[LatentPlan, int]:
        """The plan that a payload begins with and where it ends; raises CorruptFile."""
        density, at = varint.get(payload, 1)
        wanted = None if density in {_EVERY, _BARE} else density - 255
        fine, frozen, latents = (payload[0] >> 1) - 3, bool(payload[0] & 1), density != _BARE
        try:
            return cls(wanted, fine, frozen=frozen, latents=latents), at
        except InvalidInput as reason:
            raise CorruptFile(f"a chunk says what cannot be: {reason}") from None

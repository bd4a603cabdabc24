"""Where the bits of a chunk of bits-back went; read without the entropy coder, for `vdsc info`.

    payload    plan | knots | values | times | initial bits | stack

Four varints, bits but for the knots; values and times may be negative: 2 n, or -1 - 2 n below 0.
What of the stack they leave is the observations', so that the parts sum to it by construction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.container import varint


@dataclass(frozen=True, slots=True)
class Bill:
    """Bits of one window; they sum to the growth of the stack up to the coder's rounding.

    initial: taken for the posterior where the stack was empty. values, times: of the knots, net,
    log q - log p. observations: -log p(x given z). knots: how many. borrowed: what the posterior
    took from the stack.
    """

    initial: float
    values: float
    times: float
    observations: float
    knots: int
    borrowed: float

    @property
    def total(self) -> float:
        """Bits in all."""
        return self.initial + self.values + self.times + self.observations


@dataclass(frozen=True, slots=True)
class StoredBill:
    """What a payload says before its stack: its plan, its knots, and whole bits of its bill."""

    plan: LatentPlan
    knots: int
    values: int
    times: int
    initial: int

    @classmethod
    def of(cls, plan: LatentPlan, bills: Iterable[Bill]) -> StoredBill:
        """The bills of all windows together."""
        every = list(bills)
        initial = max(round(sum(bill.initial for bill in every)), 0)
        values = round(sum(bill.values for bill in every))
        times = round(sum(bill.times for bill in every))
        return cls(plan, sum(bill.knots for bill in every), values, times, initial)

    def to_bytes(self) -> bytes:
        """The bytes that `split` reads."""
        signed = (zigzag(self.values), zigzag(self.times))
        numbers = (self.knots, *signed, self.initial)
        return self.plan.to_bytes() + b"".join(varint.put(number) for number in numbers)

    def bits(self, stack: int) -> dict[str, int]:
        """Bits of a stack of this many bytes by purpose; the observations took all others."""
        known = {"values": self.values, "times": self.times, "initial": self.initial}
        return known | {"observations": 8 * stack - sum(known.values())}


def split(payload: bytes) -> tuple[StoredBill, bytes]:
    """What a payload says, and its stack; raises CorruptFile."""
    plan, at = LatentPlan.read(payload)
    numbers = []
    for _ in range(4):
        number, at = varint.get(payload, at)
        numbers.append(number)
    knots, values, times, initial = numbers
    return StoredBill(plan, knots, signed(values), signed(times), initial), payload[at:]


def zigzag(number: int) -> int:
    """0, -1, 1, -2, ... as 0, 1, 2, 3, ..."""
    return 2 * number if number >= 0 else -1 - 2 * number


def signed(number: int) -> int:
    """The inverse of `zigzag`."""
    return -(number + 1 >> 1) if number & 1 else number >> 1

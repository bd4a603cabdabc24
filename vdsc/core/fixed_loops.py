"""`fixed.py` one integer at a time, for compiled loops."""

from __future__ import annotations

from vdsc.core.compiled import loop, signed, unsigned


@loop
def clamp(value: int, low: int, high: int) -> int:
    """The nearest value within [low, high]."""
    return min(max(value, low), high)


@loop
def bit_length(value: int) -> int:
    """Binary digits of an integer below 2**63; 0 and negative ones have none."""
    digits, rest = 0, unsigned(max(value, 0))
    while rest:  # which LLVM knows as one instruction
        rest >>= unsigned(1)
        digits += 1
    return digits


@loop
def shifted(value: int, by: int) -> int:
    """A value times 2**by, rounded down; by may be negative."""
    return value << by if by >= 0 else value >> -by


@loop
def plus(one: int, other: int) -> int:
    """The sum modulo 2**64."""
    found: int = signed(unsigned(one) + unsigned(other))
    return found


@loop
def minus(one: int, other: int) -> int:
    """The difference modulo 2**64."""
    found: int = signed(unsigned(one) - unsigned(other))
    return found


@loop
def times(one: int, other: int) -> int:
    """The product modulo 2**64."""
    found: int = signed(unsigned(one) * unsigned(other))
    return found

"""The parameters of a C3D file: groups of named values of whatever machine wrote them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.errors import InvalidInput

BLOCK = 512
INTEL, DEC, MIPS = 84, 85, 86
"""Processors, as a file names them; those of DEC have floats of their own."""

_TYPES = {-1: "S1", 1: "i1", 2: "i2", 4: "f4"}


@dataclass(frozen=True, slots=True)
class Machine:
    """How numbers are stored: `order` of bytes, and whether floats are those of DEC."""

    order: str
    dec: bool

    def floats(self, data: bytes) -> list[float]:
        """The floats in some bytes."""
        if not self.dec:
            return [float(one) for one in np.frombuffer(data, f"{self.order}f4")]
        swapped = np.frombuffer(data, "<u2").reshape(-1, 2)[:, ::-1].copy().view("<f4").ravel()
        return [float(one) / 4 for one in swapped]

    def word(self, data: bytes, at: int) -> int:
        """The 16-bit integer, without sign, at byte `at`."""
        return int(struct.unpack_from(f"{self.order}H", data, at)[0])


def machine_of(processor: int, name: str) -> Machine:
    """The machine of a number; raises InvalidInput for none."""
    if processor not in {INTEL, DEC, MIPS}:
        words = f"{name} is no sound C3D file: it names the processor {processor}"
        raise InvalidInput(f"{words}; export it again")
    return Machine(">" if processor == MIPS else "<", processor == DEC)


def parameters(data: bytes, machine: Machine, name: str) -> dict[str, list[Any]]:
    """Values by `GROUP:NAME`, of the parameter section `data`; raises InvalidInput.

    Numbers are in lists, texts without trailing spaces. What follows damage is left out.
    """
    groups: dict[int, str] = {}
    found: list[tuple[int, str, list[Any]]] = []
    at = 4
    try:
        while at + 2 <= len(data) and data[at]:
            length, number = abs(struct.unpack_from("b", data, at)[0]), _signed(data[at + 1])
            label = data[at + 2 : at + 2 + length].decode("latin-1").upper().strip()
            step = machine.word(data, at + 2 + length)
            if number < 0:
                groups[-number] = label
            else:
                found.append((number, label, _values(data, at + 4 + length, machine)))
            if not step:
                break
            at += 2 + length + step
    except (struct.error, ValueError, IndexError):
        raise InvalidInput(f"{name} has damaged parameters; export it again") from None
    return {f"{groups.get(number, '')}:{label}": values for number, label, values in found}


def _values(data: bytes, at: int, machine: Machine) -> list[Any]:
    """The values of the parameter whose type is at byte `at`; raises ValueError."""
    kind, count = _signed(data[at]), data[at + 1]
    sizes = list(data[at + 2 : at + 2 + count])
    width = np.dtype(_TYPES[kind]).itemsize if kind in _TYPES else 0
    total = int(np.prod(sizes, dtype=np.int64)) * width
    raw = data[at + 2 + count : at + 2 + count + total]
    if not width or len(raw) != total or total > len(data):
        raise ValueError
    if kind == 4:
        return machine.floats(raw)
    if kind == -1:
        longest = max(sizes[0] if sizes else 1, 1)
        parts = [raw[n : n + longest] for n in range(0, total, longest)]
        return [part.decode("utf-8", "replace").rstrip(" \0") for part in parts]
    return [int(one) for one in np.frombuffer(raw, f"{machine.order}{_TYPES[kind]}")]


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte

"""What the chunks of a lossless file say of themselves; the entropy coder is not needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vdsc.codecs.lossless import chunk
from vdsc.codecs.lossless.bitsback import bill
from vdsc.container import Reader

_PURPOSES = {
    "values": "latents, values",
    "times": "latents, times",
    "observations": "observations",
    "initial": "initial bits",
}


def chunks(reader: Reader) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Facts of each chunk, and the bytes of all of them by purpose."""
    said: list[dict[str, Any]] = []
    spent, bits = Counter[str](), Counter[str]()
    for body in reader.chunks():
        number, _, payload = chunk.split(body)
        method = chunk.METHODS[number]
        said.append({"method": method, "bytes": len(body)})
        spent["checksums of values"] += chunk.HEAD
        if method == "bitsback":
            told, stack = bill.split(payload)
            parts = told.bits(len(stack))
            said[-1] |= {"knots": told.knots, "bits": parts}
            bits.update(parts)
            spent["header"] += len(payload) - len(stack)
        else:
            spent[f"values, {method}"] += len(payload)
    return said, {**spent, **whole(bits)}


def whole(bits: Mapping[str, int]) -> dict[str, int]:
    """Bits by purpose as bytes, rounded; observations take the rest, so the sum is exact."""
    if not bits:
        return {}
    size = {name: bits[name] + 4 >> 3 for name in _PURPOSES if name != "observations"}
    size["observations"] = sum(bits.values()) // 8 - sum(size.values())
    return {purpose: size[name] for name, purpose in _PURPOSES.items()}

"""What the chunks of a lossless file say of themselves; the entropy coder is not needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from vdsc.codecs.base import ChunkFacts, Facts
from vdsc.codecs.lossless import chunk
from vdsc.codecs.lossless.bitsback import bill
from vdsc.codecs.lossless.recast import narrowing
from vdsc.core.sequence import Outline

CHECKSUMS = "checksums of values"
HEADER = "header"
_PURPOSES = {
    "values": "latents, values",
    "times": "latents, times",
    "observations": "observations",
    "initial": "initial bits",
}


def describe(outline: Outline, bodies: Iterable[bytes]) -> Facts:
    """What the bodies of a file say; raises CorruptFile where they contradict themselves."""
    chunks, spent, bits = [], Counter[str](), Counter[str]()
    knots = 0
    spans = chunk.spans(outline)
    for (begin, end), body in zip(spans, bodies, strict=True):
        one, parts = _chunk(outline.dtype, (end - begin, *outline.shape[1:]), body)
        chunks.append(one)
        spent.update(parts)
        bits.update(one.bits)
        knots += one.knots or 0
    return Facts(tuple(chunks), {**spent, **whole(bits)}, knots)


def _chunk(
    kind: np.dtype[Any], shape: tuple[int, ...], body: bytes
) -> tuple[ChunkFacts, dict[str, int]]:
    """Facts of a chunk of values of this type and shape, and its bytes by purpose.

    Those of a stack of bits-back are left out.
    """
    number, _, payload = chunk.split(body)
    spent, narrowed = {CHECKSUMS: chunk.HEAD}, ""  # the type that values were narrowed to
    if number == chunk.RECAST:
        recast, inner = narrowing(payload, kind.newbyteorder("<"), shape)
        number, inner = chunk.inner(inner)
        narrowed = f"{recast.dtype.name}, "
        spent[HEADER] = len(payload) - len(inner)
        payload = inner
    method = chunk.METHODS[number]
    if method != "bitsback":
        spent[f"values, {method}"] = len(payload)
        return ChunkFacts(len(body), method=narrowed + method), spent
    stored, stack = bill.split(payload)
    spent[HEADER] = spent.get(HEADER, 0) + len(payload) - len(stack)
    parts = stored.bits(len(stack))
    facts = ChunkFacts(len(body), knots=stored.knots, method=narrowed + method, bits=parts)
    return facts, spent


def whole(bits: Mapping[str, int]) -> dict[str, int]:
    """Bits by purpose as bytes, rounded; observations take the rest, so the sum is exact."""
    if not bits:
        return {}
    size = {name: bits[name] + 4 >> 3 for name in _PURPOSES if name != "observations"}
    size["observations"] = sum(bits.values()) // 8 - sum(size.values())
    return {purpose: size[name] for name, purpose in _PURPOSES.items()}

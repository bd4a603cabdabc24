"""Cases of a bound, made from a number, and the judgement of what they decode to.

python -m tests.codecs.bounded.cases 100000      prints how many cases kept their bound
"""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np

import vdsc
from vdsc.errors import InvalidInput

TYPES = [
    "<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "|i1", "|u1", "<i2", "<u2", ">i2", ">u2",
    "<i4", "<u4", ">i4", "<i8", "<u8", ">i8", ">u8",
]  # fmt: skip


def case(dtype, seed):
    """Values, an error and options."""
    rng = np.random.default_rng([seed, TYPES.index(dtype)])
    shape = [(7,), (1, 3), (2, 5), (12, 1), (30, 4), (9, 3, 3), (6, 4, 5, 3)][rng.integers(7)]
    kind, native = rng.integers(8), np.dtype(dtype).newbyteorder("=")
    values = _floats(rng, shape, native, kind) if native.kind == "f" else _whole(rng, shape, native)
    with np.errstate(over="ignore"):
        spread = float(np.ptp(values.astype(np.float64))) or 1.0
    error = float(min(max(spread, 1e-300), 1e300) * 10.0 ** rng.uniform(-9, 0.5))
    if rng.random() < 0.2:
        error = [0.5, 1.0, 0.1, 0.25, 5e-324, 1e-40, 1e300][rng.integers(7)]
    options = {"codec": "bounded", "base": ["linear", "none"][rng.integers(2)]}
    return values.astype(dtype), error, options if rng.random() < 0.8 else {}


def _floats(rng, shape, dtype, kind):
    """Floats of a kind."""
    ends = np.finfo(dtype)
    walk = rng.normal(size=shape).cumsum(axis=0)
    if kind == 0:  # any bits
        raw = rng.integers(0, 256, (*shape, dtype.itemsize), dtype=np.uint8)
        made = raw.view(dtype)[..., 0]
        return np.where(np.isfinite(made), made, 0)
    if kind == 1:
        return (walk * float(ends.smallest_subnormal) * 50).astype(dtype)
    with np.errstate(over="ignore"):
        offset = np.float64(10.0) ** rng.uniform(0, np.log10(float(ends.max)) - 1)
        if kind == 2:
            walk = walk + offset
        elif kind == 3:
            walk = np.where(rng.random(shape) < 0.1, offset, walk)
        elif kind == 4:
            walk = np.round(walk, 2)
        elif kind == 5:
            walk = np.where(rng.random(shape) < 0.1, float(ends.max), walk)
        elif kind == 6:
            walk = np.zeros(shape) + float(walk.flat[0])
        return np.clip(walk, ends.min, ends.max).astype(dtype)


def _whole(rng, shape, dtype):
    """Integers, small, anywhere, or at the ends of their type."""
    ends = np.iinfo(dtype)
    kind = rng.integers(4)
    if kind == 0:
        return rng.integers(ends.min, ends.max, shape, dtype=dtype, endpoint=True)
    if kind == 1:
        return rng.choice(np.array([ends.min, ends.max, 0, 1], dtype=dtype), shape)
    centre = int(rng.integers(ends.min, ends.max, dtype=dtype)) if kind == 2 else 20
    near = rng.normal(size=shape).cumsum(axis=0) * 5
    whole = [min(max(centre + int(x), ends.min), ends.max) for x in near.ravel().tolist()]
    return np.array(whole, dtype=dtype).reshape(shape)


def kept(values, error, options):
    """None if all of what values decode to is within the error, else where it is not."""
    try:
        data = vdsc.compress(values, max_error=error, **options)
    except InvalidInput as fault:
        words = ("limit", "fine", "too", "allow")
        return None if any(word in str(fault) for word in words) else f"refused: {fault}"
    found = vdsc.decompress(data).values
    if (found.shape, found.dtype) != (values.shape, values.dtype.newbyteorder("=")) and (
        found.dtype != values.dtype
    ):
        return f"{found.dtype} {found.shape}"
    bound = Fraction(error)
    pairs = zip(values.ravel().tolist(), found.ravel().tolist(), strict=True)
    for i, (one, other) in enumerate(pairs):
        if abs(Fraction(one) - Fraction(other)) > bound:
            return f"value {i}: {one!r} became {other!r}"
    return None


if __name__ == "__main__":
    count, first, wrong = int(sys.argv[1]), int((*sys.argv, "0")[2]), 0
    for seed in range(first, first - (-count // len(TYPES))):
        for dtype in TYPES:
            why = kept(*case(dtype, seed))
            if why is not None:
                wrong += 1
                sys.stdout.write(f"{dtype} {seed}: {why}\n")
    sys.stdout.write(f"{count} cases, {wrong} wrong\n")

"""Odd inputs: within the bound, and no larger than zstd of the quantized values and 60 bytes."""

from __future__ import annotations

import numpy as np
import pytest
import zstandard

import vdsc

RNG = np.random.default_rng(3)


def walk(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).cumsum(axis=0)


T = np.arange(400)
INPUTS = {
    "one channel": walk(500, 1),
    "no axis of channels": walk(500),
    "10,000 channels": walk(6, 10_000),
    "10,000 still channels": np.tile(RNG.normal(size=10_000), (6, 1)),
    "one frame": walk(1, 50),
    "one value": np.array([3.7]),
    "two frames": walk(2, 50),
    "three frames": walk(3, 3),
    "constant": np.full((300, 20), 7.25),
    "zeros": np.zeros((300, 20)),
    "constant channels": np.where(np.arange(20) % 3, 1.5, walk(200, 20)),
    "one moving channel": np.where(np.arange(20), 1.5, walk(200, 20)),
    "noise": RNG.normal(size=(300, 20)),
    "uniform noise": RNG.uniform(size=(300, 20)),
    "heavy tails": RNG.standard_cauchy((300, 5)),
    "steps": np.repeat(RNG.normal(size=(10, 6)), 40, axis=0),
    "spikes": np.where(RNG.random((300, 6)) < 0.01, 100.0, 0.0),
    "spikes on a walk": walk(300, 6) + np.where(RNG.random((300, 6)) < 0.01, 100.0, 0.0),
    "one spike": np.where(T[:, None] == 77, 1e6, np.zeros((400, 3))),
    "a ramp": T[:, None] * [1.0, 2.0, -0.5],
    "a parabola": (T[:, None] / 100) ** 2 * [1.0, -3.0],
    "sines": np.sin(T[:, None] / [5, 17, 91]),
    "a fast sine": np.sin(T[:, None] * [2.9, 3.1]),
    "a square wave": np.sign(np.sin(T[:, None] / 9.0)),
    "a sawtooth": (T[:, None] % 37) / 37.0,
    "angles that wrap": (T[:, None] * [7.3, -11.1] + 180) % 360 - 180,
    "sparse": np.where(RNG.random((400, 30)) < 0.02, RNG.normal(size=(400, 30)), 0),
    "a burst": np.where((T > 180) & (T < 220), 1.0, 0.01)[:, None] * RNG.normal(size=(400, 8)),
    "a jump": walk(400, 8) + np.where(T < 200, 0, 500)[:, None],
    "int8": (walk(300, 6) * 5).clip(-128, 127).astype("i1"),
    "uint8": (walk(300, 6) * 5 + 90).clip(0, 255).astype("u1"),
    "int16": (walk(300, 6) * 50).astype("i2"),
    "uint16": (walk(300, 6) * 50 + 9000).astype("u2"),
    "int32": (walk(300, 6) * 1e6).astype("i4"),
    "uint32": (walk(300, 6) * 1e6 + 1e9).astype("u4"),
    "int64": (walk(300, 6) * 1e12).astype("i8"),
    "int64 far away": (walk(300, 6) * 1e3).astype("i8") + 2**60,
    "uint64": (walk(300, 6) * 1e6 + 1e15).astype("u8"),
    "a counter": np.arange(1000),
    "a counter that wraps": np.arange(1000) % 256,
    "time stamps": 1_700_000_000_000 + np.cumsum(RNG.integers(9, 12, 500)),
    "small integers": RNG.integers(0, 3, (500, 4)),
    "bits": RNG.integers(0, 2, (500, 8)),
    "float16": walk(300, 6).astype("f2"),
    "float32": walk(300, 6).astype("f4"),
    "big-endian float32": walk(300, 6).astype(">f4"),
    "big-endian int16": (walk(300, 6) * 50).astype(">i2"),
    "Fortran order": np.asfortranarray(walk(300, 6)),
    "reversed": walk(300, 6)[::-1],
    "every other frame": walk(600, 6)[::2],
    "transposed": walk(6, 300).T,
    "denormals": walk(300, 6) * 1e-310,
    "tiny": walk(300, 6) * 1e-30,
    "huge": walk(300, 6) * 1e30,
    "far from 0": walk(300, 6) + 1e9,
    "of many sizes": walk(300, 6) * 10.0 ** np.arange(-9, 9, 3),
    "decimals": walk(300, 6).round(2),
    "a grey film": (walk(20, 16, 16) * 9 + 90).clip(0, 255).astype("u1"),
    "a colour film": (walk(12, 16, 16, 3) * 9 + 90).clip(0, 255).astype("u1"),
    "a smooth field": np.sin(T[:60, None, None] / 9 + np.arange(12)[:, None] / 4) * np.ones(15),
    "five axes": walk(10, 2, 3, 4, 5),
    "points": walk(200, 10, 3),
    "copies": np.repeat(walk(200, 4), 5, axis=1),
    "sums": walk(200, 4) @ RNG.normal(size=(4, 12)),
}


def quantized(values, error):
    """Bytes of zstd of the quantized values, in the smaller of two orders."""
    step = max(2 * np.floor(error) + 1, 1) if values.dtype.kind in "iu" else 2 * error
    steps = np.rint((values.astype(float) - values.astype(float).min()) / step)
    dtype = next(d for d in ("u1", "u2", "u4", "u8") if steps.max() <= np.iinfo(d).max)
    whole = steps.astype(dtype)
    return min(len(zstandard.compress(x.tobytes(), 19)) for x in (whole, whole.T))


@pytest.mark.parametrize("name", INPUTS)
def test_odd_inputs_are_near_and_small(name):
    values = INPUTS[name]
    error = 1e-3 * float(np.ptp(values.astype(float))) or 1e-3
    data, report = vdsc.compress(values, max_error=error, fps=30, report=True)
    found = vdsc.decompress(data).values
    assert found.dtype == values.dtype
    if values.dtype.kind == "f":
        assert np.abs(found.astype(float) - values.astype(float)).max() <= error
    else:
        pairs = zip(found.ravel().tolist(), values.ravel().tolist(), strict=True)
        assert max(abs(a - b) for a, b in pairs) <= error
    assert len(data) <= quantized(values, error) + 60, report.made_by

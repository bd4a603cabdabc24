"""Through the command line, any array comes back from `--lossless` or is refused in a line."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from typer.testing import CliRunner

from vdsc.cli.app import app
from vdsc.container.header import DTYPES

TYPES = [dtype.str for dtype in DTYPES]
DRAWN = [name for name in TYPES if name != "|V2"]  # no strategy draws bytes without a type
SHAPES = [(1,), (7,), (1, 5), (40, 1), (6, 4, 3), (5, 12, 9), (4, 9, 8, 3), (3, 2, 2, 2, 2)]


def run(*arguments):
    """Exit code and words of one command."""
    result = CliRunner().invoke(app, [os.fspath(one) for one in arguments])
    return result.exit_code, result.stderr


def there_and_back(values, folder):
    """Write values as .npy, compress, decompress, and compare type, shape and every bit."""
    source, file, out = (folder / name for name in ("in.npy", "in.vds", "out.npy"))
    np.save(source, values)
    assert run("compress", source, "--lossless", "-o", file, "-f")[0] == 0
    assert run("decompress", file, "-o", out, "-f")[0] == 0
    again = np.load(out)
    assert (again.dtype.str, again.shape) == (values.dtype.str, values.shape)
    assert again.tobytes() == values.tobytes()


def filled(dtype, shape, kind, seed=0):
    """Values of a type: constant, noise of all its bits, a ramp with its extremes."""
    rng, count = np.random.default_rng(seed), int(np.prod(shape))
    native = np.dtype(dtype).newbyteorder("=")
    if kind == "constant" or native.kind == "b":
        return np.full(shape, 1, dtype)
    if kind == "noise":
        return np.frombuffer(rng.bytes(count * native.itemsize), dtype).reshape(shape)
    if native.kind in "MmVc":
        ramp = np.arange(count * native.itemsize).astype(np.uint8).view(dtype)
        return ramp[:count].reshape(shape)
    limits = np.finfo(native) if native.kind == "f" else np.iinfo(native)
    ramp = np.arange(count).astype(dtype)
    ramp[:2] = np.array([limits.max, limits.min], native)[:count]
    return ramp.reshape(shape)


@pytest.mark.parametrize("kind", ["constant", "noise", "extremes"])
@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_and_byte_order(dtype, kind, tmp_path):
    for shape in ((1,), (9, 3)):
        there_and_back(filled(dtype, shape, kind), tmp_path)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["|u1", "<u2", "<i2", ">i4", "<f4", "<f8"])
def test_every_shape_and_memory_order(dtype, shape, tmp_path):
    values = filled(dtype, shape, "extremes")
    there_and_back(values, tmp_path)
    there_and_back(np.asfortranarray(values), tmp_path)


@given(
    arrays.arrays(st.sampled_from(DRAWN), arrays.array_shapes(min_dims=1, max_dims=4, max_side=6))
)
@settings(max_examples=40, deadline=None)
def test_any_array(values):
    with tempfile.TemporaryDirectory() as folder:
        there_and_back(values, Path(folder))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (4, 0, 3), ()])
def test_axes_of_no_length_are_refused(shape, tmp_path):
    """One line, and no file."""
    np.save(tmp_path / "in.npy", np.zeros(shape))
    code, words = run("compress", tmp_path / "in.npy", "--lossless")
    assert code == 1
    assert words.count("\n") == 1
    assert os.listdir(tmp_path) == ["in.npy"]

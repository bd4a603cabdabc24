"""The array coder with and without compiled loops: the same bytes, values and errors."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from vdsc.codecs.lossless.arrays import array_stream as arrays
from vdsc.codecs.lossless.arrays import rank_frames
from vdsc.codecs.lossless.arrays.array_scheme import ArrayScheme
from vdsc.codecs.lossless.arrays.compiled.frame_loop_choice import CHANNELS, Choice
from vdsc.core.loop_choice import COMPILE, SETTING
from vdsc.errors import VdscError

pytest.importorskip("numba")

FOUND = ArrayScheme.of
ROOT = Path(__file__).parents[4]
NAMES = ("u1", "i2", ">u4", "i8", "u8", "f2", ">f4", "f8")
KINDS = ("smooth", "digits", "few", "related", "bits", "extremes", "still", "far", "phases")
SHAPES = [(20, 3), (9, 1), (25, 5), (1, 4), (2, 2), (60,), (7, 6, 5), (12, 20)]


def made(kind, shape, dtype, seed):
    """Values of one kind: each leads to other alphabets, relations or excesses."""
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=shape).cumsum(0).cumsum(0) * 10
    bits = np.frombuffer(rng.bytes(walk.size * dtype.itemsize), dtype=dtype).reshape(shape)
    related = walk.reshape(len(walk), -1)[:, :1] * rng.normal(size=walk[0].size)
    number = np.finfo if dtype.kind == "f" else np.iinfo
    ends = np.array([number(dtype).min, number(dtype).max], dtype=dtype)
    phases = 280 + rng.integers(-40, 40, shape).cumsum(0) / 2
    phases = (phases.T + np.arange(len(walk)) % 7 / 128).T
    with np.errstate(all="ignore"):
        return {
            "smooth": lambda: np.abs(walk * 1e3 * rng.random()).astype(dtype),
            "digits": lambda: walk.round(1).astype(dtype),
            "few": lambda: bits.ravel()[rng.integers(0, min(3, bits.size), shape)],
            "related": lambda: (related + related**2 / 50).reshape(shape).astype(dtype),
            "bits": lambda: bits,
            "extremes": lambda: ends[(walk > 0).astype(int)],
            "still": lambda: np.repeat(walk[:1], len(walk), axis=0).astype(dtype),
            "far": lambda: np.where(rng.random(shape) < 0.1, walk**7, walk).astype(dtype),
            "phases": lambda: phases.astype(dtype),
        }[kind]()


def by(setting, work, *arguments):
    """What work returns under a setting, or the class and words of the VdscError it raises."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, setting)
        try:
            return work(*arguments)
        except VdscError as error:
            return type(error), str(error)


def both(work, *arguments):
    """What work returns by NumPy alone, and by loops."""
    return by("0", work, *arguments), by("1", work, *arguments)


def unmixed(values):
    """The scheme as files of 0.1 have it."""
    scheme = FOUND(values)
    return replace(scheme, plan=replace(scheme.plan, mixed=False))


def assert_alike(dtype, chunks):
    """Chunks have the same bytes both ways; what one way has learned serves the other, too."""
    before = after = (None, None)
    for turn, chunk in enumerate(chunks):
        settings = "01" if turn % 2 else "10"
        made = [
            by(*one) for one in zip(settings, [arrays.encode] * 2, [chunk] * 2, before, strict=True)
        ]
        before = tuple(state for _, state in made)
        assert made[0][0] == made[1][0]
        back = [
            by(setting, arrays.decode, made[0][0], chunk.shape, dtype, state)
            for setting, state in zip(settings, after, strict=True)
        ]
        after = tuple(state for _, state in back)
        assert [values.tobytes() for values, _ in back] == [chunk.tobytes()] * 2


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_bytes_and_values_are_the_same(data):
    """Chunks of any values, whether laws are mixed or not."""
    draw = data.draw
    dtype, shape = np.dtype(draw(st.sampled_from(NAMES))), draw(st.sampled_from(SHAPES))
    values = made(draw(st.sampled_from(KINDS)), shape, dtype, draw(st.integers(0, 99)))
    cut = draw(st.integers(1, len(values)))
    with pytest.MonkeyPatch.context() as patch:
        if draw(st.booleans()):
            patch.setattr(ArrayScheme, "of", unmixed)
        assert_alike(dtype, [chunk for chunk in (values[:cut], values[cut:]) if len(chunk)])


def test_a_grid_of_many_channels_is_the_same():
    """Points of a picture that look at their neighbours, in many rounds."""
    t, y, x = np.ogrid[:30, :17, :19]
    noise = np.random.default_rng(3).normal(size=(30, 17, 19))
    field = (np.sin((y + t) / 3) * 900 + x * 5 + noise).astype(np.float32)
    assert len(ArrayScheme.of(field).plan.rounds) > 4
    assert_alike(field.dtype, [field[:20], field[20:]])


@pytest.mark.parametrize("name", ["f4", "i2", "f8"])
def test_damage_has_the_same_end(name):
    """A flipped bit gives the same values or the same words, whoever decodes."""
    values = made("related", (14, 5), np.dtype(name), 1)
    values[7] = 0
    data, _ = arrays.encode(values)
    rng, met = np.random.default_rng(2), set()
    for at in rng.integers(4 + int.from_bytes(data[:4], "little"), len(data), 15):
        bad = data[:at] + bytes([data[at] ^ 1 << rng.integers(8)]) + data[at + 1 :]
        one, other = both(decoded, bad, values)
        met.add(type(one))
        assert one == other
    assert tuple in met


def test_noise_on_the_stack_has_the_same_end():
    """Bytes that nobody wrote: values beyond all cells, and cells without ranks."""
    rng, met = np.random.default_rng(4), set()
    for kind, name in (("few", "i8"), ("bits", "f8"), ("smooth", "f4")):
        values = made(kind, (40, 4), np.dtype(name), 5)
        data, _ = arrays.encode(values)
        head = data[: 4 + int.from_bytes(data[:4], "little")]
        for _ in range(12):
            one, other = both(decoded, head + rng.bytes(99) + b"\1", values)
            met.add(one)
            assert one == other
    assert len({words for _, words in met}) > 1


def decoded(data, values):
    """The bytes of what is decoded."""
    return arrays.decode(data, values.shape, values.dtype)[0].tobytes()


def test_loops_are_used_once_they_pay(monkeypatch):
    """Small work is left to NumPy, wide frames too; work adds up; 0 and 1 settle it."""
    monkeypatch.delenv(SETTING, raising=False)
    choice = Choice()
    assert choice.coding((10, 4), 2) is None
    assert choice.coding((10, CHANNELS + 1), 1) is None
    monkeypatch.setattr(choice, "_seconds", 2 * COMPILE)
    assert choice.coding((1, 1), 1) is not None
    assert choice.coding((1, 0), 1) is None
    monkeypatch.setenv(SETTING, "0")
    assert choice.coding((10, 4), 2) is None
    monkeypatch.setenv(SETTING, "1")
    assert Choice().coding((1, 1), 1) is not None


@pytest.mark.parametrize("reason", [ImportError("numba needs another NumPy"), OSError("llvm")])
def test_a_broken_numba_is_no_reason_to_fail(monkeypatch, reason):
    """If the loops cannot be loaded NumPy does the work, and nobody tries again."""
    tries = []

    def broken(name):
        tries.append(name)
        raise reason

    choice = Choice()
    monkeypatch.setenv(SETTING, "1")
    monkeypatch.setattr("importlib.import_module", broken)
    monkeypatch.setattr(rank_frames, "CHOICE", choice)
    values = made("smooth", (30, 3), np.dtype("f4"), 0)
    data, _ = arrays.encode(values)
    assert arrays.decode(data, values.shape, values.dtype)[0].tobytes() == values.tobytes()
    assert len(tries) == 1


@pytest.mark.parametrize("setting", ["1", None])
def test_a_process_without_numba_codes_as_ever(tmp_path, setting):
    """A numba that raises when it is imported: asked for or not, files are made and read."""
    (tmp_path / "numba.py").write_text("raise RuntimeError('no such machine')")
    program = (
        "import numpy as np, vdsc; x = np.arange(300.).reshape(100, 3) ** 2;"
        "assert (vdsc.decompress(vdsc.compress(x, lossless=True)).values == x).all()"
    )
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    if setting:
        environment[SETTING] = setting
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)


def test_a_numba_that_may_not_compile_is_not_used():
    """Loops that Python itself would run are slower than NumPy, and their sums overflow."""
    program = (
        "from vdsc.codecs.lossless.arrays.compiled.frame_loop_choice import Choice;"
        "assert Choice().coding((1, 1), 1) is None"
    )
    environment = {"PYTHONPATH": str(ROOT), SETTING: "1", "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)


def test_small_files_load_no_numba():
    """What takes NumPy a moment must not wait for a compiler to be imported."""
    program = (
        "import sys, numpy as np, vdsc; x = np.arange(900.).reshape(300, 3) ** 2;"
        "vdsc.decompress(vdsc.compress(x, lossless=True)); assert 'numba' not in sys.modules"
    )
    environment = {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)


def test_whole_files_are_the_same():
    """Through the front door, where another thread decodes what has been encoded."""
    values = made("related", (60, 6), np.dtype("f4"), 8)
    one, other = both(partial(vdsc.compress, codec="lossless"), values)
    assert one == other

"""Bits-back: what comes back is what went in, its bits add up, and damage ends in an error."""

from __future__ import annotations

import zlib
from fractions import Fraction

import numpy as np
import pytest

from tests import tiny
from vdsc.codecs.lossless.bitsback.bitsback_method import BitsBack
from vdsc.codecs.lossless.bitsback.file import decode, encode
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import Logistics
from vdsc.codecs.lossless.bitsback.observation.sprites import Layers
from vdsc.codecs.lossless.bitsback.prior import ou_tables
from vdsc.codecs.lossless.bitsback.window import Window
from vdsc.codecs.model_tables import Tables
from vdsc.codecs.windows import apart
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import BitStack, TransitionTables
from vdsc.errors import CorruptFile, InvalidInput, VdscError
from vdsc.model import store

PLANS = [
    LatentPlan(None, 2, frozen=False),
    LatentPlan(None, 0),
    LatentPlan(-255, -3),
    LatentPlan(200, 4, frozen=False),
]
LOGISTICS = Logistics(narrow=700, wide=9000, weight=230)


def model_of(name):
    """A tiny checkpoint's twins."""
    checkpoint = store.by_name(name)
    weights, tables = checkpoint.tensors
    frozen = Tables.from_arrays(tables, weights).transition
    return checkpoint, Model(checkpoint.settings["net"], weights, frozen)


def sprites(count, seed=0):
    """Frames (count, 16, 16, 1) of one sprite that bounces, as digits do."""
    rng = np.random.default_rng(seed)
    sprite = rng.integers(1, 256, (5, 4)).astype(np.uint8)
    frames = np.zeros((count, 16, 16, 1), np.uint8)
    at, speed = np.array([2, 3]), np.array([1, 2])
    for frame in frames:
        frame[at[0] : at[0] + 5, at[1] : at[1] + 4, 0] = sprite
        out = (at + speed < 0) | (at + speed > (11, 12))
        at = np.clip(at + speed, 0, (11, 12))
        speed = np.where(out, -np.sign(speed) * rng.integers(1, 3, 2), speed)
    return frames


def blobs():
    """Frames that no sprite makes."""
    return tiny.clip(tiny.PIXELS, 30)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(("view", "x"), [(LOGISTICS, blobs()), (Layers(LOGISTICS), sprites(30))])
def test_pixels_come_back_and_their_bits_add_up(plan, view, x):
    """Windows on one stack return every pixel; the bills sum to the stack, and borrow once."""
    _, model = model_of(tiny.PIXELS)
    data, bills = encode(model, view, x, plan, 13)
    found, knots = decode(model, view, data, len(x), plan, 13)
    assert (found == x).all()
    assert knots == sum(bill.knots for bill in bills)
    assert [bill.knots for bill in bills] == [10] * 3 or plan.density is not None
    total = sum(bill.total for bill in bills)
    assert abs(len(data) * 8 - total) < 0.001 * total + 48
    assert abs(bills[0].initial) < 0.01 * bills[0].borrowed + 1 or len(data) * 8 < 6000
    assert bills[-1].initial == pytest.approx(bills[-1].borrowed)


def test_sprites_are_told_once():
    """A sprite that moves costs its pixels and a few bits a frame, the latents on top."""
    _, model = model_of(tiny.PIXELS)
    _, (short,) = encode(model, Layers(LOGISTICS), sprites(20), LatentPlan(0, 0), 99)
    _, (long,) = encode(model, Layers(LOGISTICS), sprites(60), LatentPlan(0, 0), 99)
    assert long.observations - short.observations < 40 * 4


@pytest.mark.parametrize("view", [LOGISTICS, Layers(LOGISTICS)])
def test_a_single_frame_and_a_black_one(view):
    """One frame, and frames without anything, come back."""
    _, model = model_of(tiny.PIXELS)
    for x in (sprites(1), np.zeros((3, 16, 16, 1), np.uint8), np.full((1, 16, 16, 1), 255, "u1")):
        data, _ = encode(model, view, x, LatentPlan(0, 1), 50)
        assert (decode(model, view, data, len(x), LatentPlan(0, 1), 50)[0] == x).all()


def test_equal_input_gives_equal_bytes():
    """The stream is a function of frames and checkpoint; it is what it was."""
    _, model = model_of(tiny.PIXELS)
    made = [encode(model, Layers(LOGISTICS), sprites(24), LatentPlan(100), 24)[0] for _ in range(2)]
    assert made[0] == made[1]


def test_posterior_gives_back_what_it_takes():
    """Posterior popped and pushed, and prior between, leave a stack as it was, an empty one too."""
    _, model = model_of(tiny.PIXELS)
    seen = model.twin.see(LOGISTICS.units(blobs()))
    noise = np.random.default_rng(3).integers(1, 256, (6, 900)).astype(np.uint8)
    for start in (b"", b"\x01", *(row.tobytes() for row in noise)):
        for plan in PLANS:
            window, stack = Window(model, plan), BitStack.from_bytes(start)
            latent = window.pop_posterior(stack, seen)
            window.push_prior(stack, latent)
            again = window.pop_prior(stack, len(seen.hidden))
            assert (again.knots == latent.knots).all()
            assert (again.cells == latent.cells).all()
            window.push_posterior(stack, seen, latent)
            assert stack.to_bytes() == start


def test_an_empty_stack_gives_the_mode():
    """Nothing to borrow: the knots' values are those of the posterior's mean path."""
    _, model = model_of(tiny.PIXELS)
    window = Window(model, LatentPlan(None, 2))
    seen = model.twin.see(LOGISTICS.units(blobs()))
    latent = window.pop_posterior(BitStack(), seen)
    values = window.grid.value(latent.cells)
    mean, scale = model.twin.step(seen, values[4], 4, 5)
    off = np.abs(values[5] - mean)[window.moving]
    assert (off <= window.grid.steps[window.moving] + scale[window.moving] // 5).all()


def test_ou_prior_is_the_float_one():
    """The integer tables of equation (15) differ from the float ones by a unit."""
    _, model = model_of(tiny.VECTORS)
    nu = np.array([n / 2**96 for n in model.twin.nu])
    real, made = TransitionTables.from_ou(nu, 1 / model.twin.fps, 20), ou_tables(model.twin, 20)
    assert np.abs(made.rho - real.rho).max() <= 1
    assert np.abs(made.sigma - real.sigma).max() <= 1
    assert (made.is_global == real.is_global).all()


@pytest.mark.parametrize("wrong", [{"density": 256}, {"density": -256}, {"fine": 5}, {"fine": -4}])
def test_plans_out_of_range_are_refused(wrong):
    """A plan is what files may say, and no more."""
    with pytest.raises(InvalidInput):
        LatentPlan(**wrong)


def test_windows_cover_all_frames():
    """No frame twice, none left out, none longer than asked."""
    for frames in (1, 2, 100, 101, 350):
        parts = list(apart(frames, 100))
        assert [end for _, end in parts] == [begin for begin, _ in parts[1:]] + [frames]
        assert max(end - begin for begin, end in parts) <= 100


@pytest.mark.parametrize("view", [LOGISTICS, Layers(LOGISTICS)])
def test_damage_ends(view):
    """Cut or flipped streams raise a VdscError or decode to something else, but always end."""
    _, model = model_of(tiny.PIXELS)
    x = sprites(13)
    data, _ = encode(model, view, x, LatentPlan(100), 13)
    rng = np.random.default_rng(zlib.crc32(data))
    for turn in range(12):
        wrong = bytearray(data)
        wrong[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        broken = bytes(wrong[: int(rng.integers(len(data)))] if turn % 2 else wrong).rstrip(b"\0")
        try:
            found, _ = decode(model, view, broken, len(x), LatentPlan(100), 13)
        except VdscError:
            continue
        assert found.shape == x.shape


@pytest.mark.parametrize("frame", [(16, 16, 1), (16, 16)])
def test_the_method_returns_its_chunks(frame):
    """As a method of the lossless codec it takes frames of the checkpoint's size, and no others."""
    checkpoint = store.by_name(tiny.PIXELS)
    method = BitsBack(checkpoint)
    x = sprites(40).reshape(40, *frame)
    state = method.start(Outline(x.shape, x.dtype, Clock(Fraction(25))))
    payload, state = method.encode(x, state)
    assert (method.decode(payload, x.shape, x.dtype, state)[0] == x).all()
    more = payload[:2] + bytes([payload[2] + 1]) + payload[3:]  # one knot more than there are
    for wrong in (b"", payload[:2], b"\xff" + payload[1:], more):
        with pytest.raises(CorruptFile):
            method.decode(wrong, x.shape, x.dtype, state)
    for shape, dtype in (((40, 16, 17), "u1"), (x.shape, "u2"), ((40, 16, 16, 3), "u1")):
        assert method.start(Outline(shape, np.dtype(dtype), Clock(Fraction(25)))) is None

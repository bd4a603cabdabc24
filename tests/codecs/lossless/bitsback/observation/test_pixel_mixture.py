"""The learned mixture in integers: the float law's twin, exact both ways, or without latents."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

import vdsc
from tests import tiny, untrained_bitsback
from tests.untrained_bitsback import FRAMES, PICTURES, SPRITES, clip, network
from vdsc.codecs.lossless.bitsback import bitsback_method
from vdsc.codecs.lossless.bitsback.bill import split
from vdsc.codecs.lossless.bitsback.bitsback_method import BARE, LEARNED, BitsBack
from vdsc.codecs.lossless.bitsback.file import encode
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.observation import pixel_mixture
from vdsc.codecs.lossless.checkpoint_choice import candidates
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile, LimitExceeded, VdscError
from vdsc.model import pixel_law
from vdsc.model.store import Checkpoint
from vdsc.twin.synthesis import Synth

BYTES = np.dtype("u1")
PLANS = [
    LEARNED, BARE, LatentPlan(None, 2, frozen=False), LatentPlan(-255, -3), LatentPlan(0, 4),
]  # fmt: skip
each = pytest.mark.parametrize("name", FRAMES)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder with both untrained checkpoints."""
    folder = tmp_path_factory.mktemp("models")
    for name in FRAMES:
        untrained_bitsback.write(folder, name)
    return folder


@pytest.fixture(scope="module")
def methods(models):
    """Bits-back by each."""
    return {name: BitsBack(Checkpoint.open(models / name)) for name in FRAMES}


@each
@pytest.mark.parametrize("plan", PLANS)
def test_pixels_come_back_and_their_bits_add_up(methods, name, plan):
    """Windows on one stack return every pixel; what the law asks for is what the stack grows by."""
    method, x = methods[name], clip(name, 17)
    payload = method.payload(x, plan)
    found, _ = method.decode(payload, x.shape, BYTES, ())
    assert (found == x).all()
    stored, stack = split(payload)
    assert (stored.knots > 0) == plan.latents
    _, bills = encode(method.model, method.view, x, plan, 12)
    total = sum(bill.total for bill in bills)
    assert abs(8 * len(stack) - total) < 0.001 * total + 48
    if not plan.latents:
        path = np.zeros((len(x), 0), np.int64)
        asked = method.view.bits(x, path, method.model.synth)
        assert 8 * len(stack) == pytest.approx(asked, rel=1e-3)


@each
def test_rows_are_those_of_the_float_law(name, monkeypatch):
    """The twin's frequencies are the network's probabilities at the entries of the finer table."""
    monkeypatch.setattr(pixel_law, "BRIGHTS", pixel_mixture.BRIGHTS)
    monkeypatch.setattr(pixel_law, "DOUBTS", pixel_mixture.DOUBTS)
    net = network(name)
    weights = {key: value.numpy() for key, value in net.state_dict().items()}
    rows = pixel_mixture.law_rows(weights)
    assert (rows.sum(1) == 1 << 16).all()
    assert rows.min() >= 1
    table = net.pixels.table().detach().numpy().reshape(rows.shape)
    assert np.abs(rows / 65536 - table).max() < 1e-3


@each
def test_planes_are_those_of_the_float_decoder(name):
    """To a thousandth of a grey level."""
    net = network(name)
    weights = {key: value.numpy() for key, value in net.state_dict().items()}
    z = np.random.default_rng(2).integers(-90000, 90000, (3, net.config.latent))
    drawn = Synth(net.config.as_dict(), weights, [1 << 90] * net.config.latent).draw(z)
    with torch.no_grad():
        expected = net.decoder(torch.from_numpy(z / 65536).float()).numpy()
    assert drawn.shape == expected.shape
    assert np.abs(drawn / 65536 - expected).max() < 1e-3


def test_latents_that_do_not_pay_are_left_out(methods, monkeypatch):
    """A chunk is the smaller of the two ways; without latents it has no knots."""
    method, x = methods[SPRITES], clip(SPRITES, 13)
    sizes = {plan: len(method.payload(x, plan)) for plan in (LEARNED, BARE)}
    assert len(method.encode(x, ())[0]) == min(sizes.values())
    monkeypatch.setattr(bitsback_method, "LEARNED", replace(LEARNED, fine=4))
    noise = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 1)).astype(np.uint8)
    payload, _ = method.encode(noise, ())
    assert split(payload)[0].plan == replace(BARE, density=None)
    assert split(payload)[0].knots == 0


def test_only_such_checkpoints_may_leave_latents_out():
    """A chunk of a checkpoint of paths that says it has none is damaged."""
    method = BitsBack(Checkpoint.open(tiny.FOLDER / tiny.PIXELS))
    x = tiny.clip(tiny.PIXELS, 5)
    payload = bytearray(method.encode(x, ())[0])
    payload[1:3] = BARE.to_bytes()[1:]
    with pytest.raises(CorruptFile, match="has no latents"):
        method.decode(bytes(payload), x.shape, BYTES, ())


@each
def test_damage_ends_in_an_error_or_other_pixels(methods, name):
    """A flipped byte never ends in anything but an error of ours or pixels of the right shape."""
    method, x = methods[name], clip(name, 3)
    payload = method.payload(x, LEARNED)
    for at in range(0, len(payload), max(1, len(payload) // 25)):
        hurt = payload[:at] + bytes([payload[at] ^ 0x41]) + payload[at + 1 :]
        try:
            found, _ = method.decode(hurt, x.shape, BYTES, ())
        except VdscError:
            continue
        assert found.shape == x.shape


def test_a_file_is_made_of_it_only_where_it_is_asked_for(models, monkeypatch):
    """The usual choice leaves such checkpoints alone; a file that names one is read as any."""
    monkeypatch.setenv("VDSC_MODELS", str(models))
    outline = Outline((4, *FRAMES[PICTURES]), BYTES, Clock(rate=Fraction(10)))
    assert all(one.kind != "bitsback" for one in candidates(outline))
    (found, *_) = candidates(outline, (PICTURES,))
    assert found.name == PICTURES
    x = drawn(BitsBack(found), 4)
    data = vdsc.compress(x, codec="lossless", checkpoints=(PICTURES,))
    assert PICTURES in str(vdsc.info(data))
    assert (vdsc.decompress(data).values == x).all()


def drawn(method, frames):
    """Frames that the law without latents draws: what it codes better than anything else."""
    noise = np.random.default_rng(4).integers(1, 256, 1 << 16).astype(np.uint8)
    stack = BitStack.from_bytes(noise.tobytes())
    return method.view.pop(stack, np.zeros((frames, 0), np.int64), method.model.synth)


def test_memory_is_promised(methods):
    """A limit that decoding would break is kept."""
    method, x = methods[SPRITES], clip(SPRITES, 3)
    strict = BitsBack(method.checkpoint, memlimit=1000)
    with pytest.raises(LimitExceeded):
        strict.encode(x, ())
    with pytest.raises(LimitExceeded):
        strict.decode(method.payload(x, BARE), x.shape, BYTES, ())

"""docs/format.md says all of `bitsback`: a decoder written from it alone reads what vdsc writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

import vdsc
from tests import tiny as made
from tests import untrained_bitsback
from tests.docs.lossless_page import container, decoder
from tests.docs.lossless_page.bitsback import payload as page
from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.layers import Linear
from tests.docs.lossless_page.bitsback.observation import frames_of
from vdsc.codecs.lossless import chunk as lossless
from vdsc.codecs.lossless.bitsback import bill
from vdsc.codecs.lossless.bitsback import bitsback_method as method
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.observation.sprites import Layers
from vdsc.codecs.lossless.sprites_method import SpriteFilms
from vdsc.codecs.lossless.video.video_method import Video
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile
from vdsc.model.store import Checkpoint
from vdsc.train.bitsback import bitsback_folder
from vdsc.twin.layers import Dense

ONE, TWO = made.PIXELS, "two-sprites"
SIZES = {ONE: ((16, 16), 1), TWO: ((32, 16), 2)}
PLANS = [
    LatentPlan(),
    LatentPlan(None, 2),
    LatentPlan(200, 4, frozen=False),
    LatentPlan(-255, -3),
    LatentPlan(0, 0, frozen=False),
]


@pytest.fixture(scope="module")
def models(tiny, tmp_path_factory):
    """The tiny checkpoint, and one of two sprites, splines, a still dimension and tall frames."""
    folder = tmp_path_factory.mktemp("models")
    (folder / ONE).symlink_to(tiny / ONE)
    net = made.untrained(
        frame=(32, 16, 1), latent=8, fps=12.5, window=12, decoder="sprites", objects=2, glimpse=6,
        interpolation="spline", rates=(0.5, 4.0), limit=1.3,
    )  # fmt: skip
    with torch.no_grad():
        net.posterior.raw_nu[:2] = torch.tensor([-12.0, 3.0])
    clips = [(sprites((32, 16), 2, 14, 5)[..., None] / 255).astype(np.float32)]
    with made.quickly():
        made.write(net, {"kind": "pixels"}, clips, folder / TWO, TWO, 9)
    return folder


def opened(folder: Path) -> tuple[method.BitsBack, page.Model]:
    """A checkpoint as vdsc and as the page has it."""
    tables = {k: v.tolist() for k, v in load_file(folder / "tables.safetensors").items()}
    settings = json.loads((folder / "model.json").read_text())
    theirs = page.Model(settings, load_file(folder / "weights.safetensors"), tables)
    return method.BitsBack(Checkpoint.open(folder)), theirs


def sprites(size, objects, frames, seed, wrong=0):
    """Frames (T, H, W) of random sprites that bounce and turn, but for a few wrong pixels."""
    rng = np.random.default_rng(seed)
    clip = np.zeros((frames, *size), np.int64)
    for _ in range(objects):
        look = rng.choice([0, 20, 100, 200, 252, 255], (rng.integers(2, 6), rng.integers(2, 6)))
        look[0, 0] = look[-1, -1] = 99
        room = np.array(size) - look.shape
        at, speed = rng.integers(0, room + 1), rng.integers(-2, 3, 2)
        for frame in clip:
            frame[at[0] : at[0] + look.shape[0], at[1] : at[1] + look.shape[1]] += look
            speed = rng.integers(-3, 4, 2) if rng.random() < 0.1 else speed
            out = (at + speed < 0) | (at + speed > room)
            at, speed = np.clip(at + speed, 0, room), np.where(out, -speed, speed)
    for spot in rng.integers(0, clip[0].size, wrong):
        clip[rng.integers(frames)].reshape(-1)[spot] = rng.integers(256)
    return np.minimum(clip, 255).astype(np.uint8)


def assert_read(ours, theirs, clip):
    """The page's decoder gives a payload's pixels back; says what occurred."""
    payload, _ = ours.encode(clip, ())
    met = set()
    assert page.bitsback(payload, clip.shape, theirs, met) == clip.tobytes()
    return met


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("plan", PLANS)
def test_random_sprites_are_read_by_the_page(models, monkeypatch, name, plan):
    """Clips of every plan, in windows on one stack."""
    monkeypatch.setattr(method, "LatentPlan", lambda: plan)
    ours, theirs = opened(models / name)
    met = set()
    for seed in range(3):
        size, objects = SIZES[name]
        met |= assert_read(ours, theirs, sprites(size, objects, 7 + 8 * seed, seed, wrong=seed))
    assert ("plan", plan.density is None, int(plan.frozen)) in met
    assert "windows" in met


@pytest.mark.parametrize("name", SIZES)
def test_what_no_sprite_makes_is_read_by_the_page(models, name):
    """Noise and soft spots are told around the drawn frames; black and white frames are sprites."""
    ours, theirs = opened(models / name)
    size = SIZES[name][0]
    noise = np.random.default_rng(1).integers(0, 256, (5, *size)).astype(np.uint8)
    assert "mixture" in assert_read(ours, theirs, noise)
    for value in (0, 1, 255):
        assert_read(ours, theirs, np.full((3, *size), value, np.uint8))
    assert_read(ours, theirs, noise[:1])


def test_every_kind_of_move_is_met(models):
    """Together the clips use all that the page says of scenes."""
    met = set()
    for name, (size, objects) in SIZES.items():
        ours, theirs = opened(models / name)
        for seed in range(4):
            met |= assert_read(ours, theirs, sprites(size, objects, 17, seed + 20, wrong=seed % 2))
    moves = {"unknown", "wall", "other wall", "at wall", "other at wall", "beyond", "free"}
    assert met >= moves | {"white", "grey", "mended", "other walls", "scene"}


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("name", untrained_bitsback.FRAMES)
def test_the_learned_mixture_is_read_by_the_page(name, half, tmp_path, monkeypatch):
    """Sprites and pictures of several channels, with knots anywhere, everywhere and nowhere."""
    monkeypatch.setattr(bitsback_folder, "LARGE", 100)
    ours, theirs = opened(untrained_bitsback.write(tmp_path, name, half=half))
    kinds = {str(part.dtype) for part in ours.checkpoint.tensors[0].values()}
    assert kinds == ({"float16", "float32"} if half else {"float32"})
    met = set()
    for plan in (method.LEARNED, LatentPlan(None, 3, frozen=False), method.BARE):
        clip = untrained_bitsback.clip(name, 2, seed=1)
        payload = ours.payload(clip, plan)
        assert page.bitsback(payload, clip.shape, theirs, met) == clip.tobytes()
    assert met >= {"learned mixture", "no latents", ("plan", True, 0)}


@pytest.mark.parametrize("name", SIZES)
def test_streams_of_chance_are_read_alike(models, name):
    """What no encoder says is refused by both, or gives the same frames and leaves equal bits."""
    ours, theirs = opened(models / name)
    rng, wrong, met = np.random.default_rng(5), 0, set()
    view, synth, frames = Layers(method.FITTED), ours.model.synth, 9
    for _ in range(25):
        path = rng.integers(-60000, 60000, (frames, theirs.settings["net"]["latent"]))
        stack = BitStack.from_bytes(rng.integers(1, 256, 4000).astype(np.uint8).tobytes())
        stack.push_uniform(np.array([1]), np.array([2]))
        copy = Stack(stack.to_bytes())
        z = path.reshape(frames, SIZES[name][1], -1)
        try:
            found = view.pop(stack, path, synth)[..., 0]
        except CorruptFile:
            wrong += 1
            with pytest.raises(AssertionError):
                frames_of(copy, z, theirs.synthesis, met)
            continue
        assert (frames_of(copy, z, theirs.synthesis, met) == found).all()
        rest = len(stack.to_bytes()) // 2
        left = stack.pop_uniform(np.full(rest, 1 << 16))
        assert [copy.uniform(1 << 16) for _ in range(rest)] == left.tolist()
    assert 0 < wrong < 25


def test_a_file_of_bits_back_is_read_by_the_page(models, monkeypatch):
    """A whole file of two chunks, its model found by the name in HEAD."""
    monkeypatch.setenv("VDSC_MODELS", str(models))
    for other in (Video, SpriteFilms):
        monkeypatch.setattr(other, "start", lambda *_: None)
    monkeypatch.setattr(lossless, "VALUES", 40 * 256)
    clip = sprites((16, 16), 1, 60, 3)
    data = vdsc.compress(clip, codec="lossless")
    assert [body[0] for body in container.opened(data)[1]] == [2, 2]
    assert (decoder.decode(data, 40 * 256, models=models) == clip).all()


def test_what_stands_before_the_stack_is_on_the_page(models):
    """Plan, knots and the bill are the same integers for both, those below zero too."""
    for values, times in ((0, 0), (-1, 63), (300, -64), (-70000, 8191)):
        said = bill.StoredBill(LatentPlan(77, 3), 9, values, times, 130)
        found, stack = page.told(said.to_bytes() + b"stack")
        assert stack == b"stack"
        assert found == {
            "plan": 13, "density": 77 + 255, "knots": 9,
            "values": values, "times": times, "initial": 130,
        }  # fmt: skip
        assert bill.split(said.to_bytes() + b"stack") == (said, stack)


@pytest.mark.parametrize("name", SIZES)
def test_paths_are_those_on_the_page(models, name):
    """Bridges and splines between knots at any distance, to the last digit."""
    ours, theirs = opened(models / name)
    rng, latent = np.random.default_rng(6), theirs.settings["net"]["latent"]
    for knots in ([0], [0, 1], [0, 9], [0, 1, 4, 5, 31], [0, 2, 4, 6, 8, 9, 200]):
        values = rng.integers(-300000, 300000, (len(knots), latent))
        path = ours.model.synth.path(np.array(knots), values)
        found = theirs.synthesis.path(knots, values.tolist())
        assert (found.reshape(path.shape) == path).all()


@pytest.mark.parametrize("size", [1e-4, 0.1, 1.0, 30.0, 5000.0])
def test_layers_are_rounded_as_on_the_page(size):
    """Small and large weights have as many places as the page gives them, and the same sums."""
    rng = np.random.default_rng(7)
    weight, bias = (size * rng.normal(size=s).astype(np.float32) for s in ((5, 30), 5))
    ours, theirs = Dense.of(weight, bias), Linear(weight, bias)
    assert ours.bits == theirs.b
    x = rng.integers(-(1 << 28), 1 << 28, (40, 30))
    assert (ours(x.astype(np.float64)) == theirs(x)).all()

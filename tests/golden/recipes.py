"""How each golden file was made, and what is kept of it."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

import vdsc
from tests import hinges, tiny, tiny_rungs, tiny_sketch, tiny_solids, tiny_sprites, tiny_tiles
from tests.surface import drifting
from vdsc.api.knots import windows
from vdsc.codecs.field.rungs import climber
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.codecs.knots import unit
from vdsc.codecs.linear import linear_encoder

HERE = Path(__file__).parent
FRAMES = 100


def clip(frames=FRAMES, dtype=np.float32):
    return tiny.clip(tiny.VECTORS, frames, seed=7).astype(dtype)


def jitter():
    """Irregular times with a pause."""
    steps = np.random.default_rng(8).uniform(0.01, 0.06, FRAMES)
    steps[30] = 3.0
    return np.round(np.cumsum(steps), 4)


OLD = (
    "one", "window", "windows", "coarse", "fine", "full", "slow", "rational", "irregular",
    "drawn", "drawn-poisson", "wild",
)  # fmt: skip
"""Goldens of the codec `vdsde`, which release 0.1 wrote and which is only read now."""

FROZEN_POSE = HERE / "models" / "frozen-pose"
"""The frozen checkpoint, tensors and hash alike, with what encoders need to know of poses."""


LOOKS = HERE / "models" / "frozen-looks"
"""The frozen checkpoint of sprites: `tests.tiny_sprites.write_sprites`."""


VOXELS = HERE / "models" / "frozen-voxels"
"""The frozen checkpoint of solids: `tests.tiny_solids.write_solids`."""


FROZEN_LAW = HERE / "models" / "frozen-law"
"""The same with a law of knots, untrained as all of it, and cells that are equally wide."""


def under_law(values, **options):
    """A file of knots whose values are coded under a learned law."""
    return vdsc.compress(values, codec="knots", model=str(FROZEN_LAW), **options)


def standing(frames):
    """A motion that stands still for some frames, and then goes on."""
    before, after = clip(30), clip(60)[30:]
    held = np.repeat(before[-1:], frames, axis=0)
    return np.concatenate([before, held, after + held[0] - after[0]])


def knots(values, **options):
    """A file of the codec `knots`, by the frozen checkpoint."""
    return vdsc.compress(values, codec="knots", model=str(FROZEN_POSE), **options)


def short(values, **options):
    """A file of `knots` where no other checkpoint has this hash, so that it need not be named."""
    with TemporaryDirectory() as alone, patch.dict(os.environ, VDSC_MODELS=alone):
        (Path(alone) / FROZEN_POSE.name).symlink_to(FROZEN_POSE)
        return knots(values, **options)


def joined():
    """Two clips that have nothing to do with each other."""
    return np.concatenate([clip(60), clip(40)[::-1] + np.float32(9)])


def ramped():
    """A walk away from 0 that turns as it goes."""
    values = clip().astype(np.float64)
    values[:, 0] += 250 + np.linspace(0, 90, FRAMES)
    values[:, 2] += 30 * np.linspace(0, 9, FRAMES)
    return values.astype(np.float32)


def wound():
    """Angles wound up by whole turns, one of which changes in the middle."""
    values = clip()
    values[:, 3] += 360 * 7
    values[50:, 4] -= 720
    return values


def in_centimetres():
    """A file of positions in centimetres, of a checkpoint whose unit is a metre."""
    values = clip(60)
    values[:, :2] *= 100
    usual = unit.Measure(metres=1.0, upright=1, height=tiny.HEIGHT, fastest=0.1)
    with patch.object(unit, "measure_of", lambda *_: usual):
        return knots(values)


KNOTS = {
    "knots-one": lambda: knots(clip(1)),
    "knots-window": lambda: knots(clip(41), quality=60),
    "knots-windows": lambda: knots(clip(), quality=90),
    "knots-cut": lambda: knots(joined(), quality=70),
    "knots-ramps": lambda: knots(ramped(), quality=80),
    "knots-turns": lambda: knots(wound()),
    "knots-unit": in_centimetres,
    "knots-drawn": lambda: knots(clip(), quality=30, grid="rec"),
    "knots-poisson": lambda: knots(clip(), fps=120, quality=90, grid="rec", seed=5),
    "knots-full": lambda: knots(clip(50), knots="full"),
    "knots-irregular": lambda: knots(clip(), times=jitter()),
    "knots-float64": lambda: knots(clip(dtype=np.float64), fps=29.97),
    "knots-wild": lambda: knots(40 * np.cumsum(clip(), axis=0), quality=100),
    "knots-law": lambda: under_law(clip(), quality=60),
    "knots-law-drawn": lambda: under_law(wound(), grid="rec", seed=3),
    "knots-law-held": lambda: under_law(standing(150), quality=50),
    "knots-law-begins-held": lambda: under_law(standing(1200)[40:], quality=20, effort=9),
    "knots-short": lambda: short(clip(40), quality=60),
    "knots-short-turns": lambda: short(wound()[20:60].astype(np.float64), fps=29.97, quality=85),
    "knots-short-drawn": lambda: short(
        clip(40).reshape(40, 2, 3), fps=120, quality=90, grid="rec", seed=5
    ),
}


def smooth(channels):
    """A smooth path (FRAMES, channels)."""
    return np.random.default_rng(9).normal(size=(FRAMES, channels)).cumsum(0).cumsum(0)


def followed():
    """Channels with two decimals, their bends, copies and negatives, and one that stands still."""
    free = smooth(2).round(2)
    bent = (np.sin(free / 400) * 300).round(2)
    made = np.column_stack([free, bent, free[:, :1], -free[:, 1:], np.full(FRAMES, np.nan)])
    return made.astype(np.float32)


def picture():
    """A small picture of 15 bits that moves and is noisy, but for a part that does not."""
    t, y, x = np.ogrid[:12, :16, :17]
    made = 128 + 60 * np.sin((y + 2 * t) / 5) + 40 * np.cos((x - t) / 4)
    made += np.random.default_rng(10).normal(size=made.shape)
    made[:, 3:5, 4:9] = 7
    return (made * 128).astype(np.uint16)


def raw():
    """Bits without any order, of the other order of bytes."""
    return np.frombuffer(np.random.default_rng(11).bytes(240), ">f4").reshape(12, 5)


def bouncing():
    """Two grey rings on black that move by whole pixels, pass each other, and turn at walls."""
    y, x = np.ogrid[:15, :12]
    far = 4 * (y - 7) ** 2 + 6 * (x - 6) ** 2
    ring = np.where((far > 60) & (far < 200), 255 - 2 * np.abs(far - 130), 0)
    made, moves = np.zeros((14, 64, 64), np.int64), np.arange(14)
    for look, top, left in (
        (ring, np.abs(9 - 3 * moves), 5 + 3 * moves),
        (ring[::-1, ::2], 20 + moves, np.minimum(50 - 2 * moves, 58)),
    ):
        for frame, row, column in zip(made, top, left, strict=True):
            frame[row : row + look.shape[0], column : column + look.shape[1]] += look
    made[5, 40, 40] = 3
    return np.minimum(made, 255).astype(np.uint8)


def glow():
    """A small colour picture: waves that move by whole pixels and fade, a lamp, a frame twice."""
    y, x = np.ogrid[:24, :24]
    t = np.array([0, 1, 2, 2, 3, 4])[:, None, None]
    wave = 20 * np.sin((y + t) / 5) * np.cos((x - 2 * t) / 7) * (1 - 0.03 * t)
    lamp = 60 * np.exp(-((y - 20) ** 2 + (x - 4 - 3 * t) ** 2) / 30)
    return np.stack([118 + wave + lamp, 110 + wave + lamp, 140 - wave], axis=3).astype(np.uint8)


RELATED = "frozen-related"
"""The frozen checkpoint of video: `tests.codecs.lossless.video.video_weights.write_related`."""


def tinged():
    """A grain that moves over a ground of two colours, each a shade of its own brightness."""
    grain = np.random.default_rng(8).integers(0, 90, (30, 48))
    grey = np.stack([grain[t : t + 24, 2 * t : 2 * t + 32] for t in range(4)])[..., None]
    warm = np.arange(32)[:, None] % 13 < 7
    return np.where(warm, 50 + grey * [2, 1, 0.5], 20 + grey * [0.25, 1.5, 2]).astype(np.uint8)


def related():
    """That grain by the frozen checkpoint, which has learned too little to be taken by itself."""
    from vdsc.codecs.lossless.fronts_method import Fronts
    from vdsc.codecs.lossless.methods import Arrays, Floor

    others = [patch.object(one, "start", lambda *_: None) for one in (Arrays, Floor, Fronts)]
    with others[0], others[1], others[2]:
        return vdsc.compress(tinged(), codec="lossless", checkpoints=(RELATED,), fps=25)


MIXTURE = "frozen-mixture"


def mixture(*, latents):
    """Colours that the frozen checkpoint of bits-back draws, told with latents or without."""
    from vdsc.codecs.lossless.bitsback import bitsback_method as method
    from vdsc.entropy import BitStack
    from vdsc.model import store

    own = method.BitsBack(store.by_name(MIXTURE))
    noise = np.random.default_rng(12).integers(1, 256, 1 << 16).astype(np.uint8)
    path = np.zeros((2, 0), np.int64)
    values = own.view.pop(BitStack.from_bytes(noise.tobytes()), path, own.model.synth)
    plan = method.LEARNED if latents else method.BARE
    with patch.multiple(method, LEARNED=plan, BARE=plan):
        return vdsc.compress(values, codec="lossless", checkpoints=(MIXTURE,), fps=10)


def see_through():
    """Float pictures in [0, 1] with one alpha: waves over a still part."""
    y, x = np.ogrid[:9, :11]
    t = np.arange(7)[:, None, None]
    wave = 120 + 90 * np.sin((y + t) / 3) * np.cos((x - t) / 4)
    colours = np.stack([wave, wave[::-1], 255 - wave, np.full_like(wave, 200)], axis=3)
    return np.rint(colours).astype(np.uint8) / np.float32(255)


def ramps():
    """Rough channels whose steps from frame to frame are few: what differences of frames pack."""
    rng = np.random.default_rng(12)
    return (rng.integers(0, 1 << 16, 300) + 7 * np.arange(40)[:, None]).astype(">u2")


def joined_linear():
    """Several chunks of angles that turn."""
    with patch.object(linear_encoder, "LONGEST", 40):
        return vdsc.compress(turning(), codec="linear", quality=60, fps=30)


def turning():
    """Angles that pass 180 degrees again and again."""
    angles = np.arange(FRAMES)[:, None] * [7.3, -11.1, 2.0] + smooth(3) / 40
    return ((angles + 180) % 360 - 180).astype(np.float32)


def spikes():
    """A calm path with two values that are far away."""
    return np.where(np.arange(FRAMES)[:, None] == [9, 30], 1e9, smooth(2))


def rough():
    """A smooth path under noise: coefficients in all rows."""
    return smooth(3) / 50 + np.random.default_rng(13).normal(size=(FRAMES, 3))


def linear(values, **options):
    """A file of the linear codec."""
    return vdsc.compress(values, codec="linear", **options)


LINEAR = {
    "linear-motion": lambda: linear(smooth(30).astype(np.float32), quality=55, fps=30),
    "linear-coarse": lambda: linear(np.tile(smooth(4), (5, 1)), quality=8, fps=60),
    "linear-one": lambda: linear((smooth(1) * 9).astype(np.int16), quality=90),
    "linear-turns": joined_linear,
    "linear-irregular": lambda: linear(smooth(5), times=jitter(), knots="even"),
    "linear-spikes": lambda: linear(spikes(), quality=100),
    "linear-groups": lambda: linear(rough(), quality=70),
    "linear-frame": lambda: linear(smooth(6)[:1]),
    "linear-cosines": lambda: linear(field().astype("f4"), quality=50),
    "linear-each": lambda: linear(smooth(3), steps=(0.5, 2.0, 300.0), fps=30),
    "linear-alone": lambda: linear(smooth(2).astype(np.float32), quality=40),
    "linear-still": lambda: linear(np.concatenate([smooth(5)[:30], np.full((900, 5), 7.0)])),
}


def bounded(values, base, max_error, **options):
    """A file of the bounded codec."""
    return vdsc.compress(values, codec="bounded", base=base, max_error=max_error, **options)


def joined_bounded():
    """Several chunks, with patches where float32 is too coarse for the bound."""
    values = (smooth(3) + 3e5).astype(np.float32)
    with patch.object(linear_encoder, "LONGEST", 40):
        return bounded(values, "linear", 0.02, fps=30)


def field():
    """A smooth wave over a grid, under noise."""
    y, x = np.mgrid[0:6, 0:9]
    t = np.arange(40)[:, None, None]
    noise = np.random.default_rng(14).normal(size=(40, 6, 9))
    return np.sin((y + t) / 5) * np.cos((x - t) / 7) * 50 + noise


BOUNDED = {
    "bounded-joints": lambda: hinges.packed(hinges.motion(FRAMES), 0.5),
    "bounded-motion": lambda: bounded(smooth(30).astype("f4"), "linear", 0.5, fps=30),
    "bounded-each": lambda: bounded(smooth(4), "linear", (0.1, 0.5, 9.0, 40.0), times=jitter()),
    "bounded-chunks": joined_bounded,
    "bounded-field": lambda: bounded(field(), "linear", 0.8, fps=1),
    "bounded-int": lambda: bounded((smooth(3) * 9).astype("i2"), "none", 5, fps=30),
    "bounded-few": lambda: bounded(np.random.default_rng(2).integers(0, 3, (90, 4)), "none", 0.1),
    "bounded-far": lambda: bounded((smooth(3) * 900).astype("i8") + 2**61, "linear", 40),
    "bounded-still": lambda: bounded(
        np.where(np.arange(3) == 1, 0.3, smooth(3)).astype("f4"), "none", "1%"
    ),
}


def holes():
    """Channels of which some are missing for a while, always, or all at once."""
    values = smooth(5).astype(np.float32)
    values[20:60, 1] = values[:, 3] = values[70] = np.nan
    return values


def ripples():
    """A field (14, 18, 20) whose points look at their neighbours."""
    t, y, x = np.mgrid[:14, :18, :20]
    smooth_part = np.sin(x / 4 + t / 3) * np.cos(y / 5 - t / 7) * 4000
    noise = np.random.default_rng(8).normal(size=t.shape) * (1 + 40 * (x > 10))
    return np.rint(smooth_part + noise).astype(np.int32)


def readings():
    """Series (240, 5) that were made of whole readings, each in its own way, to seven digits."""
    walk = np.random.default_rng(9).integers(-9, 10, (240, 5)).cumsum(axis=0)
    series = (walk - walk.mean(axis=0)) / [7.7, 31, 1.3, 250, 90]
    return np.array([[float(f"{x:.7g}") for x in row] for row in series]).astype(np.float32)


def spotted():
    """A clip of sprites with a wrong pixel."""
    film = tiny_sprites.film(9)
    film[4, 0, -1] = 9
    return film


GAPS = {
    "gaps-linear": lambda: vdsc.compress(holes(), missing="nan", codec="linear", fps=30),
    "gaps-bounded": lambda: vdsc.compress(
        holes(), missing="nan", codec="bounded", max_error=0.5, base="linear", fps=30
    ),
}

SPRITES = {
    "sprites-coarse": lambda: vdsc.compress(
        tiny_sprites.film(9), codec="sprites", model=str(LOOKS), quality=70
    ),
    "sprites-exact": lambda: vdsc.compress(spotted(), codec="lossless"),
}
"""Both are short files of the checkpoint `frozen-looks`."""


def lumps():
    """Solids (3, 11, 12, 10), the first of which is like its mirror image."""
    first = tiny_solids.solid(11, 12, 10, alike=True)
    return np.stack([first, *(tiny_solids.solid(11, 12, 10, seed=i) for i in (1, 2))])


SOLIDS = {
    "solids-exact": lambda: vdsc.compress(lumps(), codec="solids", model=str(VOXELS), quality=100),
    "solids-coarse": lambda: vdsc.compress(
        lumps().astype("f4") * 4 - 1, codec="solids", model=str(VOXELS), wrong=0.06
    ),
    "solids-slices": lambda: vdsc.compress(
        lumps()[1] > 0, codec="solids", model=str(VOXELS), quality=100, fps=29.97
    ),
}
"""All are short files of the checkpoint `frozen-voxels`."""


def drift(frames):
    """Pictures (T, 21, 19, 3) that grow into each other."""
    walk = np.random.default_rng(3).normal(size=(frames, 21, 19, 3)).cumsum(0).cumsum(1).cumsum(2)
    return np.clip(walk * 2 + 120, 0, 255).astype(np.uint8)


def cut_film():
    """Video (23, 16, 19, 3) with a cut."""
    values = tiny_rungs.film(23, 16, 19)
    values[21:] = 255 - values[21:]
    return values


def climbing():
    """Video on rungs: a knot every two frames, then every eight, then a cut."""
    values = cut_film()
    grids = [FrameGrid(len(values), (1, 3))]
    with patch.object(climber, "ranked_grids", lambda *_: grids):
        return vdsc.compress(
            values, codec="field", model="frozen-rungs", sketch=False, grid="chosen", quality=20,
            effort=0,
        )  # fmt: skip


FIELDS = {
    "field-own": lambda: vdsc.compress(ripples(), codec="field", own=True, quality=60, fps=10),
    "field-line": lambda: vdsc.compress(smooth(1), codec="field", own=True, times=jitter()),
    "field-colours": lambda: vdsc.compress(
        drift(4)[:, :9, :8], codec="field", own=True, blocks=(2, 4, 4), quality=40
    ),
    "field-model": lambda: vdsc.compress(
        drift(1), codec="field", model="frozen-field", quality=40, effort=0
    ),
    "field-apart": lambda: vdsc.compress(
        drift(9)[::-2], codec="field", model="frozen-field", blocks=(1, 8, 4), quality=30, effort=0
    ),
    "field-gates": lambda: vdsc.compress(
        tiny_tiles.pictures(2, 20, 18), codec="field", base="frozen-gates", base_blocks=6,
        own=True, quality=25, price=0.02, effort=0,
    ),
    "field-sketch": lambda: vdsc.compress(
        tiny_sketch.film(), codec="field", base="frozen-sketch", own=True, quality=6, effort=0
    ),
    "field-sketched": lambda: vdsc.compress(
        tiny_sketch.film(), codec="field", base="frozen-sketch", own=True, quality=40, effort=0
    ),
    "field-rungs": climbing,
    "field-moves": lambda: vdsc.compress(
        cut_film(), codec="field", model="frozen-rungs", sketch=False, grid="4", quality=20,
        effort=0, motion="sent",
    ),
}  # fmt: skip
"""The last seven need `frozen-field`, `-gates`, `-sketch` and `-rungs`."""

EXACT = {
    "exact-decimals": lambda: vdsc.compress(followed(), lossless=True, fps=30),
    "exact-binary": lambda: vdsc.compress(np.sin(smooth(4) / 50), lossless=True, fps=29.97),
    "exact-int16": lambda: vdsc.compress((smooth(5) * 20).astype(np.int16), lossless=True),
    "exact-listed": lambda: vdsc.compress(
        np.exp(np.rint(smooth(3)) % 9).astype(">f8"), lossless=True, times=jitter()
    ),
    "exact-video": lambda: vdsc.compress(picture(), lossless=True, fps=25),
    "exact-floor": lambda: vdsc.compress(raw(), lossless=True),
    "exact-sprites": lambda: vdsc.compress(bouncing(), lossless=True),
    "exact-colour": lambda: vdsc.compress(glow(), lossless=True),
    "exact-mixture": lambda: mixture(latents=True),
    "exact-mixture-bare": lambda: mixture(latents=False),
    "exact-recast": lambda: vdsc.compress(see_through(), codec="lossless"),
    "exact-ladders": lambda: vdsc.compress(readings(), codec="lossless"),
    "exact-packed": lambda: vdsc.compress(ramps(), codec="packed"),
    "exact-alone": lambda: vdsc.compress(np.arange(40.0) // 7, codec="lossless", fps=29.97),
    "exact-packed-alone": lambda: vdsc.compress(ramps()[:3], codec="packed"),
    "exact-mixed": lambda: vdsc.compress(
        np.cumsum(np.random.default_rng(6).normal(size=(90, 12)) ** 3, axis=0).round(3),
        codec="lossless",
    ),
    "exact-fronts": lambda: vdsc.compress(drifting(7, 17, 16, 3).astype("i2"), codec="lossless"),
    "exact-mixed-grid": lambda: vdsc.compress(ripples(), codec="lossless"),
    "exact-related": related,
}


def add(name: str) -> None:
    """Write NAME.vds and NAME.json; raises FileExistsError for a golden that is there."""
    if (HERE / f"{name}.vds").exists():
        raise FileExistsError(f"{name} is there: a golden is never written again")
    data = (KNOTS | EXACT | LINEAR | BOUNDED | GAPS | SPRITES | SOLIDS | FIELDS)[name]()
    with open(HERE / f"{name}.vds", "xb") as file:
        file.write(data)
    with open(HERE / f"{name}.json", "x") as file:
        told = integers(data) if name in KNOTS else {}
        kept = exactly(data) if name in EXACT else told | {"frames": digest(data)}
        json.dump(kept, file, separators=(",", ":"))
        file.write("\n")


def integers(data: bytes) -> dict[str, list]:
    """Knots and cells of every window, and poses where there are, as they are read for ever."""
    parts = list(windows(data))
    found = {
        "knots": [part.window.knots.tolist() for part in parts],
        "cells": [part.window.cells.tolist() for part in parts],
    }
    if parts[0].pose is None:
        return found
    begins = {"begin": [part.begin for part in parts]}
    names = ("start", "end", "turns", "before")
    poses = [{name: getattr(p.pose, name).tolist() for name in names} for p in parts]
    return found | begins | {"pose": poses}


def frames(data: bytes) -> list[list[float]]:
    """The first and the last frame, which release 0.1 decoded in floats."""
    values = vdsc.decompress(data).values[[0, -1]]
    return np.round(values.astype(float), 4).tolist()


def digest(data: bytes) -> str:
    """SHA-256 of all decoded frames, which are the same bits everywhere."""
    values = vdsc.decompress(data).values
    return sha256(values.astype(values.dtype.newbyteorder("<")).tobytes()).hexdigest()


def exactly(data: bytes) -> dict[str, object]:
    """What `bits` keeps of a lossless file's values."""
    return bits(vdsc.decompress(data).values)


def bits(values: np.ndarray) -> dict[str, object]:
    """Every bit of values, frame after frame; of large frames their SHA-256."""
    told = [frame.tobytes() for frame in np.ascontiguousarray(values)]
    frames = [sha256(raw).hexdigest() if len(raw) > 2048 else raw.hex() for raw in told]
    return {"dtype": values.dtype.str, "shape": [*values.shape], "frames": frames}

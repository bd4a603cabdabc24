"""What differs between kinds of data: batches, warm start, and how files become frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vdsc.errors import InvalidInput
from vdsc.model.frame_decoder import SpriteDecoder
from vdsc.model.latent_sde import LatentSDE
from vdsc.train import digits, moving_mnist
from vdsc.train import motion_data as motion
from vdsc.train.sequence_folder import beside, sequences_at
from vdsc.train.train_config import Stage, TrainConfig

EXCERPT = 300  # frames of a motion that the tables are fitted on
CLIPS, CLIPS_SEED = 24, 1 << 20
UNSEEN = 5  # sequences on which a checkpoint is compared


class TrainingDomain(Protocol):
    """One kind of training data."""

    def prepare(self, model: LatentSDE) -> nn.Module:
        """Start the networks; returns throw-away networks that only training needs."""

    def batch(self, rng: np.random.Generator, size: int, window: int | None) -> Tensor:
        """(size, window, ...) network units."""

    def warm(
        self, model: LatentSDE, extra: nn.Module, stage: Stage, at: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, float]]:
        """Loss and terms of one step of the warm start."""

    def frames(self) -> dict[str, Any]:
        """The `frames` settings of the checkpoint."""

    def sequences(self) -> list[NDArray[np.float32]]:
        """Training sequences in network units that the frozen tables are fitted on."""

    def unseen(self) -> tuple[str, list[NDArray[Any]]]:
        """A few sequences as users have them, unseen if there are such, and what they are."""


class MotionDomain:
    """Motion capture: starts at the linear reference, so it needs no warm steps."""

    def __init__(self, config: TrainConfig) -> None:
        self.folder = Path(config.data)
        self.data = motion.Motion(
            config.data, config.net.window, config.pose, config.held, config.speeds
        )

    def prepare(self, model: LatentSDE) -> nn.Module:
        """Linear start; no throw-away networks."""
        motion.start_linear(model, self.data)
        return nn.Identity()

    def batch(self, rng: np.random.Generator, size: int, window: int | None) -> Tensor:
        """(size, window, D) network units."""
        return self.data.batch(rng, size)[:, :window]

    def warm(
        self, model: LatentSDE, extra: nn.Module, stage: Stage, at: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, float]]:
        """Motion has no warm stage."""
        raise InvalidInput("motion capture starts from its linear reference: drop the warm stage")

    def sequences(self) -> list[NDArray[np.float32]]:
        """The first five seconds of every training sequence."""
        return [self.data.posed(s[:EXCERPT]) for s in self.data.sequences]

    def unseen(self) -> tuple[str, list[NDArray[Any]]]:
        """Sequences of the folder `val` beside the training folder, else of that one."""
        other = beside(self.folder, "val")
        found = list(sequences_at(other).values()) if other.exists() else []
        if other == self.folder or not found:
            return "training data", list(sequences_at(self.folder).values())[:UNSEEN]
        return "validation data", found[:: max(1, len(found) // UNSEEN)][:UNSEEN]

    def frames(self) -> dict[str, Any]:
        """Offsets and scales of the channels."""
        f = self.data.frames
        return {
            "kind": "angles",
            "first_angle": int((~f.angles).sum()),
            "offset": [float(v) for v in f.offset],
            "scale": [float(v) for v in f.scale],
        }


class DigitsDomain:
    """Moving MNIST: sprites first, then tracking, then the SDE."""

    def __init__(self, config: TrainConfig) -> None:
        self.data = digits.Digits(config.data, config.net.window)

    def prepare(self, model: LatentSDE) -> nn.Module:
        """Start the looks of objects as slow; returns the sprite autoencoder's encoder."""
        assert isinstance(model.decoder, SpriteDecoder)
        digits.start_still(model)
        return digits.Looks(model.decoder.look)

    def batch(self, rng: np.random.Generator, size: int, window: int | None) -> Tensor:
        """(size, window, 64, 64, 1) in [0, 1]."""
        return self.data.scenes(rng, size, window or self.data.window)[0]

    def warm(
        self, model: LatentSDE, extra: nn.Module, stage: Stage, at: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, float]]:
        """Sprites for stages without a window, tracking for those with one."""
        assert isinstance(extra, digits.Looks)
        assert isinstance(model.decoder, SpriteDecoder)
        if stage.window is None:
            pick = rng.integers(0, len(self.data.digits), stage.batch)
            sprites = torch.from_numpy(self.data.digits[pick]) / 255.0
            loss = digits.sprite_loss(model.decoder, extra, sprites)
            return loss, {"sprites": float(loss.detach())}
        scenes = self.data.scenes(rng, stage.batch, stage.window)
        loss, off = digits.tracking_loss(model, extra, *scenes)
        terms = {"tracking": float(loss.detach()), "pixels off": float(off.detach())}
        return loss, terms

    def sequences(self) -> list[NDArray[np.float32]]:
        """Fresh clips of training digits."""
        rng = np.random.default_rng(CLIPS_SEED)
        return [self.data.batch(rng, 1)[0].numpy() for _ in range(CLIPS)]

    def unseen(self) -> tuple[str, list[NDArray[Any]]]:
        """Clips of digits that training does not see, else of those that it does."""
        held = self.data.held_out
        words = "held-out digits" if len(held) else "training digits"
        chosen = held if len(held) else self.data.digits
        return words, list(moving_mnist.clips(chosen, UNSEEN, self.data.window, CLIPS_SEED))

    def frames(self) -> dict[str, Any]:
        """Pixels."""
        return {"kind": "pixels"}


def build(config: TrainConfig) -> TrainingDomain:
    """The domain that the config names."""
    kinds: dict[str, Callable[[TrainConfig], TrainingDomain]] = {
        "motion": MotionDomain,
        "digits": DigitsDomain,
    }
    if config.domain not in kinds:
        raise InvalidInput(f"no domain {config.domain!r}; there are {', '.join(kinds)}")
    if not Path(config.data).exists():
        raise InvalidInput(f"no training data at {config.data}; set data=... or its variable")
    return kinds[config.domain](config)

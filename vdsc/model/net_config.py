"""The shape of a network, as plain values that a checkpoint stores beside its weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class NetConfig:
    """Everything needed to build a LatentSDE; equal configs build equal networks.

    frame: shape of one frame, (D,) or (H, W, C). latent: number of latent dimensions. fps: native
    frame rate. window: frames coded at once. rates: lowest and highest prior knot rate, knots per
    second. interpolation: the path between knots, the OU bridge or a cubic spline (both are in the
    paper: its equation 21 and its figures). objects, glimpse: sprites of the video decoder. widths:
    features of a pixel in the pictures that the decoder grows, smallest first. trunk: features of
    a pixel in those that the encoder shrinks. memory: width of the learned law of knots, 0 for
    none. parts: logistic laws in the mixture that lossless files have pixels under, 0 for none; the
    decoder then draws two planes a channel.
    """

    frame: tuple[int, ...]
    latent: int
    fps: float
    window: int
    hidden: int = 128
    features: int = 256
    rates: tuple[float, float] = (2.0, 30.0)
    limit: float = 1.0
    interpolation: Literal["bridge", "spline"] = "bridge"
    decoder: Literal["linear", "sprites", "pictures"] = "linear"
    objects: int = 2
    glimpse: int = 32
    widths: tuple[int, ...] = (48, 32, 24)
    trunk: tuple[int, ...] = (16, 32)
    noise: Literal["normal", "laplace"] = "normal"
    obs_scale: float = 0.1
    memory: int = 0
    parts: int = 0

    @property
    def planes(self) -> int:
        """Numbers that the decoder draws of each pixel."""
        return self.frame[-1] * (2 if self.parts else 1)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NetConfig:
        """Inverse of `as_dict`; lists become tuples, unknown keys raise TypeError."""
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
        }
        return cls(**plain)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

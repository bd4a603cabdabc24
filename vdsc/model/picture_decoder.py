"""Pictures from latents by small convolutions, each of which makes four pixels of one."""

from __future__ import annotations

from torch import Tensor, nn

from vdsc.errors import InvalidInput
from vdsc.model.net_config import NetConfig

WIDTHS = (48, 32, 24)
"""Features of a pixel of the smallest picture and of those twice and four times as large."""

GROWN = 1 << len(WIDTHS)
"""How many times as large a frame is as the smallest picture."""


class PictureDecoder(nn.Module):
    """Planes from latents.

        z --linear--> H/8 x W/8 x 48 --convolution--> H/4 x W/4 x 32 --> H/2 x W/2 x 24 --> planes

    A convolution says four pixels of the next size at a time, which are laid side by side.

    Raises:
        InvalidInput: the sides of a frame are no multiples of 8.
    """

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.frame, self.planes = config.frame, config.planes
        self.rows, self.columns = config.frame[0] // GROWN, config.frame[1] // GROWN
        if (self.rows * GROWN, self.columns * GROWN) != config.frame[:2]:
            raise InvalidInput(f"net.frame must have sides that are multiples of {GROWN}")
        self.spread = nn.Sequential(
            nn.Linear(config.latent, config.features), nn.SiLU(),
            nn.Linear(config.features, WIDTHS[0] * self.rows * self.columns),
        )  # fmt: skip
        outs = (*WIDTHS[1:], self.planes)
        self.grow = nn.ModuleList(
            nn.Conv2d(few, 4 * many, 3, padding=1) for few, many in zip(WIDTHS, outs, strict=True)
        )

    def forward(self, z: Tensor) -> Tensor:
        """(..., latent) to (..., H, W, planes) in [0, 1]."""
        flat = z.reshape(-1, z.shape[-1])
        made = self.spread(flat).view(-1, WIDTHS[0], self.rows, self.columns)
        for grow in self.grow:
            made = nn.functional.pixel_shuffle(grow(nn.functional.silu(made)), 2)
        drawn: Tensor = made.sigmoid().permute(0, 2, 3, 1)
        return drawn.reshape(*z.shape[:-1], *self.frame[:2], self.planes)

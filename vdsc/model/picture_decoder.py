"""Pictures from latents by small convolutions, each of which makes four pixels of one."""

from __future__ import annotations

from torch import Tensor, nn

from vdsc.errors import InvalidInput
from vdsc.model.net_config import NetConfig

SIZES = 3
"""How many times pictures double in size."""

GROWN = 1 << SIZES
"""How many times as large a frame is as the smallest picture."""


class PictureDecoder(nn.Module):
    """Planes from latents.

        z --linear--> H/8 x W/8 x a --convolution--> H/4 x W/4 x b --> H/2 x W/2 x c --> planes

    A convolution says four pixels of the next size at a time, which are laid side by side; a, b and
    c are `config.widths`.

    Raises:
        InvalidInput: the sides of a frame are no multiples of 8, or there are not three widths.
    """

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.frame, self.planes, self.widths = config.frame, config.planes, config.widths
        self.rows, self.columns = config.frame[0] // GROWN, config.frame[1] // GROWN
        if (self.rows * GROWN, self.columns * GROWN) != config.frame[:2]:
            raise InvalidInput(f"net.frame must have sides that are multiples of {GROWN}")
        if len(self.widths) != SIZES:
            raise InvalidInput(f"net.widths must be {SIZES} numbers, not {len(self.widths)}")
        self.spread = nn.Sequential(
            nn.Linear(config.latent, config.features), nn.SiLU(),
            nn.Linear(config.features, self.widths[0] * self.rows * self.columns),
        )  # fmt: skip
        outs = (*self.widths[1:], self.planes)
        self.grow = nn.ModuleList(
            nn.Conv2d(few, 4 * many, 3, padding=1)
            for few, many in zip(self.widths, outs, strict=True)
        )

    def forward(self, z: Tensor) -> Tensor:
        """(..., latent) to (..., H, W, planes) in [0, 1]."""
        flat = z.reshape(-1, z.shape[-1])
        made = self.spread(flat).view(-1, self.widths[0], self.rows, self.columns)
        for grow in self.grow:
            made = nn.functional.pixel_shuffle(grow(nn.functional.silu(made)), 2)
        drawn: Tensor = made.float().sigmoid().permute(0, 2, 3, 1)
        return drawn.reshape(*z.shape[:-1], *self.frame[:2], self.planes)

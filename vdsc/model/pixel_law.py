"""The law of a pixel given what the decoder draws of it: a mixture of discretised logistics.

    level, doubt --MLP--> means, scales and shares of some logistic laws, shares of black and white

Salimans et al. 2017 let the decoder say every number of the mixture for every pixel. Here it draws
two planes, how bright a pixel is and how doubtful that is, and one small network says what mixture
that means. Tabulated, its laws are so few that a coder in integers can have them all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BRIGHTS, DOUBTS = 64, 16
"""Levels and doubts that training tabulates the law at, evenly from 0 to 1; files have more."""

VALUES = 256
WIDTH = 32
NARROWEST, WIDEST = 24.0, 12288.0
"""Scale of a logistic law at share 0, and what share 1 adds, in 1/256 grey levels."""

STRAY = 128.0
"""How far a mean may lie from the level, in grey levels."""

LEAST = 1 / 65536


class PixelLaw(nn.Module):
    """Probabilities of a pixel's 256 values by what is drawn of it.

    Args:
        parts: logistic laws of the mixture.
        frame: (H, W, C). Channels after the first have their level moved by what those before it
            turned out to be.

    `blank` is what stands for the planes where a file has no latents.
    """

    def __init__(self, parts: int, frame: tuple[int, ...]) -> None:
        super().__init__()
        height, width, channels = frame
        self.parts = parts
        self.net = nn.Sequential(
            nn.Linear(2, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU(),
            nn.Linear(WIDTH, 3 * parts + 2),
        )  # fmt: skip
        self.lean = nn.Parameter(torch.zeros(channels, channels))
        self.blank = nn.Parameter(torch.full((height, width, 2 * channels), -1.0))
        last = self.net[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.bias[parts : 2 * parts] = torch.linspace(-2.0, 1.0, parts)

    def table(self) -> Tensor:
        """Probabilities (BRIGHTS, DOUBTS, 256), each above 0 and each row summing to 1."""
        where = self.blank.device
        level = torch.linspace(0, 1, BRIGHTS, device=where)
        at = torch.cartesian_prod(level, torch.linspace(0, 1, DOUBTS, device=where))
        said = self.net(2 * at - 1)
        means, scales, shares = said.split([self.parts, self.parts, self.parts + 2], -1)
        mean = 255 * at[:, :1] + STRAY * means.tanh()
        scale = (NARROWEST + WIDEST * scales.sigmoid() ** 3) / 256
        share = shares.sigmoid() + 1e-5
        share = share / share.sum(-1, keepdim=True)
        edges = torch.arange(VALUES - 1, device=where) + 0.5
        inner = ((edges - mean[..., None]) / scale[..., None]).sigmoid()
        below = (inner * share[:, : self.parts, None]).sum(1) + share[:, -2:-1]
        below = nn.functional.pad(nn.functional.pad(below, (1, 0)), (0, 1), value=1.0)
        every = below.diff(dim=-1)
        return (every * (1 - VALUES * LEAST) + LEAST).view(BRIGHTS, DOUBTS, VALUES)

    def nats(self, planes: Tensor, x: Tensor) -> Tensor:
        """-log p of pixels x (..., C) in [0, 1] given planes (..., 2 C): (..., C).

        Between the entries of the table the law is the mixture of the four around it. Black pixels
        where nothing is drawn are looked up once.
        """
        table = self.table().reshape(-1)
        drawn = (planes.detach() > 0).any(-1) | (x > 0).any(-1)
        found = -table[0].log().expand(x.shape)
        return found.masked_scatter(drawn[..., None], self._nats(table, planes[drawn], x[drawn]))

    def _nats(self, table: Tensor, planes: Tensor, x: Tensor) -> Tensor:
        """The same of pixels (N, C), the table (BRIGHTS * DOUBTS * 256,) being known."""
        value = (x * 255).round().long()
        bright, doubt = planes.chunk(2, -1)
        moved = (bright + self.leaning(bright, x)).clamp(0, 1)
        row, rows = _between(moved, BRIGHTS)
        column, columns = _between(doubt.clamp(0, 1), DOUBTS)
        first = (row * DOUBTS + column) * VALUES + value
        found = torch.zeros_like(moved)
        for down, tall in ((0, 1 - rows), (1, rows)):
            for right, wide in ((0, 1 - columns), (1, columns)):
                at = first + (down * DOUBTS + right) * VALUES
                found = found + tall * wide * table.take(at)
        return -found.log()

    def leaning(self, bright: Tensor, x: Tensor) -> Tensor:
        """What the channels before add to each level."""
        off: Tensor = (x - bright) @ self.lean.tril(-1).T
        return off


def _between(x: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The entry below each number in [0, 1] of a table of `count`, and the share of the next."""
    at = x * (count - 1)
    low = at.detach().floor().clamp_max(count - 2)
    return low.long(), at - low

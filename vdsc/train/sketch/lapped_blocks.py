"""Blocks of lapped cosines of many clips at once, and back, on the machine's fastest device."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from vdsc.codecs.field.field_colours import PLACES, TURN
from vdsc.codecs.field.lapped import Lapped

MIDDLE = 128
_AXES = ("btyxc,st->bsyxc", "btyxc,sy->btsxc", "btyxc,sx->btysc")


class LappedBlocks:
    """The transform of clips of one shape (frames, rows, columns) into blocks of some sizes."""

    def __init__(self, shape: tuple[int, ...], sizes: tuple[int, ...]) -> None:
        self._shape, self._sizes = shape, sizes
        self.grid = tuple(-(-n // size) for n, size in zip(shape, sizes, strict=True))
        pairs = zip(self.grid, sizes, strict=True)
        self._there = [torch.from_numpy(_matrix(n, size)) for n, size in pairs]
        self._back = [torch.linalg.inv(matrix.double()).float() for matrix in self._there]
        turn = torch.from_numpy(TURN * 0.5**PLACES)
        self._colours, self._turned = turn.float(), torch.linalg.inv(turn).float()

    def forward(self, pixels: Tensor) -> Tensor:
        """Latents (n, *grid, K), in levels, of pixels (n, T, H, W, 3), which go on as they end."""
        found = (pixels.float() - MIDDLE) @ self._turned.to(pixels.device)
        for axis, (n, size) in enumerate(zip(self.grid, self._sizes, strict=True), 1):
            beyond = n * size - found.shape[axis]
            if beyond:
                last = found.narrow(axis, found.shape[axis] - 1, 1)
                found = torch.cat((found, *[last] * beyond), dim=axis)
        for said, matrix in zip(_AXES, self._there, strict=True):
            found = torch.einsum(said, found, matrix.to(pixels.device))
        (t, y, x), (a, b, c) = self.grid, self._sizes
        apart = found.reshape(-1, t, a, y, b, x, c, 3).permute(0, 1, 3, 5, 2, 4, 6, 7)
        blocks: Tensor = apart.flatten(4)
        return blocks

    def inverse(self, latents: Tensor) -> Tensor:
        """Pixels (n, T, H, W, 3), whole numbers from 0 to 255, of latents (n, *grid, K)."""
        (t, y, x), (a, b, c) = self.grid, self._sizes
        apart = latents.reshape(-1, t, y, x, a, b, c, 3).permute(0, 1, 4, 2, 5, 3, 6, 7)
        found = apart.reshape(-1, t * a, y * b, x * c, 3)
        for said, matrix in zip(_AXES, self._back, strict=True):
            found = torch.einsum(said, found, matrix.to(latents.device))
        found = found @ self._colours.to(latents.device) + MIDDLE
        some = found[:, : self._shape[0], : self._shape[1], : self._shape[2]]
        return some.round().clamp(0, 255)


@cache
def _matrix(blocks: int, size: int) -> np.ndarray:
    """What `Lapped.forward` does to an axis: (n, n) float32."""
    return Lapped.of(size).forward(np.eye(blocks * size), 0).astype(np.float32)

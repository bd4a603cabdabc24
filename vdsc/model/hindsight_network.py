"""The network of hindsight as it is trained: floats, of which integers are made at the end."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class HindsightNetwork(nn.Module):
    """See `codecs.field.hindsight`: what goes in of a block, around it, and what comes out.

    Args:
        inputs: numbers that go in of a block, the 1 left out.
        wide: numbers that a block has for those beside it.
        moved: latents to which something is added.
        axes: along which blocks have neighbours.
    """

    def __init__(self, inputs: int, wide: int, moved: int, axes: int) -> None:
        super().__init__()
        self.block = nn.Linear(inputs, wide)
        self.around = nn.Linear(3**axes * wide, wide)
        self.moves = nn.Linear(wide, moved)
        nn.init.zeros_(self.moves.weight)
        nn.init.zeros_(self.moves.bias)

    def forward(self, x: Tensor) -> Tensor:
        """What is added (n, *grid, moved), in steps, of inputs (n, *grid, inputs)."""
        hidden = functional.relu(self.block(x))
        axes = x.ndim - 2
        grid = functional.pad(hidden, (0, 0) + (1, 1) * axes)
        for axis in range(1, axes + 1):
            grid = grid.unfold(axis, 3, 1)
        # (n, *grid, wide, 3, ..., 3) -> (n, *grid, 3, ..., 3, wide): blocks beside it in C order.
        grid = grid.movedim(axes + 1, -1).flatten(axes + 1)
        moves: Tensor = self.moves(functional.relu(self.around(grid)))
        return moves

    def layers(self) -> list[Tensor]:
        """Weights (in + 1, out) of the three layers, the bias last."""
        some = (self.block, self.around, self.moves)
        return [torch.cat((layer.weight.T, layer.bias[None])).detach() for layer in some]

"""Adam for the encoder's short descents."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

TINY = 1e-8


class Adam:
    """Kingma & Ba 2015, algorithm 1, on a few leaf tensors.

    torch.optim.Adam loads torch's compiler first, which takes longer than to compress a clip.
    """

    def __init__(self, leaves: Sequence[Tensor], betas: tuple[float, float] = (0.9, 0.999)) -> None:
        self.leaves, self.betas, self.steps = leaves, betas, 0
        self.mean = [torch.zeros_like(leaf) for leaf in leaves]
        self.square = [torch.zeros_like(leaf) for leaf in leaves]

    def step(self, loss: Tensor, lr: float) -> None:
        """Move the leaves down the slope of `loss` by about `lr` each."""
        slopes = torch.autograd.grad(loss, self.leaves, materialize_grads=True)
        self.steps += 1
        first, second = (1 - beta**self.steps for beta in self.betas)
        with torch.no_grad():
            for leaf, slope, m, v in zip(self.leaves, slopes, self.mean, self.square, strict=True):
                m.lerp_(slope, 1 - self.betas[0])
                v.lerp_(slope.square(), 1 - self.betas[1])
                leaf.sub_(lr / first * m / ((v / second).sqrt() + TINY))

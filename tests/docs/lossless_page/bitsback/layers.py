"""Layers in Q20 integers."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from typing import Any

import numpy as np

from tests.docs.page_decoder import law_table

UNIT = 1 << 20
FAR = 1 << 27
Ints = np.ndarray[Any, np.dtype[np.int64]]


def logistic(x: Ints) -> Ints:
    """The logistic law of Q16 numbers, Q30."""
    table = np.array(law_table(1), np.int64)
    size = np.minimum(np.abs(x), 256 * 6144)
    i, f = size >> 8, size & 255
    upper = table[i] + ((table[np.minimum(i + 1, 6144)] - table[i]) * f >> 8)
    return np.where(x < 0, (1 << 30) - upper, upper)


def half_up(x: Ints, bits: int) -> Ints:
    """X / 2^bits, rounded half up."""
    return (x + (1 << bits >> 1)) >> bits


class Linear:
    """A linear layer, from weight (out, in) and bias (out)."""

    def __init__(self, weight: Any, bias: Any) -> None:
        wide, more = weight.astype(np.float64), bias.astype(np.float64)
        for b in range(24, 7, -1):
            w = [[round(x * 2.0**b) for x in row] for row in wide.tolist()]
            c = [round(x * 2.0 ** (b + 20)) for x in more.tolist()]
            rows = zip(w, c, strict=True)
            if all((sum(map(abs, row)) << 27) + abs(x) < 1 << 52 for row, x in rows):
                break
        else:
            raise AssertionError
        self.weight, self.bias, self.b = np.array(w, np.int64), np.array(c, np.int64), b

    def __call__(self, x: Ints) -> Ints:
        sums = np.clip(x, -FAR, FAR) @ self.weight.T + self.bias
        assert np.abs(sums).max(initial=0) < 1 << 52
        return half_up(sums, self.b)


class Layers:
    """Layers of a checkpoint by name."""

    def __init__(self, weights: dict[str, Any]) -> None:
        self.weights = weights

    def linear(self, name: str) -> Linear:
        return Linear(self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def conv(self, name: str, stride: int, pad: int) -> Any:
        """A convolution of images (T, H, W, C)."""
        kernel = self.weights[f"{name}.weight"]
        k = kernel.shape[-1]
        layer = Linear(kernel.reshape(len(kernel), -1), self.weights[f"{name}.bias"])

        def run(x: Ints) -> Ints:
            x = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
            rows = (x.shape[1] - k) // stride + 1
            columns = (x.shape[2] - k) // stride + 1
            made = []
            for i in range(rows):
                for j in range(columns):
                    part = x[:, i * stride : i * stride + k, j * stride : j * stride + k]
                    made.append(layer(part.transpose(0, 3, 1, 2).reshape(len(x), -1)))
            return np.stack(made, axis=1).reshape(len(x), rows, columns, -1)

        return run


def product(x: Ints, y: Ints) -> Ints:
    """Product of two activations."""
    return half_up(x * y, 20)


def sigmoid(x: Ints) -> Ints:
    return half_up(logistic(x >> 4), 10)


def tanh(x: Ints) -> Ints:
    return half_up(logistic(2 * x >> 4), 9) - UNIT


def silu(x: Ints) -> Ints:
    x = np.clip(x, -FAR, FAR)
    return half_up(x * logistic(x >> 4), 30)

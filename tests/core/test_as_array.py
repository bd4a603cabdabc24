"""Whatever users hold as an array."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vdsc.core.as_array import as_array
from vdsc.core.numeric_view import BFLOAT16
from vdsc.errors import InvalidInput


@pytest.mark.parametrize(
    "values",
    [
        [[1.0, 2.0]],
        torch.tensor([[1.0, 2.0]], requires_grad=True),
        torch.tensor([[1.0, 2.0]]),
        np.ma.array([[1.0, 2.0]], mask=[[False, False]]),
        np.array([[1.0, 2.0]]),
    ],
)
def test_everything_with_numbers_is_an_array(values):
    """Lists, tensors that need gradients, and masked arrays in which nothing is masked."""
    array = as_array(values)
    assert type(array) is np.ndarray
    assert array.tolist() == [[1, 2]]


def test_bfloat16_is_two_bytes():
    """A bfloat16 tensor keeps its bits."""
    tensor = torch.tensor([[1.0, -2.5]], dtype=torch.bfloat16, requires_grad=True)
    array = as_array(tensor)
    assert array.dtype == BFLOAT16
    assert array.view(np.uint16).tolist() == [[0x3F80, 0xC020]]


class Refuses:
    """An array that cannot be had, as those on a device that NumPy cannot reach."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("on \x1b[31mdevice")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([[1.0, 2.0], [3.0]], "one array: each frame as long"),
        (np.ma.array([1.0, 2.0], mask=[True, False]), r"masked values; fill it in with \.filled"),
        (torch.ones(2, 2).to_sparse(), r"to_dense"),
        (torch.ones(2).to(torch.float8_e4m3fn), r"use \.float"),
        (Refuses(), r"cannot be made an array \(on \\x1b"),
    ],
)
def test_what_is_no_array_is_refused(values, words):
    """Each has its advice, and never a TypeError or a RuntimeError."""
    with pytest.raises(InvalidInput, match=words):
        as_array(values)

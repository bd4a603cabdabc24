"""Whatever users hold as an array, as a NumPy array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.numeric_view import BFLOAT16
from vdsc.core.words import printable
from vdsc.errors import InvalidInput


def as_array(values: object, name: str = "values") -> NDArray[Any]:
    """Return the numbers of an array, a nested list, or a PyTorch tensor on any device.

    bfloat16, of PyTorch and of ml_dtypes, becomes the type V2, as NumPy writes it to files.

    Raises:
        InvalidInput: the lists are ragged, some values are masked, or it is no array.
    """
    if isinstance(values, np.ma.MaskedArray):
        if np.ma.is_masked(values):
            advice = "fill it in with .filled(...), or keep .data and .mask in two files"
            raise InvalidInput(f"{name} has masked values; {advice}")
        return _settled(values.data)
    if hasattr(values, "detach") and hasattr(values, "numpy"):
        return _of_tensor(values, name)
    try:
        return _settled(np.asarray(values))
    except MemoryError:
        raise
    except (TypeError, ValueError) as error:
        if isinstance(values, list | tuple):
            words = f"{name} must be one array: each frame as long as the others"
        else:
            words = f"{name} cannot be made an array ({_reason(error)}); give a NumPy array"
        raise InvalidInput(words) from None
    except Exception as error:
        raise InvalidInput(f"{name} cannot be made an array ({_reason(error)})") from None


def _of_tensor(tensor: Any, name: str) -> NDArray[Any]:
    """Values of a PyTorch tensor, wherever it is and whether or not it needs gradients."""
    try:
        if str(tensor.dtype) == "torch.bfloat16":
            bits: NDArray[Any] = tensor.view(_int16_like(tensor)).numpy(force=True)
            return np.ascontiguousarray(bits).view(BFLOAT16).reshape(bits.shape)
        return np.asarray(tensor.numpy(force=True))
    except (TypeError, ValueError, RuntimeError) as error:
        words = f"{name} is a tensor that NumPy has no array for ({_reason(error)})"
        raise InvalidInput(f"{words}; use .float() or .to_dense()") from None


def _int16_like(tensor: Any) -> Any:
    """PyTorch's int16, without importing PyTorch."""
    import sys

    return sys.modules["torch"].int16


def _settled(values: NDArray[Any]) -> NDArray[Any]:
    """bfloat16 of ml_dtypes as V2; every other array as it is."""
    if values.dtype.name == "bfloat16":
        return np.ascontiguousarray(values).view(BFLOAT16).reshape(values.shape)
    return values


def _reason(error: Exception) -> str:
    """The first line of an error, short and printable."""
    return printable(str(error).partition("\n")[0][:80]) or type(error).__name__

"""The end of a training run says what the model is worth, and where it is worth nothing."""

from __future__ import annotations

from vdsc.train.folder.card import summary
from vdsc.train.folder.kept_files import Worth


def worth(quality: int, learned: int) -> Worth:
    """Of three files that take 100 bytes by `linear`."""
    return Worth(quality, 3, learned, 100, (("values", "", 0.1),), 0)


def test_where_linear_is_smaller_is_said():
    """Qualities at which nothing is saved are named; where all save, nothing is added."""
    assert summary([worth(35, 101), worth(50, 100), worth(65, 99)]).endswith(
        "at equal error; the model saves nothing at quality 35, 50: use codec 'linear' there"
    )
    assert summary([worth(35, 80), worth(50, 99)]) == (
        "3 kept sequences: 0.80 at quality 35, 0.99 at quality 50 of the bytes of codec 'linear'"
        " at equal error"
    )

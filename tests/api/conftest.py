"""Everything here runs over the two tiny checkpoints."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _tiny(installed) -> None:
    """The tiny checkpoints are found by name and by shape."""

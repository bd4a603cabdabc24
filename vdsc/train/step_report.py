"""What a training run says of each of its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainStep:
    """What happened at a step: how far the run is, its loss terms, and the seconds still to go.

    step, steps: how much is done of how much, in `unit` (" s" where a run is given an amount of
    time, nothing where it counts steps). terms: nats per sequence, or what their names say.
    """

    step: int
    steps: int
    stage: str
    terms: dict[str, float]
    seconds_left: float
    unit: str = ""


ReportStep = Callable[[TrainStep], None]
"""Called after each step."""

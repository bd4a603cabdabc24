"""One window on its way into a file, and which of two codes of its knot times serves it better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vdsc.api.frames import Frames
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import window_code as vdsde
from vdsc.codecs.knots.placing import PARAMETER
from vdsc.core.sequence import Times
from vdsc.errors import InvalidInput

if TYPE_CHECKING:
    from vdsc.model.path_model import Inference, PathModel


@dataclass(frozen=True, slots=True)
class Part:
    """A window's frames (T, ...), the first one's number, and what the networks say of them.

    `paced` is dated as the networks' clock ticks, `view` as the file is.
    """

    begin: int
    frames: Frames
    paced: Inference
    view: Inference


@dataclass(frozen=True, slots=True)
class Coded:
    """A window in the codes of a file: its knots, its body, what it leaves, values as decoded."""

    coding: vdsde.Coding
    grid: vdsde.Grid
    body: bytes
    past: vdsde.Past
    values: Times

    @classmethod
    def of(
        cls,
        part: Part,
        networks: PathModel,
        coding: vdsde.Coding,
        request: vdsde.Request,
        past: vdsde.Past | None,
    ) -> Coded:
        """Place the knots, fit their values and code both; raises InvalidInput."""
        grid = vdsde.place(networks, coding, part.paced, request, part.begin)
        first = None if past is None else past.value
        price = coding.price(grid.knots, part.begin)
        z = networks.fit(part.view, grid.knots, first, price)
        if not np.isfinite(z).all():
            raise InvalidInput("the model cannot follow these values; train one on their kind")
        return cls(coding, grid, *vdsde.push(coding, grid.knots, z, part.begin, past, grid.draw))

    @property
    def size(self) -> int:
        """Bytes that depend on the code of knot times: the body's, and the header's parameter."""
        return len(self.body) + (0 if self.coding.params.rate is None else PARAMETER)

    def smaller(self, other: Coded) -> bool:
        """Whether this takes fewer bytes in all, and no more for the knot times."""
        times, others = (layout.split(one.body)[1] for one in (self, other))
        return self.size < other.size and times <= others

"""From frames to the bodies of a file of solids."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.base import Coded, Group
from vdsc.codecs.solids.rate_search import thrifty
from vdsc.codecs.solids.solid_body import to_body
from vdsc.codecs.solids.solids_header import ID
from vdsc.codecs.solids.solids_settings import SolidsSettings
from vdsc.codecs.solids.two_values import layout_of
from vdsc.codecs.solids.voxel_network import networks
from vdsc.container import Header, ModelRef
from vdsc.core.sequence import Outline
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint


class SolidsEncoder:
    """Encodes the chunks of one sequence in order; see `codecs.base.Encoder`.

    Raises InvalidInput for frames of another kind, and for more than two values.
    """

    def __init__(
        self, source: Source, outline: Outline, settings: SolidsSettings, checkpoint: Checkpoint
    ) -> None:
        self._layout = layout_of(source, outline)
        self._settings, self._checkpoint = settings, checkpoint
        self._networks = networks(checkpoint)
        self._spans = self._layout.spans()
        self._next = self._solids = self._wrong = self._both = self._either = 0

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and one-past-last frame of each chunk."""
        return self._spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """All voxels together."""
        return (Group("voxels", ""),)

    def encode(self, frames: Values) -> Coded:
        """Encode the frames (n, ...) of the next span; raises InvalidInput."""
        solids, first = self._layout.bits(frames), self._spans[self._next][0]
        _, shape = self._layout.shape(len(frames))
        with one_thread():
            made = thrifty(solids, self._networks, self._settings.share)
            plans = [one.plan for one in made]
            body = to_body(plans, [one.solid for one in made], self._networks, shape)
        decoded = np.stack([one.frame for one in made])
        self._count(solids, decoded)
        return Coded(body, self._layout.values(decoded, len(frames)), first)

    def _count(self, solids: Values, decoded: Values) -> None:
        self._next, self._solids = self._next + 1, self._solids + len(solids)
        self._wrong += int(np.count_nonzero(solids != decoded))
        self._both += int(np.count_nonzero(solids & decoded))
        self._either += int(np.count_nonzero(solids | decoded))

    def header(self) -> Header:
        """The header, which names the checkpoint."""
        model = ModelRef(self._checkpoint.name, self._checkpoint.digest)
        outline = self._layout.outline
        return Header(ID, model, outline, self._layout.params(), len(self._spans))

    def learned(self) -> None:
        """Nothing: each sequence is coded by itself."""

    def begin_with(self, learned: None, *, fresh: bool = False) -> None:
        """As always."""

    def words(self) -> str:
        """The checkpoint, how many solids there were, and how many voxels are wrong."""
        kind = "solid" if self._solids == 1 else "solids"
        said = f"{self._checkpoint.name}, {self._solids} {kind}"
        if not self._wrong:
            return said
        share = self._wrong / self._layout.outline.values
        return f"{said}, {share:.2%} of voxels wrong, overlap {self._both / self._either:.3f}"

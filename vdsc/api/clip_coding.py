"""Clip after clip by one codec: each begins with what the first one taught."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vdsc.api.encoding import Job
from vdsc.api.fidelity import Fidelity
from vdsc.api.numbers import numeric_outline, numeric_source
from vdsc.api.report import Report
from vdsc.api.verifying import plain
from vdsc.codecs.base import Coded, Encoder
from vdsc.container import Header
from vdsc.container.clip_record import Clip, check_frames
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import VdscError
from vdsc.io.source import Source

FAULT = "a clip did not decode to its values; please report this input as a bug"


TRIALS = 3
"""Clips more that one way must have won to be taken untried."""


@dataclass(frozen=True, eq=False)
class _Made:
    """A clip that is coded: its header, its chunks, and the frames that they decode to."""

    encoder: Encoder
    header: Header
    bodies: list[bytes]
    decoded: Values
    coded: list[Coded]
    fresh: bool

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies))


class ClipCoder:
    """Encodes clips in order, and decodes each by a decoder that knows what a reader knows.

    Args:
        job: what codes them.
        taught: what the first clip of their collection taught, where it is coded already.
        like: a sequence whose frames have the shape and the type of theirs.
    """

    def __init__(self, job: Job, taught: Any = None, like: Outline | None = None) -> None:
        self.job = job
        self._taught = self._decoded = taught
        self._like = like
        self.fidelity: Fidelity | None = None
        self.knots = self._lead = 0
        self.words = ""

    def clip(self, source: Source, outline: Outline, scored: int | None = None) -> Clip:
        """The next clip; raises VdscError. scored: how many of its frames are its own."""
        self._like = outline if self._like is None else self._like
        check_frames(self._like, outline)
        source, coded_as = numeric_source(source), numeric_outline(outline)
        made = self._best(source, coded_as)
        decoder_learned = self._verified(made) if self.job.verify else None
        if self._taught is None:
            self._taught, self._decoded = made.encoder.learned(), decoder_learned
        self.words = self.words or made.encoder.words()
        self._score(made, source, coded_as, scored)
        return Clip(replace(made.header, outline=outline), made.bodies, source.meta, made.fresh)

    def _best(self, source: Source, outline: Outline) -> _Made:
        """A clip that begins with what the first one taught, or as that, whichever is smaller.

        Both are tried until one has been smaller more often by TRIALS.
        """
        if self._taught is None:
            return self._made(source, outline, fresh=False)
        if abs(self._lead) >= TRIALS:
            return self._made(source, outline, fresh=self._lead < 0)
        one, other = (self._made(source, outline, fresh=fresh) for fresh in (False, True))
        better = one.size <= other.size + 1
        self._lead += 1 if better else -1
        return one if better else other

    def _made(self, source: Source, outline: Outline, *, fresh: bool) -> _Made:
        """The chunks of a clip, and the frames that they decode to."""
        encoder = self.job.codec.encoder(source, outline, self.job.settings)
        encoder.begin_with(self._taught, fresh=fresh)
        coded = [encoder.encode(source.read(begin, end)) for begin, end in encoder.spans]
        bodies = [one.body for one in coded]
        decoded = np.concatenate([one.decoded for one in coded])
        return _Made(encoder, encoder.header(), bodies, decoded, coded, fresh=fresh)

    def report(self, frames: int, raw_bytes: int, size: int, seconds: float) -> Report:
        """What all clips achieved together, in a file of so many bytes."""
        fidelity = self.fidelity
        assert fidelity is not None
        return Report(
            codec=self.job.codec.id,
            made_by=self.words,
            frames=frames,
            raw_bytes=raw_bytes,
            file_bytes=size,
            bits_per_value=8 * size / max(fidelity.values, 1),
            psnr=fidelity.psnr,
            groups=fidelity.groups,
            warnings=fidelity.warnings,
            seconds=seconds,
            lossless=fidelity.exact,
            verified=self.job.verify,
            snr=fidelity.snr,
            knots=self.knots,
        )

    def _score(self, made: _Made, source: Source, outline: Outline, scored: int | None) -> None:
        """Count the errors of a clip's own frames, which are its first ones."""
        if self.fidelity is None:
            self.fidelity = Fidelity(made.encoder.groups, outline)
        self.knots += sum(one.knots for one in made.coded)
        decoded = made.decoded[:scored]
        self.fidelity.add(source.read(0, len(decoded)), decoded)

    def _verified(self, made: _Made) -> Any:
        """What a decoder has learned of the chunks; raises VdscError if it gives other frames."""
        decoder = self.job.codec.decoder(made.header)
        decoder.begin_with(None if made.fresh else self._decoded)
        wanted = Instants(made.header.outline, own=True)
        found = [frames for body in made.bodies for frames in decoder.decode(body, wanted)]
        if plain(np.concatenate(found)) != plain(made.decoded):
            raise VdscError(FAULT)
        return decoder.learned()

"""Clip after clip, each in the smallest way: most begin with what the first one taught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vdsc.api.clip_ways import NoWay, Variant, Way, Ways
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
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.source import Source

MOST_WORDS = 3
"""How many ways of coding clips a report names."""

FAULT = "a clip did not decode to its values; please report this input as a bug"


@dataclass(frozen=True, eq=False)
class _Made:
    """A clip that is coded: how, its header, its chunks, and the frames that they decode to."""

    way: Way
    encoder: Encoder
    header: Header
    bodies: list[bytes]
    decoded: Values
    coded: list[Coded]

    @property
    def size(self) -> int:
        """Bytes of its chunks."""
        return sum(map(len, self.bodies))


class ClipCoder:
    """Encodes clips in order, and decodes each by a decoder that knows what a reader knows.

    Args:
        variants: what may code them, the most likely first.
        like: a sequence whose frames have the shape and the type of theirs.
        numbers: how many variants their collection has.
    """

    def __init__(
        self, variants: Sequence[Variant], like: Outline | None = None, numbers: int = 0
    ) -> None:
        self.job = variants[0].job
        self._ways = Ways(variants, numbers)
        self._like = like
        self.fidelity: Fidelity | None = None
        self.knots = 0
        self._used = Counter[str]()

    def clip(self, source: Source, outline: Outline, scored: int | None = None) -> Clip:
        """The next clip; raises VdscError. scored: how many of its frames are its own."""
        self._like = outline if self._like is None else self._like
        check_frames(self._like, outline)
        source, coded_as = numeric_source(source), numeric_outline(outline)
        made = self._best(source, coded_as)
        variant = made.way.variant
        learned = self._verified(made) if variant.job.verify else None
        if variant.taught is None:
            variant.taught, variant.decoded = made.encoder.learned(), learned
            variant.teaches = variant.taught is not None
        variant.header = variant.header or made.header
        self._used[made.encoder.words().split(", ")[0]] += 1
        self._score(made, source, scored)
        header = replace(made.header, outline=outline)
        number = variant.number or 0
        return Clip(header, made.bodies, source.meta, made.way.fresh, number)

    def _best(self, source: Source, outline: Outline) -> _Made:
        """The smallest of what the ways make of a clip; raises VdscError if none takes it."""
        faults: list[InvalidInput] = []

        def make(way: Way) -> _Made | None:
            try:
                made = self._made(way, source, outline)
            except InvalidInput as why:
                faults.append(why)
                return None
            return None if self._ways.known(way, made.header) else made

        try:
            return self._ways.best(outline.values, make)
        except NoWay:
            raise faults[0] from None

    def _made(self, way: Way, source: Source, outline: Outline) -> _Made:
        """The chunks of a clip, and the frames that they decode to."""
        job = way.variant.job
        encoder = job.codec.encoder(source, outline, job.settings)
        encoder.begin_with(way.variant.taught, fresh=way.fresh)
        coded = [encoder.encode(source.read(begin, end)) for begin, end in encoder.spans]
        if self.fidelity is None:
            self.fidelity = Fidelity(encoder.groups, outline)
        bodies = [one.body for one in coded]
        decoded = np.concatenate([one.decoded for one in coded])
        return _Made(way, encoder, encoder.header(), bodies, decoded, coded)

    def report(self, frames: int, raw_bytes: int, size: int, seconds: float) -> Report:
        """What all clips achieved together, in a file of so many bytes."""
        fidelity = self.fidelity
        assert fidelity is not None
        return Report(
            codec=self.job.codec.id,
            made_by=", ".join(name for name, _ in self._used.most_common(MOST_WORDS)),
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

    def _score(self, made: _Made, source: Source, scored: int | None) -> None:
        """Count the errors of a clip's own frames, which are its first ones."""
        assert self.fidelity is not None
        self.knots += sum(one.knots for one in made.coded)
        decoded = made.decoded[:scored]
        self.fidelity.add(source.read(0, len(decoded)), decoded)

    def _verified(self, made: _Made) -> Any:
        """What a decoder has learned of the chunks; raises VdscError if it gives other frames."""
        decoder = made.way.variant.job.codec.decoder(made.header)
        decoder.begin_with(None if made.way.fresh else made.way.variant.decoded)
        wanted = Instants(made.header.outline, own=True)
        found = [frames for body in made.bodies for frames in decoder.decode(body, wanted)]
        if plain(np.concatenate(found)) != plain(made.decoded):
            raise VdscError(FAULT)
        return decoder.learned()

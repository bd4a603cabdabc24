"""From a source to a .vds file, by any codec: chunk after chunk, so memory stays as it is.

Each chunk is decoded as it is made, by a decoder that knows nothing but the header of the file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from vdsc.api import attempts
from vdsc.api.fidelity import Fidelity
from vdsc.api.numbers import numeric_outline, numeric_source
from vdsc.api.report import Report
from vdsc.api.verifying import Verifier
from vdsc.codecs import registry
from vdsc.codecs.base import Codec, Encoder, Group
from vdsc.container import Writer
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

Progress = Callable[[int, int], None]


class Larger(Exception):
    """The file has become larger than it was worth."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be coded and how: a codec with its settings, and whether chunks are decoded."""

    codec: Codec
    settings: Any
    verify: bool = True

    def write(
        self,
        source: Source,
        outline: Outline,
        stream: BinaryIO,
        *,
        most: int | None = None,
        progress: Progress | None = None,
        groups: tuple[Group, ...] | None = None,
    ) -> Report:
        """Write the .vds file of a source; raises VdscError, or Larger beyond `most` bytes.

        groups: whose errors are measured, where they are not those of the codec.
        """
        began, out = time.perf_counter(), Counted(stream, most)
        note = attempts.begin(self.codec.id, self.settings, outline.frames)
        source, coded_as = numeric_source(source), numeric_outline(outline)
        encoder = self.codec.encoder(source, coded_as, self.settings)
        fidelity = Fidelity(encoder.groups if groups is None else groups, coded_as)
        writer, knots = cast("Writer | None", None), 0
        with Verifier(self.codec, wanted=self.verify) as verifier:
            for begin, end in encoder.spans:
                frames = source.read(begin, end)
                coded = encoder.encode(frames)
                if writer is None:
                    header = replace(encoder.header(), outline=outline)
                    file = cast("BinaryIO", out)
                    writer = Writer(file, header, source.meta, fold=registry.fold)
                    verifier.begin(encoder.header())
                writer.chunk(coded.body)
                note.chunk(out.count)
                verifier.add(coded)
                knots += coded.knots
                fidelity.add(frames[coded.first - begin :][: len(coded.decoded)], coded.decoded)
                if progress:
                    progress(end, outline.frames)
            verifier.end()
        assert writer is not None
        writer.close()
        note.end(out.count)
        seconds = time.perf_counter() - began
        return _report(
            self, encoder, outline, fidelity, size=out.count, knots=knots, seconds=seconds
        )


class Counted:
    """A stream that counts what is written to it, and raises Larger beyond `most` bytes."""

    def __init__(self, stream: BinaryIO, most: int | None = None) -> None:
        self.stream, self.count, self._most = stream, 0, most

    def write(self, data: bytes) -> int:
        """Pass `data` on."""
        self.count += len(data)
        if self._most is not None and self.count > self._most:
            raise Larger
        return self.stream.write(data)


def _report(
    job: Job,
    encoder: Encoder,
    outline: Outline,
    fidelity: Fidelity,
    *,
    size: int,
    knots: int,
    seconds: float,
) -> Report:
    return Report(
        codec=job.codec.id,
        made_by=encoder.words(),
        frames=outline.frames,
        raw_bytes=outline.raw_bytes,
        file_bytes=size,
        bits_per_value=8 * size / outline.values,
        psnr=fidelity.psnr,
        groups=fidelity.groups,
        warnings=fidelity.warnings,
        seconds=seconds,
        lossless=fidelity.exact,
        verified=job.verify,
        snr=fidelity.snr,
        knots=knots,
    )

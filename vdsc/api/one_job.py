"""The job for all parts of a sequence, and the jobs for many clips: what suits some of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from vdsc.api import jobs
from vdsc.api.choice import chosen
from vdsc.api.clip_ways import lossless_apart
from vdsc.api.encoding import Job
from vdsc.api.joints import JointBound
from vdsc.api.smallest import or_exact, spool
from vdsc.codecs.lossless.checkpoint_choice import candidate_names
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source

EXACT = "lossless"
"""The codec that finds its checkpoint by itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks for; the fields are options of `requests.encode`."""

    fps: Fraction | None = None
    times: Times | None = None
    codec: str = ""
    lossless: bool = False
    max_error: str | float | tuple[float, ...] | None = None
    missing: str | None = None
    verify: bool = True
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, options: dict[str, Any]) -> Asked:
        """Those of `requests.encode`; raises InvalidInput for what only one whole file keeps."""
        given = {key: value for key, value in options.items() if value is not None}
        for name in ("psnr", "target_size"):
            if name in given:
                words = f"{name} is for single files"
                raise InvalidInput(f"{words}; give a collection a quality or a max_error")
        if JointBound.of(given.get("max_error"), str(given.pop("unit", ""))) is not None:
            words = "a bound on joints is for single files"
            raise InvalidInput(f"{words}; promise an error of the values, such as 0.1")
        known = cls.__dataclass_fields__.keys() - {"settings"}
        own = {key: given.pop(key) for key in known & given.keys()}
        return cls(**own, settings=given)

    def outline(self, source: Source) -> Outline:
        """The outline of a source, dated as asked."""
        return jobs.dated(source, str(self.settings.get("model", "")), self.fps, self.times)


def one_job(asked: Asked, source: Source, begin: int = 0, count: int | None = None) -> Job:
    """The job that suits a source, or so many of its frames; raises InvalidInput.

    What is tried, is tried on those frames.
    """
    if count is not None and count < source.shape[0]:
        asked, source = _part(asked, source, begin, count)
    tried = _tried(asked, source)
    free = _free(asked, source)
    job = _smallest(tried, asked, source.plain or source) if len(tried) > 1 else tried[0]
    return _or_exact(job, asked, source) if free and job.codec.id != EXACT else job


def ways(asked: Asked, source: Source) -> list[Job]:
    """The jobs that a file of a source alone is made by, the most likely first.

    The first one's frames are what all others are given. Raises InvalidInput.
    """
    outline = asked.outline(source)
    if asked.codec == EXACT:
        return _apart(jobs.job(EXACT, asked.settings, verify=asked.verify), outline)
    exact = asked.lossless and not asked.codec
    tried = [] if exact else _tried(asked, source)
    if not (exact or _free(asked, source)):
        return tried
    lossy = [job for job in tried if job.codec.id != EXACT]
    settings, plain = asked.settings if exact else {}, source.plain or source
    every = jobs.exact(outline, settings, verify=asked.verify, source=plain)
    return lossy + [one for job in every for one in _apart(job, outline)]


def _apart(job: Job, outline: Outline) -> list[Job]:
    """A job; one without loss, that may take any checkpoint, once for each that may help."""
    if job.codec.id != EXACT or job.settings.checkpoints is not None:
        return [job]
    return lossless_apart(job, candidate_names(outline))


def _free(asked: Asked, source: Source) -> bool:
    """Whether a clip may come without loss where that is smaller."""
    if asked.codec or asked.lossless:
        return False
    return asked.max_error is not None or not _gaps(asked, source)


def _gaps(asked: Asked, source: Source) -> bool:
    return jobs.has_gaps(source.plain or source, asked.missing)


def _tried(asked: Asked, source: Source) -> list[Job]:
    """The jobs that may do what is asked, all but those without loss in the place of some."""
    gaps = _gaps(asked, source)
    if asked.max_error is not None or asked.codec == jobs.BOUNDED:
        if asked.codec not in {"", jobs.BOUNDED}:
            raise InvalidInput(f"codec {asked.codec!r} promises no error; leave it out")
        bound = {} if asked.max_error is None else {"max_error": asked.max_error}
        tried = jobs.bounded(asked.settings | bound, verify=asked.verify)
        return [jobs.with_gaps(job) for job in tried] if gaps else tried
    codec = asked.codec or (EXACT if asked.lossless else jobs.PLAIN if gaps else "")
    if codec:
        job = jobs.job(codec, asked.settings, verify=asked.verify)
        return [jobs.with_gaps(job) if gaps else job]
    choice = chosen(source, asked.settings, asked.fps, asked.times, verify=asked.verify)
    if choice.done is not None:
        choice.done[0].close()
    return [choice.job or jobs.job(EXACT, {}, verify=asked.verify)]


def _part(asked: Asked, source: Source, begin: int, count: int) -> tuple[Asked, Source]:
    """Some frames of a source, at its mean rate, and the same wish for them."""
    outline = asked.outline(source)
    plain = source.plain and excerpt(source.plain, outline, begin, count)[0]
    some = replace(excerpt(source, outline, begin, count)[0], plain=plain)
    return replace(asked, fps=outline.mean_rate, times=None), some


def _or_exact(job: Job, asked: Asked, source: Source) -> Job:
    """A job, or the one without loss where its file of a source is smaller."""
    seen = viewed(job, source)
    outline = asked.outline(seen)
    with spool() as made:
        report = job.write(seen, outline, made)
        report = or_exact(report, made, seen, outline, None)
    return jobs.job(EXACT, {}, verify=asked.verify) if report.lossless else job


def viewed(job: Job, source: Source) -> Source:
    """A source as a codec takes it: as a checkpoint's frames, or as the file has them."""
    return source if job.codec.id == jobs.LEARNED else source.plain or source


def _smallest(tried: list[Job], asked: Asked, source: Source) -> Job:
    """The job whose file of a source is smallest; raises InvalidInput if none takes it."""
    best, least, fault = None, 0, None
    for job in tried:
        try:
            with spool() as made:
                size = job.write(source, asked.outline(source), made).file_bytes
        except InvalidInput as why:
            fault = why
            continue
        if best is None or size < least:
            best, least = job, size
    if best is None:
        assert fault is not None
        raise fault
    return best

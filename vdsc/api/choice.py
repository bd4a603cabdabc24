"""The codec with loss that does best by a source, where the user names none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from vdsc.api.encoding import Job
from vdsc.api.field_choice import FIELD, as_field
from vdsc.api.jobs import LEARNED, PLAIN, dated, job, offer
from vdsc.api.report import Report
from vdsc.api.rival import rival
from vdsc.api.smallest import spool
from vdsc.api.solids_choice import as_solids
from vdsc.api.sprite_choice import as_sprites
from vdsc.codecs.base import Group
from vdsc.codecs.knots import checkpoints
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source
from vdsc.model import store

SAMPLE = 1024
"""Frames from the beginning by which a checkpoint is compared with the plain codec."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What codes a source, and why; no job where no codec with loss takes it.

    done: its file, and what that achieves, where it is made already. groups: whose errors are
    measured, where the codec knows none. asked: whether the settings ask for this codec.
    """

    job: Job | None
    source: Source
    outline: Outline
    words: str = ""
    done: tuple[Any, Report] | None = None
    groups: tuple[Group, ...] | None = None
    asked: bool = False


def chosen(
    source: Source,
    settings: dict[str, Any],
    fps: Fraction | None,
    times: Times | None,
    *,
    verify: bool,
) -> Choice:
    """A checkpoint's codec where that does better, or is asked for; else the plain one."""
    model = str(settings.get("model", ""))
    if model and store.by_name(model).kind in {store.FIELD, store.IMPLICIT, store.SKETCH}:
        asked = job(FIELD, settings, verify=verify)
        plain_source = source.plain or source
        return Choice(asked, plain_source, dated(plain_source, "", fps, times), asked=True)
    sprites = as_sprites(source, settings, fps, times, verify=verify)
    if sprites is not None:
        found, seen, outline, done = sprites
        return Choice(found, seen, outline, done=done)
    solids = as_solids(source, settings, fps, times, verify=verify)
    if solids is not None:
        return Choice(*solids, "of two values along three axes", asked=True)
    learned, plain = (offer(name, settings, verify=verify) for name in (LEARNED, PLAIN))
    if learned is None and plain is None:
        job(LEARNED, settings, verify=verify)  # says what is wrong with them
    if learned is not None and plain is None:
        return Choice(learned, source, dated(source, model, fps, times), asked=True)
    assert plain is not None
    if learned is not None and checkpoints.fitting(source.shape, source.dtype):
        return _better(learned, plain, source, fps, times)
    return _plain(plain, source.plain or source, fps, times)


def _plain(job: Job, source: Source, fps: Fraction | None, times: Times | None) -> Choice:
    """The codec without a checkpoint; raises ModelMissing where one is damaged that might fit."""
    store.complain()
    outline = dated(source, "", fps, times)
    if source.dtype.kind not in "fiu":
        return Choice(None, source, outline, f"no codec with loss takes {source.dtype}")
    frame = ", ".join(map(str, source.shape[1:])) or "1"
    frames = f"{outline.frames:,} frames of ({frame}) {source.dtype}"
    field = as_field(source, outline, job)
    if field is not None:
        return Choice(field[0], source, outline, field[1])
    return Choice(job, source, outline, f"no model takes {frames}")


def _better(
    learned: Job, plain: Job, source: Source, fps: Fraction | None, times: Times | None
) -> Choice:
    """The smaller at equal error, judged by the first frames."""
    outline = dated(source, "", fps, times)
    some, part = excerpt(source, outline, 0, SAMPLE)
    made = spool()
    try:
        report = learned.write(some, part, made)
    except InvalidInput as fault:
        made.close()
        plainly = _plain(plain, source.plain or source, fps, times)
        return replace(plainly, words=f"the model was not used: {fault}")
    except BaseException:
        made.close()
        raise
    found = rival(some, part, report, plain.settings)
    if found is None and part is outline:
        return Choice(learned, source, outline, done=(made, report))
    made.close()
    if found is None:
        return Choice(learned, source, outline)
    job = replace(plain, settings=found.settings)
    return Choice(job, source, outline, found.words, groups=found.groups)

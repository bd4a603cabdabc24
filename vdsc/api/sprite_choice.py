"""Whether a source is a clip of sprites, which the codec of sprites tells in the fewest bytes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from vdsc.api.encoding import Job
from vdsc.api.jobs import SPRITES, dated, offer
from vdsc.api.report import Report
from vdsc.api.smallest import spool
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput, ModelMissing
from vdsc.io.source import Source
from vdsc.model import store

Found = tuple[Job, Source, Outline, tuple[Any, Report]]


def as_sprites(
    source: Source,
    settings: dict[str, Any],
    fps: Fraction | None,
    times: Times | None,
    *,
    verify: bool,
) -> Found | None:
    """The job for a clip of sprites, its file and what that achieves; None for anything else.

    A model that is named must know sprites.
    """
    job, name = offer(SPRITES, settings, verify=verify), str(settings.get("model", ""))
    if job is None or not knows_sprites(name):
        return None
    source = source.plain or source
    outline = dated(source, name, fps, times)
    made = spool()
    try:
        report = job.write(source, outline, made)
    except (InvalidInput, ModelMissing):
        made.close()
        return None
    except BaseException:
        made.close()
        raise
    return job, source, outline, (made, report)


def knows_sprites(name: str) -> bool:
    """Whether a model is one of sprites, or of paths that draw them; "" for any of the former.

    Raises ModelMissing where there is no such model.
    """
    if not name:
        return any(one.kind == store.SPRITES for one in store.installed())
    found = store.by_name(name)
    net = found.settings.get("net", {})
    return found.kind == store.SPRITES or net.get("decoder") == "sprites"

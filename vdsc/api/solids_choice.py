"""Whether a source is solids, which their own codec tells with few voxels wrong."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from vdsc.api.encoding import Job
from vdsc.api.jobs import SOLIDS, dated, offer
from vdsc.api.two_valued import two_valued
from vdsc.core.sequence import Outline, Times
from vdsc.io.source import Source
from vdsc.model import store


def as_solids(
    source: Source,
    settings: dict[str, Any],
    fps: Fraction | None,
    times: Times | None,
    *,
    verify: bool,
) -> tuple[Job, Source, Outline] | None:
    """The job for an array of two values; None for anything else, and if another model is named."""
    job, name = offer(SOLIDS, settings, verify=verify), str(settings.get("model", ""))
    if job is None or (name and store.by_name(name).kind != store.SOLIDS):
        return None
    source = source.plain or source
    outline = dated(source, name, fps, times)
    return (job, source, outline) if two_valued(source, outline) else None

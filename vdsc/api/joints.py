"""A promise in centimetres: how far a skeleton may be from where it was, at every joint."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, BinaryIO

from vdsc.api import jobs
from vdsc.api.decoding import decode
from vdsc.api.encoding import Job, Progress
from vdsc.api.report import GroupError, Report
from vdsc.api.smallest import copy, spool
from vdsc.core.sequence import Times
from vdsc.core.skin import Skin
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.source import Source

ARM = 3.0
"""Centimetres from a joint to each of the three points beside it, as ACL measures."""

LENGTHS = {"mm": 0.1, "cm": 1.0, "m": 100.0, "in": 2.54}
_LENGTH = re.compile(r"([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?) *(mm|cm|m|in)")


def centimetres(text: object) -> float | None:
    """A length such as "0.01cm" or "2 mm" in centimetres, None for what is no length."""
    match = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    return None if match is None else float(match[1]) * LENGTHS[match[2]]


@dataclass(frozen=True, slots=True)
class JointBound:
    """Centimetres that no point may be off by, and that a unit of the file's positions is."""

    most: float
    unit: float
    given: bool

    @classmethod
    def of(cls, max_error: object, unit: str) -> JointBound | None:
        """What is asked for; None if no length is. Raises InvalidInput."""
        most, one = centimetres(max_error), centimetres(unit or "1cm")
        if most is None:
            if unit:
                raise InvalidInput("a unit is for errors that are lengths, such as 0.01cm")
            return None
        if not one or not 0 < one < 1e9:
            raise InvalidInput(f"{unit!r:.40} is no length; write 5.644cm, or 1 in")
        if not 0 < most < 1e9:
            raise InvalidInput("an error must be a length above zero, such as 0.01cm")
        return cls(most, one, bool(unit))

    def write(
        self,
        source: Source,
        stream: BinaryIO,
        *,
        fps: Fraction | None,
        times: Times | None,
        verify: bool,
        progress: Progress | None,
        base: str = "",
    ) -> Report:
        """Write the .vds file of a source with a skeleton; raises VdscError."""
        from vdsc.codecs.bounded.joint_codec import JointCodec, JointSettings
        from vdsc.io.bvh import skeleton_of

        if source.meta is None or source.meta.format != "bvh":
            words = f"{source.name} has no skeleton whose joints could be off by a length"
            raise InvalidInput(f"{words}; compress a .bvh file, or give a number without a unit")
        skin = Skin(skeleton_of(source.meta), ARM / self.unit)
        outline = jobs.dated(source, "", fps, times)
        codec: Any = JointCodec()
        settings = JointSettings(skin, self.most / self.unit, (base,) if base else jobs.BASES)
        with spool() as made:
            report = Job(codec, settings, verify).write(source, outline, made, progress=progress)
            made.seek(0)
            error = self._measured(source, made, skin)
            copy(made, stream)
        return replace(report, groups=(error,), warnings=self._warnings(), chosen=self._chosen())

    def _measured(self, source: Source, made: BinaryIO, skin: Skin) -> GroupError:
        """How far points are off in what a file decodes to; raises VdscError beyond the bound."""
        total, worst, where, done = 0.0, 0.0, 0, 0
        for frames in decode(made):
            wanted = source.read(done, done + len(frames)).astype("f8")
            off = skin.apart(wanted, frames.astype("f8")) * self.unit
            total += float(off.sum())
            if float(off.max()) > worst:
                worst, where = float(off.max()), done + int(off.max(axis=1).argmax())
            done += len(frames)
        points = 3 * len(skin.skeleton.joints)
        if not worst <= self.most * (1 + 1e-9):
            raise VdscError("a joint is farther off than was promised; please report this as a bug")
        return GroupError("joints", "cm", total / (done * points), worst, frame=where)

    def _chosen(self) -> str:
        return f"three points {ARM:g} cm from every joint, 1 unit = {self.unit:g} cm"

    def _warnings(self) -> tuple[str, ...]:
        words = "1 unit of the file is taken for 1 cm; --unit says what else it is, such as 5.644cm"
        return () if self.given else (words,)

"""The ways to code the clips of one collection, and which of them are tried on the next clip.

A way is a job, and whether a clip begins with what the job's first clip taught, or fresh. Each is
tried on every clip until it has lost TRIALS times in a row; from then on only on clips that are
larger than what it made of clips before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from vdsc.api.encoding import Job
from vdsc.container import Header
from vdsc.container.clip_variants import same

TRIALS = 3
"""Clips in a row by which a way must have lost to be left out."""

RECORD = 64
"""Bytes that a new variant must spare: its record takes about as many."""


class NoWay(Exception):
    """Nothing can code a clip."""


@dataclass(eq=False)
class Variant:
    """A job, the number in the file of what it makes, and what its first clip taught.

    number: None until a clip is made so. header: of that clip. teaches: whether its codec learns
    anything. spared: bytes that it would have spared so far.
    """

    job: Job
    number: int | None = None
    header: Header | None = None
    taught: Any = None
    decoded: Any = None
    teaches: bool = True
    spared: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """How a clip is coded."""

    variant: Variant
    fresh: bool

    @property
    def ready(self) -> bool:
        """Whether a clip may be coded so: what is not begun yet, or learns nothing, has one way."""
        variant = self.variant
        return not self.fresh or (variant.number is not None and variant.teaches)

    @property
    def extra(self) -> int:
        """Bytes of a clip beside its chunks."""
        return int(self.fresh) + int(bool(self.variant.number))


class Sized(Protocol):
    """A clip that is coded, in some way, in so many bytes."""

    @property
    def way(self) -> Way:
        """How it is coded."""
        ...

    @property
    def size(self) -> int:
        """Bytes of its chunks."""
        ...


M = TypeVar("M", bound=Sized)


class Ways:
    """All ways to code the clips of a collection.

    Args:
        variants: what they may be coded by, the most likely first.
        numbers: how many variants the file has.
    """

    def __init__(self, variants: Iterable[Variant], numbers: int = 0) -> None:
        self._all = [Way(one, fresh) for one in variants for fresh in (False, True)]
        self._lost, self._spent = dict.fromkeys(self._all, 0), {way: [0, 0] for way in self._all}
        self._numbers = numbers

    def best(self, values: int, make: Callable[[Way], M | None]) -> M:
        """The smallest clip of so many values that `make` makes; None is what it cannot make.

        Its way is settled: a variant that is new has a number then. Raises NoWay if none can.
        """
        ready = [way for way in self._all if way.ready]
        tried = [way for way in ready if self._lost[way] < TRIALS]
        made = self._tried(tried, values, make)
        least = min(map(_cost, made), default=None)
        rest = [way for way in ready if way not in tried and self._hopes(way, values, least)]
        made += self._tried(rest, values, make)
        if not made:
            raise NoWay
        return self._settled(made)

    def _tried(self, ways: list[Way], values: int, make: Callable[[Way], M | None]) -> list[M]:
        """What is made in some ways, which is noted."""
        made = [one for way in ways if (one := make(way)) is not None]
        for one in made:
            spent = self._spent[one.way]
            spent[0] += _cost(one)
            spent[1] += values
        return made

    def _hopes(self, way: Way, values: int, least: int | None) -> bool:
        """Whether a way usually takes fewer bytes than `least` for so many values."""
        size, count = self._spent[way]
        return least is None or size * values < least * count

    def known(self, way: Way, header: Header) -> bool:
        """Whether a clip with this header, of a variant that is new, is of another one."""
        others = (one.variant.header for one in self._all if one.variant is not way.variant)
        new = way.variant.number is None
        return new and any(one is not None and same(one, header) for one in others)

    def _settled(self, made: list[M]) -> M:
        """The smallest of some, unless it begins a variant that has not spared its record yet."""
        best = min(made, key=_cost)
        for one in made:
            self._lost[one.way] = 0 if one is best else self._lost[one.way] + 1
        known = [one for one in made if one.way.variant.number is not None]
        variant = best.way.variant
        if variant.number is None and self._numbers:
            least = min(known, key=_cost) if known else None
            variant.spared += RECORD + 1 if least is None else _cost(least) - _cost(best)
            if least is not None and variant.spared <= RECORD:
                return least
        if variant.number is None:
            variant.number = self._numbers
            self._numbers += 1
        return best


def _cost(made: Sized) -> int:
    return made.size + made.way.extra


def variants(jobs: Iterable[Job]) -> list[Variant]:
    """What clips may be coded by that nobody has coded yet."""
    return [Variant(job) for job in jobs]


def lossless_apart(job: Job, names: Iterable[str]) -> list[Job]:
    """A lossless job without a checkpoint, and one for each that may help."""
    own = [replace(job.settings, checkpoints=(name,), arrays=False) for name in names]
    plain = replace(job.settings, checkpoints=())
    return [replace(job, settings=one) for one in (plain, *own)]

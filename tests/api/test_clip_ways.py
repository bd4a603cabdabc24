"""Which ways are tried on the clips of a collection, and which is taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from vdsc.api.clip_ways import RECORD, TRIALS, NoWay, Variant, Way, Ways
from vdsc.api.encoding import Job

JOBS = [Job(None, name) for name in ("one", "other")]


@dataclass
class Made:
    """A clip of so many bytes."""

    way: Way
    size: int


def coded(clips, *, teaches=True):
    """The ways that clips are coded in, given their sizes by each, and how often each was tried.

    clips: of each one, the sizes by both jobs, and what a clip is larger without what is taught.
    """
    variants = [Variant(job, teaches=teaches) for job in JOBS]
    ways, tried, taken = Ways(variants), Counter(), []
    for *sizes, more in clips:

        def make(way, sizes=tuple(sizes), more=more):
            number = variants.index(way.variant)
            tried[number, way.fresh] += 1
            if sizes[number] is None:
                return None
            alone = way.fresh or way.variant.number is None
            return Made(way, sizes[number] + more * alone)

        taken.append(ways.best(1000, make))
    return taken, tried, variants


def test_what_is_taught_is_used_where_it_helps():
    """And what has lost three times in a row is not tried any more on clips of the usual size."""
    taken, tried, _ = coded([(100, 300, 20)] * 20)
    assert [one.way.fresh for one in taken] == [False] * 20
    assert tried[0, True] == TRIALS
    assert tried[1, False] == TRIALS
    taken, _, _ = coded([(100, 300, -20)] * 20)
    assert [one.way.fresh for one in taken] == [False] + [True] * 19


def test_each_clip_has_the_smallest_way():
    """Of clips of two kinds each comes out as small as may be, once the second has begun."""
    rng = np.random.default_rng(3)
    clips = [(300, 540, 5) if kind else (2000, 560, 5) for kind in rng.integers(0, 9, 200)]
    taken, tried, variants = coded(clips)
    assert sum(one.size for one in taken) <= sum(min(a, b) + 5 for a, b, _ in clips)
    assert sum(tried.values()) < 2 * 200
    assert sorted(variant.number for variant in variants) == [0, 1]


def test_a_variant_begins_where_it_spares_its_record():
    """Not for a few bytes of one clip, but for those of many."""
    taken, _, variants = coded([(100, 200, 0), (100, 90, 0), (100, 90, 0), (100, 200, 0)])
    assert variants[1].number is None
    assert [one.size for one in taken] == [100] * 4
    taken, _, variants = coded([(100, 200, 0)] + [(100, 80, 0)] * 9)
    assert variants[1].number == 1
    assert [one.size for one in taken] == [100] * (RECORD // 20 + 1) + [80] * (9 - RECORD // 20)


def test_what_learns_nothing_has_one_way():
    """A clip is not coded twice where that gives the same."""
    _, tried, _ = coded([(100, 300, 0)] * 5, teaches=False)
    assert not tried[0, True]


def test_what_refuses_a_clip_is_passed_over():
    """As long as another one takes it."""
    taken, _, _ = coded([(None, 300, 0), (100, None, 0)])
    assert [one.size for one in taken] == [300, 100]
    with pytest.raises(NoWay):
        coded([(None, None, 0)])

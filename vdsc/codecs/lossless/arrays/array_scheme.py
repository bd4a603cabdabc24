"""All that a decoder knows before the first frame, and its bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Alphabet, Binary, Whole
from vdsc.codecs.lossless.arrays.channel_plan import PARENTS, ROUNDS, ChannelPlan
from vdsc.codecs.lossless.arrays.channels import LIVE, NEGATIVE, ChannelKinds
from vdsc.codecs.lossless.arrays.fields import Fields, pack
from vdsc.codecs.lossless.arrays.lattice import Lattice
from vdsc.codecs.lossless.arrays.layout import Layout, choose
from vdsc.codecs.lossless.arrays.neighbours import (
    MANY_CHANNELS,
    MOST,
    Relations,
    neighbours,
    unrelated_channels,
)
from vdsc.codecs.lossless.arrays.relations import relate
from vdsc.codecs.lossless.arrays.spelling import alphabet_of, read, spelt
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile
from vdsc.quant.ordinal import Numbers

STARTS = 42
"""The digits that the first levels may have are less; so much more says that laws are mixed."""

_DAMAGED = "the description of an array contradicts itself; restore the file"


@dataclass(frozen=True, eq=False)
class ArrayScheme:
    """How chunks of one array are coded; `order` (L,) are the live channels as they are coded."""

    layout: Layout
    channels: ChannelKinds
    alphabet: Alphabet
    order: Ints
    plan: ChannelPlan

    @classmethod
    def of(cls, values: Numbers) -> ArrayScheme:
        """Find the scheme for values (T, ...)."""
        plain = Binary.of(values) if values.dtype.kind == "f" else Whole.of(values)
        layout = choose(values, plain)
        matrix = layout.spread(values)
        channels = ChannelKinds.of(matrix)
        live = matrix[:, channels.live]
        alphabet = alphabet_of(live)
        relations = _grid_relations(layout, values.shape, channels.live)
        order, plan = relate(alphabet.levels(alphabet.ranks(live)), relations)
        return cls(layout, channels, alphabet, order, plan)

    def fits(self, values: Numbers) -> bool:
        """Return whether values (T, ...) can be coded by this scheme."""
        if values.ndim <= self.layout.axis:
            return False
        matrix = self.layout.spread(values)
        if matrix.shape[1] != self.channels.kinds.size or not self.channels.holds(matrix):
            return False
        return self.alphabet.holds(matrix[:, self.channels.live])

    def ranks(self, values: Numbers) -> Ints:
        """Return the ranks (S, L) of values (T, ...), in the order of coding."""
        live = self.layout.spread(values)[:, self.channels.live[self.order]]
        return self.alphabet.ranks(live)

    def push(self, stack: BitStack, values: Numbers) -> None:
        """Push what ranks do not say of values (T, ...): the phases of frames on a lattice."""
        if isinstance(self.alphabet, Lattice):
            live = self.layout.spread(values)[:, self.channels.live]
            self.alphabet.push(stack, self.alphabet.phases(live))

    def pop(self, stack: BitStack, steps: int) -> Ints | None:
        """Pop what `push` pushed for so many steps."""
        return self.alphabet.pop(stack, steps) if isinstance(self.alphabet, Lattice) else None

    def values(self, ranks: Ints, phases: Ints | None, shape: tuple[int, ...]) -> Numbers:
        """Return the values of this shape from ranks (S, L), the inverse of `ranks`."""
        found = ranks[:, np.argsort(self.order, kind="stable")]
        if isinstance(self.alphabet, Lattice) and phases is not None:
            live = self.alphabet.placed(found, phases)
        else:
            live = self.alphabet.values(found)
        return self.layout.gather(self.channels.fill(live), shape)

    def to_bytes(self) -> bytes:
        """Return the description."""
        plan, live = self.plan, self.order.size
        fields: list[Any] = [[self.layout.axis], [self.layout.lanes], *spelt(self.alphabet)]
        fields += [self.channels.kinds, self.channels.details[self.channels.kinds > LIVE]]
        fields += [
            [plan.start + STARTS * plan.mixed],
            plan.activity if live <= MANY_CHANNELS else plan.activity[:1],
        ]
        if live <= MANY_CHANNELS:
            fields.append([plan.curved])
        if plan.curved:
            when = np.repeat(np.arange(len(plan.rounds)), plan.rounds)[np.argsort(self.order)]
            fields += [[len(plan.rounds)], when, plan.parents.T.ravel() + 1]
            fields += [plan.reach - plan.activity, plan.middle]
        return pack([np.asarray(field, dtype=np.int64) for field in fields])

    @classmethod
    def from_bytes(cls, data: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> ArrayScheme:
        """Restore the scheme of an array of this shape and dtype.

        Raises:
            CorruptFile: the description is damaged.
        """
        count = math.prod(shape)
        fields = Fields(data, limit=256 + 128 * count)
        axis = fields.one(0, len(shape) - 1)
        layout = Layout(axis, fields.one(1, shape[axis]))
        alphabet = read(fields, dtype, count)
        kinds = fields.bounded(layout.matrix(shape)[1], LIVE, NEGATIVE)
        details = np.zeros_like(kinds)
        details[kinds > LIVE] = fields.take(int((kinds > LIVE).sum()))
        channels = ChannelKinds(kinds, details)
        if not channels.valid():
            raise CorruptFile(_DAMAGED)
        order, plan = _read_plan(
            fields, _grid_relations(layout, shape, channels.live), channels.live.size
        )
        fields.end()
        return cls(layout, channels, alphabet, order, plan)


def _read_plan(fields: Fields, relations: Relations | None, live: int) -> tuple[Ints, ChannelPlan]:
    """Restore the order and the plan of live channels whose relations may be known."""
    mixed, start = divmod(fields.one(0, 2 * STARTS - 1), STARTS)
    many = live > MANY_CHANNELS
    activity = np.full(live, fields.one(0, 49)) if many else fields.bounded(live, 0, 49)
    if many or not fields.one(0, 1):
        order, sizes, parents = relations or unrelated_channels(live)
        zero = np.zeros_like(activity)
        return order, ChannelPlan(
            sizes, parents, activity, zero, zero, start, curved=False, mixed=bool(mixed)
        )
    rounds = fields.one(1, ROUNDS)
    when = fields.bounded(live, 0, rounds - 1)
    sizes = tuple(int(n) for n in np.bincount(when, minlength=rounds))
    parents = (fields.bounded(live * PARENTS, 0, live) - 1).reshape(PARENTS, live).T
    reach = activity + fields.bounded(live, -62, 62)
    earlier = np.cumsum((0, *sizes))[np.repeat(np.arange(rounds), sizes)]
    gaps = (parents[:, :-1] < 0) & (parents[:, 1:] >= 0)
    if (parents >= earlier[:, None]).any() or (reach < 0).any() or (reach > 42).any() or gaps.any():
        raise CorruptFile(_DAMAGED)
    middle = fields.bounded(live, -32, 32)
    plan = ChannelPlan(
        sizes, parents, activity, reach, middle, start, curved=True, mixed=bool(mixed)
    )
    return np.argsort(when, kind="stable"), plan


def _grid_relations(layout: Layout, shape: tuple[int, ...], live: Ints) -> Relations | None:
    """The relations of live channels that are too many to be related one by one, or None."""
    if not MANY_CHANNELS < live.size <= MOST or layout.lanes > 1:
        return None
    others = shape[: layout.axis] + shape[layout.axis + 1 :]
    if len(others) == 1:
        others = (1, *others)
    if len(others) == 2:
        others = (*others, 1)
    rows = math.prod(others[:-2])
    return neighbours((rows, others[-2], others[-1]), live)

"""The search tree: regions of the coordinate, each with one shared sample; and the code of a node.

root [0, 2**62)    its sample, a uniform integer in the region, depends on (seed, heap number)
  2    3           "sample": a region is cut at its sample        (split on sample)
 4 5  6 7          "middle": a region is cut at its middle        (dyadic)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile, LimitExceeded
from vdsc.rec.channel import Found
from vdsc.rec.codes import node_row, sixteenths, stop_frequency
from vdsc.rec.noise import Noise, Words, waits
from vdsc.rec.proposals import WHOLE

DEEPEST = 180
"""Levels below the root; a search that would go deeper is given up."""


@dataclass(frozen=True)
class Node:
    """A region [begin, end), its sample u, its cut, and the word (1,) of its waiting time."""

    place: int
    begin: int
    end: int
    u: int
    cut: int
    word: Words

    @property
    def wait(self) -> float:
        """The time from the parent's first arrival to this region's: of rate width / 2**62."""
        return float(waits(self.word)[0]) * (WHOLE / self.width)

    @property
    def width(self) -> int:
        """Coordinates in the region."""
        return self.end - self.begin

    @property
    def depth(self) -> int:
        """Levels below the root."""
        return self.place.bit_length() - 1


@dataclass(frozen=True)
class Tree:
    """The tree of one seed. Node p reads words 0 (sample) and 1 (wait) of stream p."""

    noise: Noise
    split: Literal["sample", "middle"]

    def root(self) -> Node:
        """Return the node of all coordinates."""
        return self._node(1, 0, WHOLE)

    def child(self, node: Node, *, right: bool) -> Node:
        """Return a child of a node.

        Raises:
            LimitExceeded: its region is empty, or more than 180 levels deep.
        """
        begin, end = (node.cut, node.end) if right else (node.begin, node.cut)
        if begin == end or node.depth == DEEPEST:
            raise LimitExceeded("a search left its tree: the target is too narrow for the proposal")
        return self._node(2 * node.place + right, begin, end)

    def children(self, node: Node) -> list[Node]:
        """Return the children whose regions are not empty."""
        sides = ((False, node.begin < node.cut), (True, node.cut < node.end))
        return [self.child(node, right=right) for right, held in sides if held]

    def _node(self, place: int, begin: int, end: int) -> Node:
        words = self.noise.words(place, 0, 2)
        u = begin + (int(words[0]) * (end - begin) >> 64)
        cut = u if self.split == "sample" else (begin + end) // 2
        return Node(place, begin, end, u, cut, words[1:])


@dataclass(frozen=True)
class PathCode:
    """Codes a node as its path: stop, left or right at each, the sides at the cost of their mass.

    Args:
        expected: the KL in sixteenths of a bit.
        heavy: whether places far out are likely, as in greedy rejection.
        split: where regions are cut.
    """

    expected: int
    heavy: bool
    split: Literal["sample", "middle"]

    def push(self, stack: BitStack, place: int, noise: Noise) -> None:
        """Push the path from the root to a place."""
        tree = Tree(noise, self.split)
        node, rows, turns = tree.root(), [], []
        for bit in f"{place:b}"[1:]:
            rows.append(self._row(node))
            turns.append(1 + int(bit))
            node = tree.child(node, right=bit == "1")
        stack.push(np.array([*turns, 0]), np.concatenate([*rows, self._row(node)]))

    def pop(self, stack: BitStack, noise: Noise) -> Found:
        """Pop a path and return the sample at its end.

        Raises:
            CorruptFile: the path leads out of the tree.
        """
        tree = Tree(noise, self.split)
        node = tree.root()
        try:
            while turn := int(stack.pop(self._row(node))[0]):
                node = tree.child(node, right=turn == 2)
        except LimitExceeded as error:
            raise CorruptFile("a search path leads out of its tree; no encoder wrote it") from error
        return Found(node.place, node.u, node.depth + 1)

    def _row(self, node: Node) -> Ints:
        mass, root = sixteenths(node.width), node.depth == 0
        stop = stop_frequency(mass, self.expected, root=root, heavy=self.heavy)
        return node_row(stop, node.cut - node.begin, node.width)

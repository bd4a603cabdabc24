"""The codec `gaps` as docs/format/gaps.md says it, in plain Python without code of vdsc."""

from __future__ import annotations

import math

import numpy as np

from tests.docs import bounded_page, linear_page
from tests.docs.bounded_page import Corrections
from tests.docs.lossless_page.container import opened
from tests.docs.page_decoder import Stack, varint


def by_page(data):
    """The values of a file, in its type."""
    head, bodies = opened(data)
    page = {1: linear_page, 2: bounded_page}[head["G"]]
    own, wrapped, streams = {k: v for k, v in head.items() if k != "G"}, [], []
    for body in bodies:
        n, at = varint(body, 0)
        streams.append(body[at : at + n])
        wrapped.append(body[at + n :])
    values = page.values_of(data, own, wrapped)
    shape, begin = head[1], 0
    gaps, flat = Corrections(tuple(shape[1:])), values.reshape(shape[0], math.prod(shape[1:]))
    for i, stream in enumerate(streams):
        end = (i + 1) * (shape[0] - 1) // len(bodies) + (i == len(bodies) - 1)
        if "W" in own or (head["G"] == 2 and "B" not in own):
            end = (i + 1) * shape[0] // len(bodies)
        stack = Stack(stream)
        there = np.array(gaps.decode(stack, end - begin))
        assert not stack.state
        flat[begin:end][there == 1] = np.nan
        begin = end
    return flat.reshape(shape)

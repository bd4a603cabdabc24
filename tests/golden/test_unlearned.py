"""Old files that need no checkpoint, read by the decoders written from the pages alone."""

from __future__ import annotations

import pytest

import vdsc
from tests.docs import bounded_page, gaps_page, linear_page
from tests.golden.recipes import BOUNDED, GAPS, LINEAR

every = pytest.mark.parametrize("name", [*LINEAR, *BOUNDED, *GAPS])


@every
def test_a_reader_made_from_the_page_finds_the_same(golden, name):
    data = golden(name)
    pages = {"linear": linear_page, "bounded": bounded_page, "gaps": gaps_page}
    assert (
        pages[name.split("-")[0]].by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()
    )

"""The codecs are registered as their entry points do it once vdsc is installed."""

from __future__ import annotations

import pytest

numcodecs = pytest.importorskip("numcodecs")
zarr = pytest.importorskip("zarr")


@pytest.fixture(autouse=True, scope="session")
def registered():
    """The names in the registries of numcodecs and zarr mean the classes of this checkout."""
    from vdsc.integrations import NumcodecsVdsc, ZarrVdsc

    numcodecs.register_codec(NumcodecsVdsc)
    zarr.registry.register_codec("vdsc", ZarrVdsc)
    with zarr.config.set({"codecs.vdsc": f"{ZarrVdsc.__module__}.{ZarrVdsc.__qualname__}"}):
        yield

"""Collections of the day on which their format was settled decode to the same values for ever."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import vdsc
from tests.docs.collection_page import clips_of
from vdsc.container.collection_file import CollectionFile

FOLDER = Path(__file__).parent / "clips"
VALUES = json.loads((FOLDER / "values.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VALUES)
def test_values_are_the_same(name):
    """Every clip, read in any order."""
    reader = vdsc.open(str(FOLDER / f"{name}.vds"))
    clips = [reader] if isinstance(reader, vdsc.SequenceReader) else list(reader)
    for clip, wanted in reversed(list(zip(clips, VALUES[name], strict=True))):
        found = hashlib.sha256(clip.decode().values.tobytes()).hexdigest()
        assert found.startswith(wanted)


@pytest.mark.parametrize("name", VALUES)
def test_the_page_says_the_same(name):
    """A reader made from the page alone finds the same names, clips and chunks."""
    data = (FOLDER / f"{name}.vds").read_bytes()
    with (FOLDER / f"{name}.vds").open("rb") as stream:
        file = CollectionFile.of(stream)
        names, clips = clips_of(data)
        assert names == file.names()
        assert len(clips) == len(file)
        for number, clip in enumerate(clips):
            one = file.clip(number)
            assert clip["chunks"] == list(one.bodies)
            assert clip["frames"] == one.header.outline.frames
            assert clip["fresh"] == one.fresh
            assert clip["codec"] == one.header.codec
            model = one.header.model
            assert clip["model"] == (None if model is None else model.digest + model.name.encode())
            assert clip["params"] == dict(one.header.params)
            assert clip["fields"] == (None if one.meta is None else dict(one.meta.fields))

"""A codec that is registered, and no more, works everywhere: "Add a codec", CONTRIBUTING.md."""

from __future__ import annotations

import json
import zlib

import numpy as np
import pytest
from typer.testing import CliRunner

import vdsc
from tests.battery import check_codec
from tests.forge import forged, opened
from vdsc.cli.app import app
from vdsc.codecs import base, registry
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded


@pytest.fixture(autouse=True)
def _registered(monkeypatch) -> None:
    """The one line of the registry that a new codec takes."""
    monkeypatch.setitem(registry.CODECS, "toy", "tests.codecs.toy_codec:ToyCodec")


@pytest.fixture
def steps() -> np.ndarray:
    """150 frames (150, 6) float32 on a coarse lattice: three chunks that zlib makes smaller."""
    return np.random.default_rng(0).integers(0, 9, (150, 6)).cumsum(0).astype("f4")


def invoke(*arguments: object, code: int = 0) -> str:
    """What a command prints, stderr included."""
    result = CliRunner().invoke(app, [str(word) for word in arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_the_toy_keeps_the_contract():
    """Its class has every member that the protocol of codecs names."""
    codec: base.Codec = registry.codec_to_write("toy")
    members = {name for name in vars(base.Codec) if not name.startswith("_")}
    assert members <= set(dir(codec))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_the_battery_runs_on_floats(steps, dtype):
    """Round trip, report, info, other rates, cuts and flipped bits: by the id alone."""
    check_codec("toy", steps.astype(dtype))


@pytest.mark.parametrize("frames", [1, 64, 65])
def test_the_battery_runs_on_video(frames):
    """Grey video of one chunk and of two."""
    video = np.random.default_rng(frames).integers(0, 3, (frames, 5, 7), dtype=np.uint8)
    check_codec("toy", video)


def test_the_battery_runs_on_listed_times(steps):
    """Frames at irregular times."""
    check_codec("toy", steps, times=np.arange(150.0) ** 1.1)


def test_the_command_line_takes_it(steps, tmp_path):
    """`--codec toy` writes a file that `info` describes and `decompress` reads."""
    source, file, back = tmp_path / "a.npy", tmp_path / "a.vds", tmp_path / "b.npy"
    np.save(source, steps)
    assert "zlib at level 9" in invoke("compress", source, "--codec", "toy", "-o", file)
    facts = json.loads(invoke("info", file, "--json"))
    assert facts["codec"] == "toy"
    assert sum(facts["budget"].values()) == file.stat().st_size
    assert "toy" in invoke("info", file)
    invoke("decompress", file, "-o", back)
    assert np.load(back).tobytes() == steps.tobytes()


def test_its_settings_are_taken_and_others_refused(steps):
    """A setting is a field of the codec's Settings; any other is refused by its name."""
    fast, small = (vdsc.compress(steps, codec="toy", level=level) for level in (1, 9))
    assert len(small) < len(fast)
    with pytest.raises(InvalidInput, match="level must be from 1 to 9"):
        vdsc.compress(steps, codec="toy", level=10)
    with pytest.raises(InvalidInput, match="no setting quality"):
        vdsc.compress(steps, codec="toy", quality=50)


def test_its_memory_is_weighed(steps):
    """What the codec says it needs is compared with the limit before a chunk is read."""
    data = vdsc.compress(steps, codec="toy")
    with pytest.raises(LimitExceeded, match="--memlimit"):
        vdsc.decompress(data, memlimit=3 * 64 * 6 * 4 - 1)


@pytest.mark.parametrize("wrong", ["cut", "longer", "shorter", "larger", "no stream"])
def test_wrong_bodies_are_corrupt(steps, wrong):
    """A body that no encoder makes, under a right checksum, is called corrupt."""
    data = vdsc.compress(steps, codec="toy")
    _, (first, *rest) = opened(data)
    values = zlib.decompress(first)
    body = {
        "cut": first[:-1],
        "longer": first + b"\0",
        "shorter": zlib.compress(values[:-1]),
        "larger": zlib.compress(values + b"\0"),
        "no stream": b"\xff" * 9,
    }[wrong]
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(data, bodies=[body, *rest]))


def test_missing_chunks_are_corrupt(steps):
    """A header whose number of chunks is not the format's is refused."""
    data = vdsc.compress(steps, codec="toy")
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(data, bodies=opened(data)[1][:2]))

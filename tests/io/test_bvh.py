"""BVH files: read strictly, and written as they were."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.io.bvh_files import HEADER, again, rows, text
from vdsc.cli.app import app
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput
from vdsc.io.bvh_sink import bvh_sink
from vdsc.io.sink import open_sink
from vdsc.io.source import open_source

NUMBERS = ["0", "-0", "-0.0000", "1.5", "5.1072e-06", "1e-05", "-.5", "+2", "3.", "1E5", "007"]
NUMBERS += ["9" * 25]


def put(path, words):
    path.write_bytes(words.encode() if isinstance(words, str) else words)
    return path


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_spelling_comes_back(tmp_path_factory, data):
    """Numbers, blanks, line ends and frame times are written as they were, whatever they were."""
    path = tmp_path_factory.mktemp("bvh") / "x.bvh"
    blank = st.sampled_from([" ", "  ", "\t"])
    end = st.sampled_from(["\n", " \n", "\r\n"])
    made = HEADER + data.draw(st.sampled_from(["Frames: 4\n", "Frames:\t4\r\n"]))
    made += f"Frame Time: {data.draw(st.sampled_from(['.01', '0.0083333', '1e-2', '3']))}\n"
    for _ in range(4):
        words = data.draw(st.lists(st.sampled_from(NUMBERS), min_size=12, max_size=12))
        made += data.draw(st.sampled_from(["", " "]))
        made += "".join(word + data.draw(blank) for word in words[:-1]) + words[-1]
        made += data.draw(end)
    made += data.draw(st.sampled_from(["", "\n", "\r\n \n"]))
    assert again(put(path, made)) == made.encode()


def test_numbers_and_clock_are_the_files(tmp_path):
    """Values are the float64 next to the text, and the rate is one over the frame time, exactly."""
    path = put(tmp_path / "x.bvh", text(rows(5)))
    with open_source(str(path), exact=True) as source:
        assert source.clock == Clock(Fraction(10**7, 83333))
        assert source.shape == (5, 12)
        wanted = np.array([[float(word) for word in row] for row in rows(5)])
        assert (source.read(0, 5) == wanted).all()
        assert (source.read(2, 3) == wanted[2:3]).all()


def test_a_few_words_are_kept_and_no_more(tmp_path):
    """Where one word in a thousand is written otherwise, only that one is kept."""
    many = rows(300)
    many[7][3] = "1e1"
    path = put(tmp_path / "x.bvh", text(many))
    assert again(path) == path.read_bytes()
    with open_source(str(path), exact=True) as source:
        assert source.meta.fields["words"] == "1e1"
        assert "rows" not in source.meta.fields


def test_a_file_without_its_last_line_end(tmp_path):
    """What a file lacks at its end, it lacks when it comes back."""
    path = put(tmp_path / "x.bvh", text(rows(3)).rstrip())
    assert again(path) == path.read_bytes()


HOSTILE = {
    "nothing else": "HIERARCHY\n",
    "cut in the hierarchy": HEADER[:150],
    "cut in a row": text(rows(3))[:-30],
    "too few rows": text(rows(3)).replace("Frames: 3", "Frames: 4"),
    "too many rows": text(rows(3)).replace("Frames: 3", "Frames: 2"),
    "no rows": text([]),
    "a row too long": text([*rows(2), ["1"] * 13]),
    "NaN": text([*rows(2), ["nan"] * 12]),
    "infinity": text([*rows(2), ["1e999"] * 12]),
    "underscores": text([*rows(2), ["1_0"] * 12]),
    "words": text([*rows(2), ["one"] * 12]),
    "binary": text(rows(2)).encode() + b"\xff\x00",
    "escapes": text(rows(2)).replace("JOINT Leg", "\x1b[31mJOINT Leg"),
    "deep": "HIERARCHY\nROOT a\n" + "{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\nJOINT a\n" * 100_000,
    "a joint in itself": HEADER.replace("JOINT Leg", "ROOT Hips") + "Frames: 0\n",
    "closed too often": HEADER.replace("}\nMOTION", "}\n}\nMOTION"),
    "left open": HEADER.replace("}\nMOTION", "MOTION"),
    "a million channels": HEADER.replace("CHANNELS 6", "CHANNELS 1000000"),
    "channels twice": text(rows(2)).replace("Yposition", "Xposition"),
    "no channels": "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 0\n}\nMOTION\nFrames: 1\n"
    "Frame Time: 1\n\n",
    "many joints": "HIERARCHY\n" + "ROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n}\n" * 5000,
    "no frame time": text(rows(2), frame_time="0"),
    "a negative frame time": text(rows(2), frame_time="-1"),
    "frames beyond number": text(rows(2)).replace("Frames: 2", "Frames: 99999999999"),
    "one endless line": text(rows(1)) + "1 " * 10**6,
    "offsets that are none": text(rows(2)).replace("OFFSET -2 8 1", "OFFSET -2 inf 1"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_hostile_file_is_read(tmp_path, what):
    """Each is refused in one line of printable words, and nothing is left behind."""
    path = put(tmp_path / "x.bvh", HOSTILE[what])
    with pytest.raises(InvalidInput) as caught, open_source(str(path), exact=True):
        pass
    assert str(caught.value).isprintable()
    assert "line" in str(caught.value) or "frame" in str(caught.value)
    assert len(str(caught.value)) < 300


def test_other_rates_have_their_own_frame_time(tmp_path):
    """At another rate the text says how many frames follow, and when; other blanks stay."""
    path = put(tmp_path / "x.bvh", text(rows(6)))
    with open_source(str(path), exact=True) as source:
        meta, values = source.meta, source.read(0, 3)
    out = io.BytesIO()
    with bvh_sink(out, Outline((3, 12), values.dtype, Clock(Fraction(40))), meta) as sink:
        sink.write(values)
    put(tmp_path / "y.bvh", out.getvalue())
    with open_source(str(tmp_path / "y.bvh"), exact=True) as source:
        assert source.clock == Clock(Fraction(40))
        assert (source.read(0, 3) == values).all()
    assert b"\tJOINT Leg\n" in out.getvalue()


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.floats(-1e6, 1e6), min_size=12, max_size=12))
def test_numbers_that_no_format_says_are_written_in_full(tmp_path_factory, numbers):
    """Whatever decodes is what the text says: a promised error holds for what is written."""
    path = tmp_path_factory.mktemp("bvh") / "x.bvh"
    put(path, text(rows(1)))
    with open_source(str(path), exact=True) as source:
        meta = source.meta
    outline = Outline((1, 12), np.dtype("f8"), Clock(Fraction(1)))
    with open_sink(str(path), outline, meta, force=True) as sink:
        sink.write(np.array([numbers]))
    with open_source(str(path), exact=True) as source:
        assert source.read(0, 1).tolist() == [numbers]


@pytest.mark.parametrize("meta", [None, Meta("csv"), Meta("bvh"), Meta("bvh", {"header": b"x"})])
def test_nothing_else_becomes_a_bvh_file(tmp_path, meta):
    """Without a skeleton nothing is written, and no file appears."""
    path = tmp_path / "x.bvh"
    outline = Outline((2, 12), np.dtype("f8"), Clock(Fraction(1)))
    with pytest.raises(InvalidInput), open_sink(str(path), outline, meta):
        pass
    assert not path.exists()


def test_irregular_times_are_not_written(tmp_path):
    """A BVH file has one frame time; the advice says what to do."""
    path = put(tmp_path / "x.bvh", text(rows(2)))
    with open_source(str(path), exact=True) as source:
        meta = source.meta
    outline = Outline((2, 12), np.dtype("f8"), Clock(times=np.array([0.0, 0.3])))
    with (
        pytest.raises(InvalidInput, match="--fps"),
        open_sink(str(path), outline, meta, force=True),
    ):
        pass


def test_two_independent_parsers_read_what_is_written(tmp_path):
    """After compress and decompress, pybvh and bvh read the same joints, times and numbers."""
    bvh, pybvh = pytest.importorskip("bvh"), pytest.importorskip("pybvh")
    from typer.testing import CliRunner

    source, packed, back = (tmp_path / name for name in ("x.bvh", "x.vds", "y.bvh"))
    put(source, text(rows(40)))
    run = CliRunner().invoke
    assert run(app, ["compress", "--lossless", str(source), "-o", str(packed)]).exit_code == 0
    assert run(app, ["decompress", str(packed), "-o", str(back)]).exit_code == 0
    assert back.read_bytes() == source.read_bytes()
    one, other = bvh.Bvh(back.read_text()), pybvh.read_bvh_file(str(back))
    assert one.get_joints_names() == ["Hips", "Leg", "Arm"] == list(other.joint_names)
    assert (one.nframes, one.frame_time, other.frame_count) == (40, 0.0083333, 40)
    assert one.frames == rows(40)


def test_blender_would_find_what_it_looks_for(tmp_path):
    """Its importer splits lines at blanks and takes `Frame Time:` for three words."""
    made = again(put(tmp_path / "x.bvh", text(rows(2)))).decode()
    words = [line.split() for line in made.split("\n")]
    assert words[0] == ["HIERARCHY"]
    frame = next(line for line in words if line[:2] == ["Frame", "Time:"])
    assert float(frame[2]) == 0.0083333
    assert re.fullmatch(r"Frames: \d+", " ".join(words[words.index(["MOTION"]) + 1]))

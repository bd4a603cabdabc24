"""Pages: what they hold is what was decoded, nothing is cut in silence, and no text is code."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from typer.testing import CliRunner

import vdsc
from vdsc.cli.app import app
from vdsc.core.meta import Meta
from vdsc.viewer.clip import Clip, clip_of_values
from vdsc.viewer.page import page_of
from vdsc.viewer.page_packing import GAP, packed, thinned
from vdsc.viewer.shown_scene import scene_of

RNG = np.random.default_rng(0)
TIMES = np.arange(60) / 30
MOTION = np.cumsum(RNG.standard_normal((60, 5)), axis=0)
VIDEO = RNG.integers(0, 256, (20, 10, 12, 3)).astype(np.uint8)


class Text(HTMLParser):
    """The words of a page, and its elements."""

    def __init__(self, html):
        super().__init__()
        self.words, self.tags, self.data = "", [], ""
        self.open = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):  # noqa: D102
        self.tags.append((tag, dict(attrs)))
        self.open = "data" if dict(attrs).get("id") == "data" else tag

    def handle_endtag(self, tag):  # noqa: D102
        self.open = ""

    def handle_data(self, data):  # noqa: D102
        if self.open == "data":
            self.data += data
        elif self.open not in {"script", "style"}:
            self.words += data


def held(page):
    return json.loads(Text(page.html).data)


def numbers(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def unpacked(track, channels):
    steps = numbers(track["data"], "<i2").reshape(-1, channels).astype(float)
    steps[steps == GAP] = np.nan
    repeat = channels // len(track["scale"])
    return steps * np.tile(track["scale"], repeat) + np.tile(track["middle"], repeat)


def pictures(track, size):
    """Every picture on the sheets of a track."""
    found = []
    for uri in track["sheets"]:
        sheet = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
        for i in range(track["each"]):
            x, y = i % track["columns"] * size[0], i // track["columns"] * size[1]
            found.append(np.asarray(sheet.crop((x, y, x + size[0], y + size[1])).convert("RGB")))
    return found[: len(numbers(track["times"], "<f8"))]


def test_curves_are_the_decoded_path():
    """A path in continuous time is on the page at four times its rate, to a 65,000th."""
    data = vdsc.compress(MOTION, fps=30, codec="linear", quality=60)
    found = held(vdsc.show(data, MOTION))
    track, original = found["tracks"]
    times = numbers(track["times"], "<f8")
    assert len(times) == 59 * 4 + 1
    path = vdsc.decompress(data, times=times).values
    np.testing.assert_allclose(unpacked(track, 5), path, atol=2e-5 * np.ptp(path))
    np.testing.assert_allclose(numbers(original["times"], "<f8"), TIMES)
    np.testing.assert_allclose(unpacked(original, 5), MOTION, atol=2e-5 * np.ptp(MOTION))
    np.testing.assert_allclose(numbers(found["knots"], "<f8"), vdsc.inspect_knots(data))
    apart = np.abs(vdsc.decompress(data).values - MOTION)
    np.testing.assert_allclose(numbers(found["error"]["largest"], "<f8"), apart.max(axis=1))
    np.testing.assert_allclose(numbers(found["error"]["mean"], "<f8"), apart.mean(axis=1))


def test_pictures_are_the_decoded_frames():
    """Where they fit, every pixel is on the page, of what is shown and of its original."""
    data = vdsc.compress(VIDEO, fps=10, codec="packed")
    found = held(vdsc.show(data, VIDEO))
    assert found["size"] == [12, 10]
    for track in found["tracks"]:
        np.testing.assert_array_equal(pictures(track, found["size"]), VIDEO)
        np.testing.assert_allclose(numbers(track["times"], "<f8"), np.arange(20) / 10)
    assert found["knots"] is None
    assert not numbers(found["error"]["largest"], "<f8").any()


@pytest.mark.parametrize("room", [8000, 3000, 900])
def test_pages_are_bounded_and_say_what_was_cut(room):
    """First pixels lose a little, then frames go, then size; each with a word."""
    page = vdsc.show(np.repeat(VIDEO, 8, axis=1).repeat(8, axis=2), room=room)
    found = held(page)
    assert sum(len(uri) for track in found["tracks"] for uri in track["sheets"]) <= room
    assert page.said
    assert all(words in page.html for words in page.said)
    long = np.cumsum(RNG.standard_normal((600, 30, 3)), axis=0)
    page = vdsc.show(long, room=room)
    (track,) = held(page)["tracks"]
    assert len(track["data"]) <= max(room, 2 * 240)
    assert re.search(r"instants of 600 are on this page", " ".join(page.said))


def test_many_channels_are_said():
    """Those that vary most are shown, by their numbers."""
    wide = np.sin(np.arange(30))[:, None] * np.arange(40)
    page = vdsc.show(wide)
    assert held(page)["names"] == [f"channel {i}" for i in range(28, 40)]
    assert "12 channels of 40 are shown" in page.said[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [(VIDEO, "pictures"), (VIDEO[..., 0], "pictures"), (MOTION, "curves"),
     (RNG.standard_normal((4, 96)), "figure"), (RNG.standard_normal((4, 7, 3)), "points"),
     (np.arange(9), "curves"), (RNG.standard_normal((4, 3, 2, 2)), "curves"),
     (np.zeros((5, 3, 4), np.uint16), "pictures"), (MOTION[:1], "curves"), (VIDEO[:1], "pictures"),
     (np.zeros((3, 2)), "curves")],
)  # fmt: skip
def test_everything_is_drawn_as_what_it_is(values, kind):
    """By shape and type alone; one frame is enough."""
    found = held(vdsc.show(values, fps=30))
    assert found["kind"] == kind
    assert len(found["tracks"]) == 1
    assert found["span"] == pytest.approx((len(values) - 1) / 30)


def test_gaps_stay_gaps():
    """A NaN is not drawn as a number."""
    values = MOTION.copy()
    values[7, 2] = np.nan
    (track,) = held(vdsc.show(values))["tracks"]
    assert np.argwhere(np.isnan(unpacked(track, 5))).tolist() == [[7, 2]]


FLOATS = st.floats(-1e300, 1e300) | st.sampled_from([np.nan, np.inf, -np.inf])


@given(arrays.arrays(np.float64, (4, 3), elements=FLOATS))
def test_any_floats_are_packed(values):
    """What is finite comes back within a 60,000th of its channel's range; the rest is a gap."""
    made = packed(values)
    again = unpacked(made, 3)
    fine = np.isfinite(values)
    assert (np.isnan(again) == ~fine).all()
    for c in range(3):
        some = values[fine[:, c], c]
        if some.size:
            reach = some.max() / 2 - some.min() / 2
            slack = reach / 30000 + 1e-9 * np.abs(some).max() + 1e-290
            assert (np.abs(again[fine[:, c], c] - some) <= slack).all()


def test_times_that_are_shown():
    """No more than asked for, from the first on, and to the last where a path is evaluated."""
    own = np.arange(10.0)
    assert thinned(own, 100, 1).tolist() == own.tolist()
    assert thinned(own, 4, 1).tolist() == [0, 3, 6, 9]
    assert thinned(own, 1, 1).tolist() == [0]
    np.testing.assert_allclose(thinned(own, 100, 4), np.arange(37) / 4)
    assert thinned(own, 4, 4).tolist() == [0, 3, 6, 9]


HOSTILE = "</script><script>alert(1)</script><!-- {{data}} {{style}} \"'&\x1b[2J\u2028.npy"


def test_hostile_names_are_words(tmp_path, monkeypatch):
    """A file's name can end no element, open none, and is no template."""
    monkeypatch.chdir(tmp_path)
    name = HOSTILE.replace("/", "\u2215")
    np.save(name, MOTION)
    plain = Text(vdsc.show(MOTION).html)
    found = Text(vdsc.show(name).html)
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in plain.tags]
    assert json.loads(found.data)["name"].isprintable()
    assert "alert(1)" in found.words


def test_hostile_channels_are_words():
    """Names of channels from metadata stay text, too."""
    made = clip_of_values(MOTION)
    named = Clip(made.name, made.outline, made.frames, Meta("csv", {"columns": [HOSTILE] * 5}))
    found = Text(page_of(scene_of(named)).html)
    assert len([1 for tag, _ in found.tags if tag == "script"]) == 2
    assert len(set(json.loads(found.data)["names"])) == 1


def test_pages_ask_for_nothing():
    """No element names an address, and a policy forbids every request but data: pictures."""
    found = Text(vdsc.show(VIDEO).html)
    policy = next(a["content"] for t, a in found.tags if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert not [a for _, a in found.tags if {"src", "href"} & set(a)]
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg|http-equiv", "", found.rawdata or "")


def test_notebooks_get_a_frame_of_its_own(tmp_path):
    """The page is an attribute of it, whole, and runs without rights to the notebook."""
    page = vdsc.show(MOTION)
    ((tag, attributes),) = Text(page._repr_html_()).tags
    assert tag == "iframe"
    assert attributes["srcdoc"] == page.html
    assert attributes["sandbox"] == "allow-scripts"
    page.save(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == page.html
    with pytest.raises(vdsc.InvalidInput, match="exists"):
        page.save(tmp_path / "x.html")


@pytest.mark.parametrize(
    ("shown", "options", "words"),
    [
        (MOTION, {"original": MOTION[:50]}, "give the file that was compressed"),
        (MOTION, {"drawn": "pictures"}, "not drawn as pictures"),
        (MOTION, {"drawn": "nonsense"}, "not drawn as nonsense"),
        (np.ones(3, complex), {}, "complex128, which is not drawn"),
        (b"junk", {}, "not a .vds file"),
        ("missing.vds", {}, "no such file"),
    ],
)
def test_what_cannot_be_shown_is_one_line(shown, options, words):
    """Each says what to do."""
    with pytest.raises(vdsc.VdscError, match=words):
        vdsc.show(shown, **options)


def test_the_command_line(tmp_path, monkeypatch):
    """It writes pages and pictures, says what was cut, and leaves no file where it fails."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", RNG.standard_normal((40, 20)))
    (tmp_path / "x.vds").write_bytes(vdsc.compress(np.load("x.npy"), fps=30, codec="linear"))

    def run(words):
        return CliRunner().invoke(app, words.split())

    said = run("show x.vds -o x.html --original x.npy")
    assert said.exit_code == 0
    assert "note: x.vds: 12 channels of 20 are shown" in said.stderr
    assert "mean" in run("plot x.vds -o x.png --original x.npy").stderr
    assert run("show x.npy -o y.html --fps 12 --as curves").exit_code == 0
    assert "40 frames, 12 a second" in (tmp_path / "y.html").read_text(encoding="utf-8")
    for words in ("show x.vds -o z.html --as figure", "plot x.vds -o z.png --as figure",
                  "show gone -o z.html", "plot gone -o z.png", "show x.vds -o x.html",
                  "show x.vds -o x.vds -f", "plot x.vds --original x.npy -o x.npy -f"):  # fmt: skip
        failed = run(words)
        assert failed.exit_code == 1
        assert failed.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "x.html", "x.npy", "x.png", "x.vds", "y.html",
    ]  # fmt: skip

"""Pages in a real browser, where there is one: they draw, play, and ask for nothing."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

import vdsc

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
RNG = np.random.default_rng(0)
WALK = np.cumsum(RNG.standard_normal((13, 96)), axis=0)
CLIPS = {
    "pictures": RNG.integers(0, 256, (12, 8, 9, 3)).astype(np.uint8),
    "figure": WALK,
    "points": WALK.reshape(13, 32, 3),
    "curves": WALK[:, :5],
}
PROBE = """
<script>
const faults = [];
addEventListener("error", (event) => faults.push(event.message));
addEventListener("securitypolicyviolation", (event) => faults.push(event.violatedDirective));
</script>
"""
STORY = """
<pre id="seen"></pre>
<script>
const ink = () => [...document.querySelectorAll("canvas")].map((canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.reduce((sum, one, i) => (sum * 31 + one) % 1000003, 7);
});
setTimeout(() => {
  const seen = { first: ink(), knots: document.querySelectorAll(".knot").length };
  const scrub = document.getElementById("scrub");
  scrub.value = scrub.max / 2;
  scrub.dispatchEvent(new Event("input"));
  seen.clock = document.getElementById("clock").textContent;
  seen.later = ink();
  document.getElementById("play").click();
  seen.playing = document.getElementById("play").textContent;
  document.getElementById("play").click();
  seen.faults = faults;
  document.getElementById("seen").textContent = JSON.stringify(seen);
}, 300);
</script>
"""

pytestmark = pytest.mark.skipif(not BROWSER, reason="needs Chromium")


def opened(page, folder, *options):
    """The page in a fresh browser without a network, with a story that plays on it."""
    told = page.html.replace("<main>", f"{PROBE}<main>").replace("</body>", f"{STORY}</body>")
    (folder / "x.html").write_text(told, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000",
             "--proxy-server=127.0.0.1:9", f"--user-data-dir={folder / 'user'}"]  # fmt: skip
    command = [BROWSER, *flags, *options, (folder / "x.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.parametrize("kind", CLIPS)
def test_a_page_draws_and_plays(tmp_path, kind):
    """Both canvases change with time, the clock follows, and nothing fails."""
    import json

    values = CLIPS[kind]
    codec = {"codec": "packed"} if kind == "pictures" else {"codec": "linear", "quality": 30}
    data = vdsc.compress(values, fps=10, **codec)
    dom = opened(vdsc.show(data, values), tmp_path, "--dump-dom")
    seen = json.loads(html.unescape(re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)[1]))
    assert seen["faults"] == []
    assert seen["playing"] == "Pause"
    half = (len(values) - 1) / 20
    assert seen["clock"] == f"{half:.3f} of {2 * half:.3f} s"
    assert len(seen["first"]) == (1 if kind == "curves" else 2)
    assert all(a != b for a, b in zip(seen["first"], seen["later"], strict=True))
    assert seen["knots"] == (0 if kind == "pictures" else 1)


def test_a_screenshot_shows_the_pictures(tmp_path):
    """A red clip is red on the screen."""
    red = np.zeros((3, 8, 8, 3), np.uint8)
    red[..., 0] = 255
    opened(vdsc.show(red), tmp_path, f"--screenshot={tmp_path / 'x.png'}", "--window-size=600,600")
    seen = np.asarray(Image.open(tmp_path / "x.png").convert("RGB")).astype(int)
    assert ((seen - [255, 0, 0] == 0).all(axis=2)).mean() > 0.2

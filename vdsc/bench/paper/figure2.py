"""Figure 2: rate-distortion curves of video, learned knots beside a knot at every frame."""

from __future__ import annotations

from dataclasses import replace

from vdsc.bench import clips as data
from vdsc.bench.lossy_domains import LossyDomain, digits
from vdsc.bench.paper import rate_curves
from vdsc.bench.paper.figure import PaperFigure, Record, digest_of_clips, digest_of_model
from vdsc.bench.peers import even_knots, ours, video_codecs

CLIPS = 4
QUALITIES = (10, 25, 40, 60, 80)
PEERS = ("x265",)
SHOWN = (
    "Bits against PSNR of Moving MNIST, GQN Mazes and MineRL: learned knots (Latent VD-SDE) "
    "take 30 to 60 % fewer bits than a Latent SDE with a knot at every frame at very "
    "similar PSNR, and fewer than CW-VAE at low rates."
)
DIFFERS = (
    f"{CLIPS} made clips of Moving MNIST of digits that were never trained on, one "
    "checkpoint. Bytes are those of whole .vds files on disk, knot times included as they "
    "are really sent. Beside a knot at every frame stand as many knots as the learned ones, "
    "evenly spaced, and x265. Colour video has no lossy checkpoint yet, and CW-VAE was not "
    "trained on video."
)


def domain() -> LossyDomain:
    """Digits with the peers of this figure."""
    base = digits(CLIPS, QUALITIES)
    learned, full = ours.peers("digits", None, QUALITIES)[:2]
    full = replace(full, settings=full.settings[::2])
    others = [peer for peer in video_codecs.peers() if peer.name in PEERS]
    even = even_knots.peer("digits", None, QUALITIES)
    return replace(base, peers=(learned, full, even, *others))


def inputs() -> Record:
    """What the points depend on."""
    clips = data.moving_digits(CLIPS)
    return {
        "model": digest_of_model("digits"),
        "clips": digest_of_clips(clips),
        "qualities": QUALITIES,
    }


FIGURE = PaperFigure(
    name="figure2",
    title="Figure 2: rate and distortion of Moving MNIST",
    shown=SHOWN,
    differs=DIFFERS,
    inputs=inputs,
    make=lambda place: rate_curves.measured(place, domain(), []),
    table=rate_curves.table,
    draw=rate_curves.drawing(domain),
)

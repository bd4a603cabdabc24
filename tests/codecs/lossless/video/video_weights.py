"""Untrained weights of the observation networks, for tests."""

import numpy as np

from vdsc.codecs.lossless.video.colour_relations import EXPECTATIONS
from vdsc.codecs.lossless.video.passes import NEAR, PASSES, PAST
from vdsc.model.store import VIDEO
from vdsc.train.checkpoint_folder import write_folder

WIDTHS = 16, 12, 8


def sizes(number, channels):
    """Features and experts of a pass."""
    near = len(NEAR[number])
    four = min(near, 4)
    straight = near + len(PAST[number]) + 10
    return (straight + 2 * four + 9) * channels, 3 + four


def write_related(folder):
    """Write a checkpoint of small random weights that has only the set `related`."""
    made = untrained(3, related=True, widths=(5, 6, 4))
    arrays = {name: w for name, w in made.items() if name.startswith("related")}
    settings = {"name": folder.name, "kind": VIDEO, "card": {"domain": "tests"}}
    write_folder(folder, settings, arrays, {})


def untrained(seed=0, *, related=False, widths=WIDTHS):
    """Arrays as `frames_stream` takes them, with small random weights."""
    rng = np.random.default_rng(seed)
    sets = {"colour": 3, "palette": 3, "layers": 1} | ({"related": 3} if related else {})
    return {
        f"{name}.{key}": array
        for name, channels in sets.items()
        for key, array in _one(channels, rng, name == "related", widths).items()
    }


def _one(channels, rng, related, widths):
    arrays = {}

    def layer(name, inputs, outputs, size):
        weight = rng.normal(0, size / np.sqrt(inputs), (inputs + 1, outputs))
        arrays[name] = np.rint(weight * 2**18).astype(np.int32)
        arrays[f"{name}.root"] = np.full((inputs + 1, outputs), 1 << 17, dtype=np.int32)

    trunk, last, hidden = widths
    for number in range(PASSES):
        features, experts = sizes(number, channels)
        layer(f"{number}.trunk0", features, trunk, 1)
        layer(f"{number}.trunk1", trunk, last, 1)
        for c in range(channels):
            told = c * 2 * (experts + 1) + experts * (c > 0)
            more = EXPECTATIONS * (related and c > 0)
            layer(f"{number}.hidden{c}", last + told + 2 * more, hidden, 1)
            layer(f"{number}.out{c}", hidden, 3 * (3 + more) + experts + 1, 0.05)
    return arrays

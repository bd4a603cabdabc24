"""What a channel is expected to be, by how channels go together around the pixel."""

from __future__ import annotations

import numpy as np

from tests.docs.lossless_page.video.sight import Sight
from tests.docs.lossless_page.video.tables import Floats, Ints, bend, clip


def expected(seen: Sight, values: Ints, before: list[int], channel: int) -> Ints:
    """(N, 2) sixteenths of a level, from the base."""
    x = seen.samples[..., before] - values[:, None, before]
    far = (x * x).sum(2)
    if len(before) == 2:
        far = (far + 1) // 2
    count = (1 << 17) // (2 + np.minimum(far, 4095))
    count[:, : seen.nearest] *= 2
    y = seen.samples[..., channel] - seen.base[:, None, channel]
    total = count.sum(1).astype(float)

    def mean(z: Ints) -> Floats:
        return (count * z).sum(1).astype(float) / total

    m, h, pull = [mean(x[..., i]) for i in range(len(before))], mean(y), 32768 / total
    a, b = mean(x[..., 0] * x[..., 0]) - m[0] * m[0], mean(x[..., 0] * y) - m[0] * h
    if len(before) == 1:
        slopes = [(b + pull) / (a + pull)]
    else:
        c, d = mean(x[..., 1] * x[..., 1]) - m[1] * m[1], mean(x[..., 1] * y) - m[1] * h
        e = mean(x[..., 0] * x[..., 1]) - m[0] * m[1]
        a, c, b, d = a + pull, c + pull, b + pull / 2, d + pull / 2
        whole = a * c - e * e
        slopes = [(b * c - d * e) / whole, (d * a - b * e) / whole]
    on, say = np.zeros(len(h)), h
    for i, k in enumerate(before):
        on = on + slopes[i] * (values[:, k] - seen.base[:, k])
        say = say - slopes[i] * m[i]
    return clip(np.rint(16 * np.stack([on, say], 1)).astype(int), -2047, 2047)


def told_more(offsets: Ints) -> Ints:
    """What a head is told of them."""
    return np.concatenate([4 * offsets, 32 * bend(clip(offsets, -511, 511))], 1)

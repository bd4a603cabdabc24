"""Forged files, decoded under a hard limit: `python -m tests.api.hostile_files`.

All have right checksums. The address space may grow by the memory limit and 100 MB; one allocation
beyond that ends the run. Prints JSON: how many files gave values, how many each class of error,
and the seconds of the slowest file.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

import vdsc
from tests.container.hostile import MEMLIMIT, SLACK, address_space
from tests.forge import forged, opened
from tests.golden.recipes import HERE
from vdsc.container import Header
from vdsc.container.header import DTYPES
from vdsc.core.sequence import Clock
from vdsc.errors import VdscError

COUNT = 200
Parts = tuple[Header, list[bytes]]


def size(rng: Random, top: int) -> int:
    """A number from 1 to about 2**top, all orders of magnitude alike."""
    return max((1 << rng.randint(0, top)) + rng.choice((-1, 0, 1)), 1)


def shaped(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """Another number of frames, or frames of another shape."""
    shape = list(header.outline.shape)
    shape[rng.randrange(len(shape)) if rng.random() < 0.5 else 0] = size(rng, rng.choice((8, 34)))
    if rng.random() < 0.2:
        shape.append(size(rng, 12))
    clock = Clock(rate=Fraction(30))  # listed times are as many as frames
    return replace(header, outline=replace(header.outline, shape=tuple(shape), clock=clock)), bodies


def typed(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """Another type of values."""
    return replace(header, outline=replace(header.outline, dtype=rng.choice(DTYPES))), bodies


def counted(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """Chunks dropped, doubled, or in another order."""
    some = [rng.choice(bodies) for _ in range(rng.choice((1, 2, 3, size(rng, 10))))]
    return header, some


def told(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """Parameters changed, dropped or added."""
    params = dict(header.params)
    params[rng.choice("qapdsukwrlg")] = rng.choice((0, 1, 2, size(rng, 62), -size(rng, 62)))
    if rng.random() < 0.3:
        params.pop(rng.choice(sorted(params)))
    return replace(header, params=params), bodies


def cut(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """A body that ends early, or goes on."""
    i, wrong = rng.randrange(len(bodies)), list(bodies)
    end = rng.randint(0, len(wrong[i]))
    wrong[i] = wrong[i][:end] + rng.choice((b"", bytes(size(rng, 16)), b"\xff" * 99))
    return header, wrong


def spliced(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """A body whose end is another's, or its own from elsewhere."""
    i, wrong = rng.randrange(len(bodies)), list(bodies)
    other = rng.choice(bodies)
    wrong[i] = wrong[i][: rng.randint(0, len(wrong[i]))] + other[rng.randint(0, len(other)) :]
    return header, wrong


def noisy(rng: Random, header: Header, bodies: list[bytes]) -> Parts:
    """Some bytes of a body changed, the first ones above all, which say what the others mean."""
    i, wrong = rng.randrange(len(bodies)), list(bodies)
    body = bytearray(wrong[i])
    for _ in range(rng.randint(1, 4)):
        body[rng.randrange(min(len(body), rng.choice((6, 40, len(body)))))] = rng.randrange(256)
    wrong[i] = bytes(body)
    return header, wrong


KINDS: tuple[Callable[[Random, Header, list[bytes]], Parts], ...] = (
    shaped, typed, counted, told, cut, spliced, noisy,
)  # fmt: skip


def files() -> list[tuple[str, bytes]]:
    """All forged files, by what was done to which golden."""
    rng, goldens = Random(11), sorted(HERE.glob("*.vds"))
    made = []
    while len(made) < COUNT:
        path = goldens[len(made) % len(goldens)]
        data, kind = path.read_bytes(), rng.choice(KINDS)
        header, bodies = opened(data)
        if header.model is not None and rng.random() < 0.1:
            header = replace(header, model=None)
        try:
            header, bodies = kind(rng, header, bodies)
            outline, params = header.outline, header.params
            wrong = forged(data, bodies=bodies, outline=outline, params=params, model=header.model)
        except (VdscError, ValueError, OverflowError):  # a header that no writer can write
            continue
        made.append((f"{kind.__name__} {path.stem}", wrong))
    return made


def main() -> None:
    """Decode all; an exception that is no VdscError, MemoryError too, ends the program."""
    found, slowest, made = Counter[str](), (0.0, ""), files()
    for name in ("knots-cut", "exact-int16", "exact-video", "exact-sprites", "exact-packed"):
        vdsc.decompress((HERE / f"{name}.vds").read_bytes())  # libraries and models are loaded
    limit = address_space() + MEMLIMIT + SLACK
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for name, data in made:
        began = time.process_time()
        try:
            values = vdsc.decompress(data, memlimit=MEMLIMIT).values
            assert values.shape == opened(data)[0].outline.shape
            found["values"] += 1
        except VdscError as error:
            found[type(error).__name__] += 1
        except BaseException:
            sys.stderr.write(f"{name}\n")
            raise
        slowest = max(slowest, (time.process_time() - began, name))
    sys.stdout.write(json.dumps({"found": found, "slowest": slowest}))


if __name__ == "__main__":
    main()

"""What every codec must pass, found by its id in the registry: `check_codec(codec, values)`.

Nothing here has a tolerance: what decodes is the same to the last bit, whole or in part.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import vdsc
from tests.forge import opened
from vdsc.api.knots import windows
from vdsc.api.resampling import between
from vdsc.codecs import registry
from vdsc.codecs.knots.decoder import KnotReader
from vdsc.codecs.knots.knot_frames import FrameMaker
from vdsc.core.instants import Instants
from vdsc.errors import CorruptFile, TruncatedFile, VdscError


def check_codec(codec, values, *, times=None, damage=24, **options) -> bytes:
    """All checks of this page on values (T, ...) coded by `codec`; returns the file."""
    data, report = vdsc.compress(values, codec=codec, times=times, report=True, **options)
    sequence = vdsc.decompress(data)
    check_round_trip(sequence, values, report, times=times)
    check_report(report, values, sequence.values, data)
    check_info(data, values, report)
    check_contract(data, sequence)
    check_damage(data, damage)
    check_regions(data, sequence)
    if times is None and len(values) < 400:
        check_other_rates(data, sequence)
    check_some_times(data, sequence)
    if codec == "knots":
        check_knots(data, sequence)
    return data


def check_round_trip(sequence, values, report, *, times=None) -> None:
    """Shape, type and times come back; every bit does where the report says so."""
    assert sequence.values.shape == values.shape
    assert sequence.values.dtype.newbyteorder("=") == values.dtype.newbyteorder("=")
    if report.lossless:
        assert sequence.values.tobytes() == np.ascontiguousarray(values).tobytes()
    else:
        assert np.isfinite(sequence.values).all()
    assert (np.diff(sequence.times) > 0).all()
    if times is not None:
        assert (sequence.times == times).all()


def check_report(report, values, decoded, data) -> None:
    """Sizes and errors in the report are those of the file, recomputed from what it decodes to."""
    assert (report.file_bytes, report.raw_bytes) == (len(data), values.nbytes)
    assert report.frames == len(values)
    assert report.bits_per_value == 8 * len(data) / values.size
    assert report.verified
    off = np.abs(decoded.astype(float) - values.astype(float))
    if report.psnr is not None:
        wanted = 10 * np.log10(255**2 / max(np.square(off).mean(), 1e-9))
        assert report.psnr == pytest.approx(wanted)
    elif not report.lossless:
        flat, seen = off.reshape(len(off), -1), []
        for group in report.groups:
            own = range(flat.shape[1])[group.begin : group.end]
            own = list(group.channels or own)
            assert group.mean == pytest.approx(flat[:, own].mean())
            assert group.max == pytest.approx(flat[:, own].max())
            seen += own
        assert sorted(seen) == list(range(flat.shape[1]))


def check_info(data, values, report) -> None:
    """Info says what was coded, and its bytes by purpose sum to the size of the file."""
    facts, (header, bodies) = vdsc.info(data), opened(data)
    assert facts.size == len(data) == sum(facts.budget.values())
    assert min(facts.budget.values()) >= 0
    assert (facts.codec, facts.shape, facts.dtype) == (
        report.codec, values.shape, header.outline.dtype.name,
    )  # fmt: skip
    assert [chunk.size for chunk in facts.chunks] == [len(body) for body in bodies]
    assert facts.knots == report.knots


def check_contract(data, sequence) -> None:
    """A decoder made from the header alone gives all frames, in order, within its memory."""
    header, bodies = opened(data)
    codec = registry.codec_of_file(header.codec)
    assert codec.id == header.codec
    assert codec.memory(header) > 0
    decoder, wanted = codec.decoder(header), Instants(header.outline, own=True)
    parts = [frames for body in bodies for frames in decoder.decode(body, wanted)]
    assert same(np.concatenate(parts, dtype=sequence.values.dtype), sequence.values)
    facts = codec.describe(header, bodies)
    assert sum(facts.budget.values()) == sum(map(len, bodies))


def check_regions(data, sequence) -> None:
    """A part of every frame has the values that it has in the whole, at other instants, too."""
    axes = sequence.values.shape[1:]
    if not axes:
        return
    rng = np.random.default_rng(len(data))
    begins = [int(rng.integers(n)) for n in axes]
    region = tuple(
        slice(low, int(rng.integers(low, n)) + 1) for low, n in zip(begins, axes, strict=True)
    )
    text = ",".join(f"{one.start}:{one.stop}" for one in region)
    places = (slice(None), *region)
    assert same(vdsc.decompress(data, region=text).values, sequence.values[places])
    some = vdsc.decompress(data, times=sequence.times[len(sequence.times) // 2 :], region=region)
    assert same(some.values, sequence.values[places][len(sequence.times) // 2 :])


def check_damage(data, count) -> None:
    """A file cut anywhere, or with one bit flipped anywhere, is known from a sound one."""
    rng = np.random.default_rng(len(data))
    for cut in {0, 1, len(data) - 1, *rng.integers(0, len(data), count).tolist()}:
        for read in (vdsc.decompress, vdsc.info):
            with pytest.raises(TruncatedFile):
                read(data[:cut])
    for at in rng.integers(0, len(data), count).tolist():
        wrong = bytearray(data)
        wrong[at] ^= 1 << int(rng.integers(8))
        with pytest.raises(VdscError):
            vdsc.decompress(bytes(wrong))
    with pytest.raises(CorruptFile):
        vdsc.decompress(data + b"\0")


def check_other_rates(data, sequence) -> None:
    """At three times the rate every third frame is an original instant and has its very frame."""
    finer = vdsc.decompress(data, fps=3 * sequence.clock.rate)
    assert (finer.times[::3] == sequence.times).all()
    assert same(finer.values[::3], sequence.values)
    assert len(finer.values) == 3 * len(sequence.values) - 2
    slower = vdsc.decompress(data, fps=sequence.clock.rate / Fraction(5, 2))
    assert same(slower.values[::2], sequence.values[::5])
    if not registry.codec_of_file(opened(data)[0].codec).continuous:
        line = between(sequence.values, sequence.times, finer.times)
        assert same(finer.values, line)


def check_some_times(data, sequence) -> None:
    """A few of the original times, and the times between, decode alone as they do among all."""
    times, count = sequence.times, len(sequence.values)
    some = np.unique(np.linspace(0, count - 1, 5).astype(int))
    found = vdsc.decompress(data, times=times[some])
    assert (found.times == times[some]).all()
    assert same(found.values, sequence.values[some])
    if count > 1:
        middle = times[:-1] + np.diff(times) * 0.37
        every = vdsc.decompress(data, times=middle).values
        for at in (0, count // 2 - 1, count - 2):
            assert same(vdsc.decompress(data, times=middle[[at]]).values, every[[at]])


def check_knots(data, sequence) -> None:
    """Windows share cells and frames at their seams, and take few bytes above the ideal."""
    header, bodies = opened(data)
    reader, parts = KnotReader(header), list(windows(data))
    chunk = reader.checkpoint.settings["chunk"]
    assert all(part.end - part.begin <= chunk for part in parts)
    assert len(vdsc.inspect_knots(data)) == vdsc.info(data).knots
    for one, other in pairwise(parts):
        if other.begin == one.end - 1:
            assert (one.window.cells[-1] == other.window.cells[0]).all()
            for part in (one, other):
                seam = frame_maker(header).frames(
                    part.window.knots, part.window.values, part.pose, part.seconds,
                    other.seconds[:1],
                )  # fmt: skip
                assert same(seam[0], sequence.values[other.begin])
    assert ideal_bytes(reader.coding, parts) * 1.03 + 96 + 16 * len(parts) >= sum(map(len, bodies))


def frame_maker(header) -> FrameMaker:
    """What makes the frames of a file from its knots."""
    decoder = registry.codec_of_file(header.codec).decoder(header)
    return decoder._maker


def ideal_bytes(coding, parts) -> float:
    """Bytes of the knots by the laws of their codes, and at most of the poses."""
    bits, past = 0.0, None
    for part in parts:
        window, posed = part.window, part.pose
        context = past.window.after if past and part.begin == past.end - 1 else None
        lags = coding.lags(window.knots, part.begin)
        bits += coding.values.bits(window.cells, lags, context=context)
        bits += coding.times.bits(window.knots, part.end - part.begin - 1)
        bits += 0 if posed is None else 8 * (3 + 8 * len(posed.start) + 8 * len(posed.turns))
        past = part
    return bits / 8


def same(one, other) -> bool:
    """Whether two arrays are of one type, one shape, and the same bits."""
    alike = one.dtype == other.dtype and one.shape == other.shape
    return alike and one.tobytes() == other.tobytes()

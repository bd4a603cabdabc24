"""The lossless benchmark as a whole: what is counted, summed, asked and written."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vdsc.bench import clips as data
from vdsc.bench import lossless_benchmark as command
from vdsc.bench import lossless_rows as measure
from vdsc.bench import lossless_tables as report
from vdsc.bench.clips import Clip
from vdsc.bench.lossless_domains import BEST, Ask, LosslessDomain
from vdsc.bench.peers.peer import Peer, Values
from vdsc.bench.runner import Journal

SHAPE = (64, 64, 3)


def deflate(name: str, extra: int) -> Peer:
    """Deflate whose files are `extra` bytes longer than they need to be."""
    return Peer(
        name, (), ((),),
        encode=lambda values, _: bytes(extra) + zlib.compress(values.tobytes()),
        decode=lambda file: np.frombuffer(zlib.decompress(file[extra:]), "u1").reshape(-1, *SHAPE),
    )  # fmt: skip


@pytest.fixture
def domain() -> LosslessDomain:
    """Two clips of different lengths, three codecs of known sizes."""
    rng = np.random.default_rng(1)
    clips = [
        Clip(f"clip_{count}", rng.integers(0, 9, (count, *SHAPE)).astype(np.uint8), None)
        for count in (2, 5)
    ]
    peers = deflate("xz", 2000), deflate("other", 700)
    return LosslessDomain(
        "maze", "Fake", "pixel", clips, (deflate("ours", 0),), peers, Ask(0.9, BEST)
    )


def sizes(domain: LosslessDomain) -> list[int]:
    """What deflate makes of each clip."""
    return [len(zlib.compress(clip.values.tobytes())) for clip in domain.clips]


def test_rows_hold_what_happened(domain: LosslessDomain, journal: Journal) -> None:
    """One row a codec and clip: whole bytes, bits a pixel of all channels, seconds."""
    lines: list[str] = []
    rows = measure.rows(domain, journal, lines.append)
    assert [(row.codec, row.clip) for row in rows[:3]] == [
        ("ours", "clip_2"), ("ours", "clip_5"), ("xz", "clip_2"),
    ]  # fmt: skip
    assert [row.bytes for row in rows[:2]] == sizes(domain)
    assert rows[3].bytes == sizes(domain)[1] + 2000
    assert rows[1].bits == pytest.approx(8 * sizes(domain)[1] / (5 * 64 * 64))
    assert all(row.encode_seconds > 0 and row.decode_seconds > 0 for row in rows)
    assert len(lines) == 3


@pytest.mark.parametrize("unit", ["pixel", "value"])
def test_units_are_pixels_or_values(domain: LosslessDomain, unit: str) -> None:
    """A pixel holds all its channels, a value is one number."""
    each = {"pixel": 64 * 64, "value": 64 * 64 * 3}[unit]
    assert replace(domain, unit=unit).units(domain.clips[1]) == 5 * each


@pytest.mark.parametrize("harm", [lambda x: x ^ 1, lambda x: x[1:], lambda x: x.view(np.int8)])
def test_a_codec_that_changes_anything_stops_the_run(
    domain: LosslessDomain, journal: Journal, harm
) -> None:
    """Other values, another shape and another type are no result."""

    def decode(file: bytes) -> Values:
        return harm(domain.peers[0].decode(file))

    broken = replace(domain, own=(), peers=(replace(domain.peers[0], decode=decode),))
    with pytest.raises(ValueError, match=r"gave|did not give"):
        measure.rows(broken, journal)


def test_signed_zeros_are_told_apart() -> None:
    """Bits are compared, not numbers."""
    zero = np.zeros(1, np.float32)
    assert measure.same(zero, zero.copy())
    assert not measure.same(zero, -zero)


def test_sums_are_over_all_clips(domain: LosslessDomain, journal: Journal) -> None:
    """Bits are those of all bytes over all pixels, ratios of all bytes."""
    found = command.record(domain, measure.rows(domain, journal))["totals"]
    total = sum(sizes(domain))
    assert found["ours"]["bytes"] == total
    assert found["ours"]["bits"] == pytest.approx(8 * total / (7 * 64 * 64))
    assert found["xz"]["ratio"] == pytest.approx((total + 4000) / total)


@pytest.mark.parametrize(
    ("ask", "peer", "extra"), [(Ask(0.9, BEST), "other", 1400), (Ask(1.0, "xz"), "xz", 4000)]
)
def test_what_is_asked_is_a_share_of_a_peer(domain, journal, ask, peer, extra) -> None:
    """The best peer is the smallest one that is not ours."""
    made = command.record(replace(domain, ask=ask), measure.rows(domain, journal))["answer"]
    total, pixels = sum(sizes(domain)), 7 * 64 * 64
    asked = ask.most * 8 * (total + extra) / pixels
    assert made["peer"] == peer
    assert made["asked"] == pytest.approx(asked)
    assert made["met"] == (8 * total / pixels <= asked)


def test_what_is_asked_may_be_a_figure(domain: LosslessDomain, journal: Journal) -> None:
    """A figure in bits is met or missed."""
    rows = measure.rows(domain, journal)
    bits = command.record(domain, rows)["totals"]["ours"]["bits"]
    for most, met in ((bits * 1.01, True), (bits * 0.99, False)):
        made = command.record(replace(domain, ask=Ask(most)), rows)["answer"]
        assert made["met"] is met
        assert made["peer"] is None


def test_without_the_peer_nothing_is_answered(domain: LosslessDomain, journal: Journal) -> None:
    """A run of ours alone has no figure that depends on a peer."""
    alone = command.only(domain, ["ours"])
    assert command.record(alone, measure.rows(alone, journal))["answer"] is None
    with pytest.raises(SystemExit, match="no such codec"):
        command.only(domain, ["rar"])


def test_words_of_what_is_asked() -> None:
    """Each kind of request reads as it was made."""
    said = [
        report.wording({"most": most, "of": of}, "pixel", peer)
        for most, of, peer in ((6.0, None, None), (0.9, BEST, "xz"), (1.0, "xz", "xz"))
    ]
    assert said == [
        "at most 6 bits a pixel", "10 % below the best peer (xz)", "no more than xz",
    ]  # fmt: skip


def test_results_are_written(
    domain: LosslessDomain, journal: Journal, tmp_path: Path, capsys
) -> None:
    """JSON holds all rows, another domain's results are kept, and the tables show both."""
    made = command.record(domain, measure.rows(domain, journal))
    command.write("maze", made, tmp_path)
    command.write("cmu", {**made, "title": "Second"}, tmp_path)
    results = json.loads((tmp_path / "lossless.json").read_text())
    assert list(results) == ["maze", "cmu"]
    assert len(results["maze"]["rows"]) == 6
    assert results["maze"]["conditions"]["libraries"]["numpy"] == np.__version__
    tables = (tmp_path / "lossless.md").read_text()
    assert tables.index("## Fake") < tables.index("## Second")
    assert f"{sum(sizes(domain)):,}" in tables
    assert "| 10 % below the best peer (other) |" in tables
    assert "## Fake" not in capsys.readouterr().out.split("Second")[1]
    assert (tmp_path / "lossless.png").read_bytes().startswith(b"\x89PNG")


def test_without_data_it_says_so_and_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing data folder is one clear line on stderr, and no failure."""
    monkeypatch.delenv(data.VARIABLE, raising=False)
    assert command.main(["--out", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("benchmark skipped: no data: set VDSC_DATA")

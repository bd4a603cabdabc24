"""Many clips in one file: the same values in fewer bytes, in any order."""

from __future__ import annotations

import io
import multiprocessing
import pickle
from contextlib import nullcontext

import numpy as np
import pytest

import vdsc
from vdsc.api import Item, collect, extend, salvage_clips
from vdsc.container.collection_file import CollectionFile
from vdsc.core.meta import Meta
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile, VdscError
from vdsc.io.source import array_source

RNG = np.random.default_rng(5)


def walks(count=6, dtype="f4", channels=6):
    """Clips that are alike: sines of several lengths."""
    made = []
    for i in range(count):
        t = np.arange(30 + 7 * (i % 3))[:, None] / 9
        wave = 30 * np.sin(t * (1 + np.arange(channels) / 7) + i) + 5 * np.arange(channels)
        wave[:, 3] = 12.5
        made.append((wave + RNG.normal(0, 0.05, wave.shape)).astype(dtype))
    return made


def items(clips, metas=()):
    """What `collect` takes."""

    def source(i):
        found = array_source(clips[i], f"clip {i}", exact=True)
        return nullcontext(found if not metas else vdsc_with(found, metas[i]))

    return [Item(f"w/{i}", lambda i=i: source(i)) for i in range(len(clips))]


def vdsc_with(source, meta):
    """A source with metadata."""
    from dataclasses import replace

    return replace(source, meta=meta)


def packed(path, clips, **options):
    """A collection on disk."""
    with path.open("wb") as stream:
        report = collect(items(clips), stream, fps=60, **options)
    assert report.file_bytes == path.stat().st_size
    return report


WAYS = [
    {"codec": "linear", "quality": 55},
    {"lossless": True},
    {"max_error": 0.01},
    {"max_error": "1%"},
    {"codec": "packed"},
]


@pytest.mark.parametrize("options", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_clips_decode_alone_and_in_any_order(tmp_path, options):
    """Each clip keeps its promise, whichever clips were read before."""
    clips = walks()
    packed(tmp_path / "a.vds", clips, **options)
    reader = vdsc.open(str(tmp_path / "a.vds"))
    assert len(reader) == len(clips)
    assert reader.names == tuple(f"w/{i}" for i in range(len(clips)))
    for i in (4, 0, 5, 2, 2, -1):
        made = reader[i].decode()
        clip = clips[i]
        assert made.values.dtype == clip.dtype
        assert made.values.shape == clip.shape
        assert np.allclose(made.times, np.arange(len(clip)) / 60)
        if options.get("lossless") or options.get("codec") == "packed":
            assert (made.values == clip).all()
        elif options.get("max_error") == 0.01:
            assert (np.abs(made.values.astype("f8") - clip) <= 0.01).all()
        else:
            assert np.abs(made.values - clip).max() < 4
    alone = vdsc.open(str(tmp_path / "a.vds"))["w/3"].decode().values
    assert (alone == reader["w/3"].decode().values).all()


def test_clips_share_what_they_can(tmp_path):
    """A collection is smaller than files of their own, headers aside."""
    clips = walks(12)
    report = packed(tmp_path / "a.vds", clips, codec="linear", quality=45)
    single = sum(len(vdsc.compress(c, fps=60, codec="linear", quality=45)) for c in clips)
    assert report.file_bytes < 0.85 * single


def test_parts_of_a_clip(tmp_path):
    """Frames, slices, single frames and other times of one clip are those of the whole."""
    packed(tmp_path / "a.vds", walks(), codec="linear", quality=60)
    clip = vdsc.open(str(tmp_path / "a.vds"))[4]
    whole = clip.decode().values
    assert (clip.frames(3, 9) == whole[3:9]).all()
    assert (clip[5] == whole[5]).all()
    assert (clip[-1] == whole[-1]).all()
    assert (clip[10:20:3] == whole[10:20:3]).all()
    assert clip[7:7].shape == (0, *whole.shape[1:])
    dense = clip.decode(fps=240)
    assert np.abs(dense.values[::4] - whole).max() < 1e-4
    assert (clip.decode([0.1, 0.2]).values == clip.decode([0.1, 0.2, 0.3]).values[:2]).all()
    for wrong in (lambda: clip.frames(0, 999), lambda: clip.decode([99.0])):
        with pytest.raises(InvalidInput):
            wrong()
    with pytest.raises(IndexError):
        clip[len(whole)]


def test_readers_are_copied_to_other_processes(tmp_path):
    """A reader, and a clip of it, may be pickled and forked; no descriptor is held."""
    packed(tmp_path / "a.vds", walks(), codec="linear", quality=60)
    reader = vdsc.open(str(tmp_path / "a.vds"))
    wanted = reader[2].decode().values
    again = pickle.loads(pickle.dumps((reader, reader[2])))
    assert (again[0][2].decode().values == wanted).all()
    assert (again[1].decode().values == wanted).all()
    assert again[1].name == "w/2"
    with multiprocessing.get_context("fork").Pool(2) as pool:
        sums = pool.map(_sum_of, [(reader, i) for i in range(6)])
    assert sums == [_sum_of((reader, i)) for i in range(6)]


def _sum_of(asked):
    reader, number = asked
    return float(reader[number].decode().values.astype("f8").sum())


def test_a_file_that_changes_is_noticed(tmp_path):
    """What was opened is not read from another file of the same name."""
    path = tmp_path / "a.vds"
    packed(path, walks(), codec="linear", quality=60)
    reader = vdsc.open(str(path))
    path.write_bytes(path.read_bytes() + b"x")
    reader._ranges._kept.clear()
    with pytest.raises(InvalidInput, match="changed"):
        reader[5].decode()


@pytest.mark.parametrize("options", WAYS[:3], ids=lambda way: "-".join(map(str, way.values())))
def test_clips_are_appended(tmp_path, options):
    """Later clips begin with what the first one taught, as if all had been packed at once."""
    clips, path = walks(8), tmp_path / "a.vds"
    packed(path, clips[:4], **options)
    with path.open("r+b") as stream:
        more = [Item(f"more/{i}", one.open) for i, one in enumerate(items(clips)[4:])]
        own = {k: v for k, v in options.items() if k not in {"codec", "lossless"}}
        extend(more, stream, fps=60, **own)
    reader = vdsc.open(str(path))
    assert len(reader) == 8
    for i, clip in enumerate(clips):
        off = np.abs(reader[i].decode().values.astype("f8") - clip).max()
        assert off <= {"lossless": 0, "max_error": 0.01}.get(next(iter(options)), 4)
    with path.open("r+b") as stream, pytest.raises(InvalidInput, match="already"):
        extend(more, stream, fps=60)


def test_metadata_of_each_clip(tmp_path):
    """What differs between clips is kept for each."""
    clips = walks(3)
    metas = [Meta("csv", {"head": "a,b", "n": i}) for i in range(2)] + [None]
    with (tmp_path / "a.vds").open("wb") as stream:
        collect(items(clips, metas=metas), stream, fps=60, codec="linear", quality=50)
    reader = vdsc.open(str(tmp_path / "a.vds"))
    assert [clip.meta for clip in reader] == metas


def test_clips_of_other_shapes_are_refused(tmp_path):
    """One line names the clip."""
    clips = [*walks(2), np.zeros((20, 7), "f4")]
    with pytest.raises(InvalidInput, match=r"w/2: the clips of a collection have frames of one"):
        packed(tmp_path / "a.vds", clips, codec="linear")
    with pytest.raises(InvalidInput, match="target_size is for single files"):
        packed(tmp_path / "a.vds", walks(1), target_size=1000)


def test_models_serve_collections(tmp_path):
    """A checkpoint's codec codes all clips, and lossless video shares one checkpoint."""
    film = RNG.integers(0, 2, (4, 10, 16, 16, 3)).astype("u1") * 200
    packed(tmp_path / "a.vds", list(film), lossless=True)
    reader = vdsc.open(str(tmp_path / "a.vds"))
    assert all((reader[i].decode().values == film[i]).all() for i in range(4))


def test_a_cut_collection_gives_its_whole_clips(tmp_path):
    """Cut anywhere, what is whole comes back, bit for bit."""
    clips, path = walks(), tmp_path / "a.vds"
    packed(path, clips, codec="linear", quality=50)
    raw = path.read_bytes()
    wanted = [clip.decode().values for clip in vdsc.open(str(path))]
    (tmp_path / "cut.vds").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(TruncatedFile, match="recover"):
        vdsc.open(str(tmp_path / "cut.vds"))
    found = set()
    for size in range(40, len(raw), 41):
        out = io.BytesIO()
        try:
            count, _ = salvage_clips(io.BytesIO(raw[:size]), out, memlimit=1 << 30)
        except VdscError:
            found.add(0)
            continue
        found.add(count)
        (tmp_path / "out.vds").write_bytes(out.getvalue())
        reader = vdsc.open(str(tmp_path / "out.vds"))
        assert len(reader) == count
        assert (reader[count - 1].decode().values == wanted[count - 1]).all()
    assert len(found) > 4


def test_a_damaged_clip_does_not_harm_the_others(tmp_path):
    """Integrity is that of each clip."""
    clips, path = walks(40), tmp_path / "a.vds"
    packed(path, clips, codec="linear", quality=50)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    reader = vdsc.open(str(path))
    reader[0].decode()
    reader[39].decode()
    with pytest.raises(CorruptFile):
        [clip.decode() for clip in reader]


def test_what_is_no_collection(tmp_path):
    """A file of one sequence opens as that; one that is not there is one line."""
    walk = walks(1)[0]
    (tmp_path / "one.vds").write_bytes(vdsc.compress(walk, fps=60, lossless=True))
    one = vdsc.open(str(tmp_path / "one.vds"))
    assert isinstance(one, vdsc.SequenceReader)
    assert (one.decode().values == walk).all()
    assert (one.frames(5, 9) == walk[5:9]).all()
    assert (pickle.loads(pickle.dumps(one))[3] == walk[3]).all()
    assert one.duration == (0.0, 29 / 60)
    assert np.allclose(one.decode(fps=120).values[::2], walk)
    with pytest.raises(InvalidInput, match="No such file"):
        vdsc.open(str(tmp_path / "none.vds"))
    packed(tmp_path / "many.vds", walks(2), codec="linear")
    with pytest.raises(InvalidInput, match="2 clips"):
        vdsc.decompress((tmp_path / "many.vds").read_bytes())


def mixed():
    """Clips of which no one codec is the smallest: waves, and whole numbers that repeat."""
    rng, t = np.random.default_rng(8), np.arange(90)[:, None] / 9
    wave = (30 * np.sin(t * (1 + np.arange(3) / 7))).astype("f4")
    word = np.tile(rng.integers(0, 1 << 24, (9, 3)), (10, 1)).astype("f4")
    return [one + np.float32(8) * i for i in range(2) for one in (wave, word)]


def test_each_clip_is_coded_by_what_suits_it(tmp_path):
    """No clip is larger than in a file of its own, and those that were salvaged decode alike."""
    clips, path = mixed(), tmp_path / "a.vds"
    packed(path, clips, max_error=0.01)
    with path.open("rb") as stream:
        held = CollectionFile.of(stream)
        sizes = [sum(map(len, held.clip(i).bodies)) for i in range(len(held))]
        assert len(held.shared) > 1
    for size, clip in zip(sizes, clips, strict=True):
        assert size <= len(vdsc.compress(clip, fps=60, max_error=0.01))
    reader = vdsc.open(str(path))
    made = [reader[i].decode().values for i in reversed(range(len(clips)))][::-1]
    off = max(np.abs(a.astype("f8") - b).max() for a, b in zip(made, clips, strict=True))
    assert off <= 0.01
    (tmp_path / "b.vds").write_bytes(salvaged := whole(path.read_bytes()[:-40]))
    again = vdsc.open(str(tmp_path / "b.vds"))
    assert len(again) >= len(clips) - 1
    assert all((a.decode().values == b).all() for a, b in zip(again, made, strict=False))
    settings = dict(vdsc.info(salvaged).settings)
    assert "clips by" in settings["coded otherwise"]


def whole(raw):
    """A collection of the whole clips of another one."""
    out = io.BytesIO()
    salvage_clips(io.BytesIO(raw), out, memlimit=1 << 30)
    return out.getvalue()


def test_clips_are_appended_to_variants(tmp_path):
    """What was learned for a variant serves the clips that come later, and new ones begin."""
    clips, path = mixed(), tmp_path / "a.vds"
    packed(path, clips[:2], max_error=0.01)
    with path.open("r+b") as stream:
        more = [Item(f"more/{i}", one.open) for i, one in enumerate(items(clips)[2:])]
        extend(more, stream, fps=60, max_error=0.01)
    reader = vdsc.open(str(path))
    for i, clip in enumerate(clips):
        assert np.abs(reader[i].decode().values.astype("f8") - clip).max() <= 0.01

"""Which files are read and written: links, collisions, folders, odd names."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli import fake_api
from vdsc.cli.naming import restored_name, vds_name


@pytest.mark.parametrize("kind", ["./clip.npy", "symbolic link", "hard link"])
def test_an_input_is_never_its_own_output(vdsc, motion, kind):
    """However the input is called, it is not overwritten, not even with -f."""
    name = kind if kind.startswith(".") else "link.npy"
    if kind == "symbolic link":
        os.symlink("clip.npy", name)
    elif kind == "hard link":
        os.link("clip.npy", name)
    result = vdsc("compress", "clip.npy", "-o", name, "-f")
    assert result.exit_code == 2
    assert "its own output" in result.stderr
    np.testing.assert_array_equal(np.load("clip.npy"), motion)


def test_an_archive_is_not_the_output_of_its_member(vdsc, motion):
    """FILE.npz:KEY counts as FILE.npz."""
    np.savez("clips.npz", walk=motion)
    assert vdsc("compress", "clips.npz:walk", "-o", "clips.npz", "-f").exit_code == 2
    np.testing.assert_array_equal(np.load("clips.npz")["walk"], motion)


def test_the_times_are_not_overwritten(vdsc, motion):
    """The file of --times cannot be the output either."""
    np.save("t.npy", np.arange(40) / 60)
    result = vdsc("compress", "clip.npy", "--times", "t.npy", "-o", "t.npy", "-f")
    assert result.exit_code == 2
    assert np.load("t.npy").shape == (40,)


@pytest.mark.parametrize("option", ["-o", "--output-dir", "--times", "--model"])
def test_empty_names_are_usage_errors(vdsc, motion, option):
    """An empty name, such as an unset variable of a script gives, is refused."""
    result = vdsc("compress", "clip.npy", option, "")
    assert result.exit_code == 2
    assert "empty" in result.stderr
    assert vdsc("compress", "").exit_code == 2
    assert os.listdir() == ["clip.npy"]


def test_a_collision_skips_only_its_files(vdsc, motion):
    """Under -r two files of one output are said and skipped; all others are compressed."""
    os.makedirs("in")
    for name in ("a", "b", "c"):
        np.save(f"in/{name}.npy", motion)
    np.savez("in/b.npz", motion)
    result = vdsc("compress", "-r", "in")
    assert result.exit_code == 1
    lines = [line for line in result.stderr.splitlines() if line.startswith("vdsc:")]
    assert len(lines) == 2
    assert "in/b.npy and in/b.npz would both become in/b.vds" in lines[0]
    assert sorted(os.listdir("in")) == ["a.npy", "a.vds", "b.npy", "b.npz", "c.npy", "c.vds"]


def test_named_collisions_are_usage_errors(vdsc, motion):
    """Two inputs of one name and one --output-dir, named by the user, are refused at once."""
    os.makedirs("other")
    np.save("other/clip.npy", motion)
    result = vdsc("compress", "clip.npy", "other/clip.npy", "--output-dir", "out")
    assert result.exit_code == 2
    assert "would both become out/clip.vds" in result.stderr


def test_folders_are_decompressed_too(vdsc, motion):
    """Decompress -r takes the .vds files below a folder, whatever the case of their suffix."""
    os.makedirs("in/deep")
    vdsc("compress", "clip.npy", "-o", "in/deep/a.vds")
    vdsc("compress", "clip.npy", "-o", "in/B.VDS")
    assert vdsc("decompress", "in").exit_code == 2
    assert vdsc("decompress", "-r", "in", "--output-dir", "out").exit_code == 0
    np.testing.assert_array_equal(np.load("out/deep/a.npy"), motion)
    np.testing.assert_array_equal(np.load("out/B.npy"), motion)
    result = vdsc("decompress", "-r", "out")
    assert result.exit_code == 1
    assert "out holds no .vds files" in result.stderr


def test_suffixes_may_be_upper_case(vdsc, motion):
    """CLIP.NPY is read and written like clip.npy, also from a folder."""
    os.makedirs("in")
    np.save("clip.npy", motion)
    os.rename("clip.npy", "in/CLIP.NPY")
    assert vdsc("compress", "-r", "in").exit_code == 0
    assert vdsc("decompress", "in/CLIP.vds", "-o", "OUT.NPY").exit_code == 0
    with open("OUT.NPY", "rb") as file:
        np.testing.assert_array_equal(np.load(file), motion)


@pytest.mark.parametrize(
    ("models", "code"), [(("absent", "huge"), 5), (("huge", "absent"), 6), (("fake", "huge"), 6)]
)
def test_the_first_failing_code_is_returned(vdsc, motion, monkeypatch, models, code):
    """Of several failures the first one's code is returned, also if the first file succeeds."""
    np.save("next.npy", motion)
    plain, which = fake_api.encode, iter(models)

    def encode(*arguments, **options):
        return plain(*arguments, **{**options, "model": next(which)})

    monkeypatch.setattr(fake_api, "encode", encode)
    assert vdsc("compress", "clip.npy", "next.npy").exit_code == code


def test_every_error_names_its_file(vdsc, motion):
    """An error that does not name the file is given its name; stdin is called so."""
    Path("bad.vds").write_bytes(b"junk")
    assert "vdsc: bad.vds: not a .vds file\n" in vdsc("info", "bad.vds").stderr
    assert "vdsc: bad.vds: not a .vds file\n" in vdsc("decompress", "bad.vds").stderr
    assert "vdsc: stdin: not a .vds file\n" in vdsc("info", "-", stdin=b"junk").stderr
    assert "vdsc: clip.npy: too large\n" in vdsc("compress", "clip.npy", "--model", "huge").stderr
    assert vdsc("info", "gone.vds").stderr.count("gone.vds") == 1


ODD = os.fsdecode(b"\x1b[31m\xff\n.vds")
SAFE = "\\x1b[31m\\xff\\n.vds"


def test_names_cannot_write_on_the_terminal(vdsc, motion):
    """Escape sequences, line ends and bytes that are not UTF-8 are shown, never sent."""
    vdsc("compress", "clip.npy", "-o", "plain.vds")
    os.rename("plain.vds", ODD)
    os.mkdir(ODD + "d")
    good = vdsc("info", ODD)
    assert SAFE in good.stdout
    again = vdsc("decompress", ODD, "-o", ODD + ".npy")
    lines = [
        again.stderr,
        vdsc("info", "no" + ODD).stderr,
        vdsc("info", ODD + "d").stderr,
        vdsc("decompress", ODD + "d").stderr,
        vdsc("compress", ODD, "-o", ODD, "-f").stderr,
        vdsc("x" + ODD).stderr.replace("\\udcff", "\\xff"),
    ]
    for words in lines:
        assert "\x1b" not in words
        assert "\\x1b[31m\\xff\\n.vds" in words
    assert np.load(ODD + ".npy").shape == (40, 3)


def test_cards_cannot_write_on_the_terminal(vdsc, monkeypatch):
    """What a checkpoint says of itself is escaped, too."""
    (card,) = fake_api.installed_models()
    monkeypatch.setattr(
        fake_api, "installed_models", lambda: [type(card)("\x1b[2J", *["\x9b\x07"] * 2, 1, *"abcd")]
    )
    shown = vdsc("models", "-v").stdout
    assert "\\x1b[2J" in shown
    assert not {"\x1b", "\x9b", "\x07"} & set(shown)


def test_outputs_are_called_after_their_inputs():
    """The last suffix is replaced, and the key of an archive becomes a part of the name."""
    names = {
        "clip.npy": "clip.vds",
        "a/clip.v2.NPY": "a/clip.v2.vds",
        "clips.npz:walk": "clips.walk.vds",
        "CLIPS.NPZ:walk": "CLIPS.walk.vds",
        "clips.npz:a/b.npy": "clips.a.b.npy.vds",
        "clips.npz:../../x": "clips.......x.vds",
        "batch.npy:3": "batch.3.vds",
        "photo.v2.JPEG": "photo.v2.vds",
        "plain": "plain.vds",
        "plain:walk": "plain:walk.vds",
    }
    assert {name: vds_name(name) for name in names} == names
    assert restored_name("a/clip.v2.VDS") == "a/clip.v2.npy"


def test_folders_of_pictures_have_outputs_beside_them(vdsc, folder):
    """A dot in a folder's name is no suffix, and `.` has a name of its own."""
    os.makedirs("take.1/in")
    assert vds_name("take.1") == vds_name("take.1/") == "take.1.vds"
    assert vds_name(".") == f"{os.path.realpath(folder)}.vds"
    assert vds_name("take.1/in/..") == f"{os.path.realpath('take.1')}.vds"


def test_a_folder_of_pictures_is_one_input(vdsc, video):
    """It is compressed as a whole, but not with -r, which takes each, nor where it holds none."""
    os.mkdir("frames")
    for number, frame in enumerate(video):
        Image.fromarray(frame).save(f"frames/{number}.png")
    assert vdsc("compress", "frames").exit_code == 0
    assert vdsc("decompress", "frames.vds", "-o", "again/").exit_code == 0
    assert vdsc("compress", "again", "-o", "again.vds").exit_code == 0
    assert vdsc("decompress", "again.vds").exit_code == 0
    np.testing.assert_array_equal(np.load("again.npy"), video)
    assert vdsc("compress", "-r", "frames", "--output-dir", "each").exit_code == 0
    assert len(os.listdir("each")) == len(video)
    os.mkdir("empty")
    refused = vdsc("compress", "empty")
    assert refused.exit_code == 2
    assert "is a directory; name files, or add -r" in refused.stderr


def test_keys_belong_to_files_that_exist(vdsc):
    """A colon parts a key only from an existing file, an archive's name, or stdin."""
    np.savez("kept", a=np.ones((4, 3)))
    os.rename("kept.npz", "v1.old")
    Path("odd.npz:walk").write_bytes(b"")
    names = {"v1.old:walk": "v1.old.walk.vds", "odd.npz:walk": "odd.vds", "x:y": "x:y.vds"}
    assert {name: vds_name(name) for name in names} == names


def test_sequences_of_a_batch_have_outputs_of_their_own(vdsc):
    """FILE.npy:0 and FILE.npy:1 are two files, also in a folder of outputs."""
    batch = np.random.default_rng(0).standard_normal((2, 40, 5)).astype(np.float32)
    os.mkdir("in")
    np.save("in/batch.npy", batch)
    inputs = "in/batch.npy:0", "in/batch.npy:1"
    assert vdsc("compress", *inputs).exit_code == 0
    assert sorted(os.listdir("in")) == ["batch.0.vds", "batch.1.vds", "batch.npy"]
    assert vdsc("compress", *inputs, "--output-dir", "out").exit_code == 0
    assert sorted(os.listdir("out")) == ["batch.0.vds", "batch.1.vds"]
    vdsc("decompress", "out/batch.1.vds", "-o", "one.npy")
    np.testing.assert_array_equal(np.load("one.npy"), batch[1])


def test_keys_with_slashes_stay_below_the_folder(vdsc, motion):
    """A member called a/b goes to one file in --output-dir; two that become one are refused."""
    np.savez("clips.npz", **{"a/b": motion, "a.b": motion, "../up": motion})
    for key in ("a/b", "../up"):
        result = vdsc("compress", f"clips.npz:{key}", "--output-dir", "out")
        assert result.exit_code == 0, result.stderr
    assert sorted(os.listdir("out")) == ["clips....up.vds", "clips.a.b.vds"]
    result = vdsc("compress", "clips.npz:a/b", "clips.npz:a.b")
    assert result.exit_code == 2
    assert "would both become clips.a.b.vds" in result.stderr


def test_an_array_of_an_archive_on_stdin_goes_to_stdout(vdsc, motion):
    """-:KEY is stdin, and its errors are stdin's."""
    np.savez("clips.npz", walk=motion, run=motion + 1)
    data = Path("clips.npz").read_bytes()
    result = vdsc("compress", "--", "-:run", stdin=data)
    assert result.exit_code == 0
    assert sorted(os.listdir()) == ["clip.npy", "clips.npz"]
    Path("run.vds").write_bytes(result.stdout_bytes)
    vdsc("decompress", "run.vds")
    np.testing.assert_array_equal(np.load("run.npy"), motion + 1)
    assert vdsc("compress", "--", "-:gone", stdin=data).stderr.startswith("vdsc: stdin")


def test_a_device_may_be_read_and_written(vdsc):
    """/dev/null as input and output is no file that would overwrite itself."""
    result = vdsc("compress", "/dev/null", "-o", "/dev/null")
    assert result.exit_code == 1
    assert "its own output" not in result.stderr

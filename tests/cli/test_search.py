"""`-r`: what is below a folder, what is left out, and what becomes of links."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FILES = ("in/a.npy", "in/.hidden.npy", "in/.git/b.npy", "in/raw/c.npy", "in/raw/deep/d.npy")


@pytest.fixture
def tree(motion):
    """Write a small tree of arrays."""
    for name in FILES:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        np.save(name, motion)


def made(vdsc, *line, code=0):
    """The outputs below `out`, after compressing the folder `in`."""
    result = vdsc("compress", "-r", "in", "--output-dir", "out", *line)
    assert result.exit_code == code, result.stderr
    found = sorted(p.as_posix()[4:] for p in Path("out").rglob("*") if p.is_file())
    return found, result.stderr


def test_hidden_files_are_files(vdsc, tree):
    """As with find, names that begin with a dot are taken."""
    found, _ = made(vdsc)
    assert found == [".git/b.vds", ".hidden.vds", "a.vds", "raw/c.vds", "raw/deep/d.vds"]


@pytest.mark.parametrize(
    ("globs", "left"),
    [
        ([".*"], ["a.vds", "raw/c.vds", "raw/deep/d.vds"]),
        (["raw"], [".git/b.vds", ".hidden.vds", "a.vds"]),
        (["raw/deep"], [".git/b.vds", ".hidden.vds", "a.vds", "raw/c.vds"]),
        (["raw/*.npy"], [".git/b.vds", ".hidden.vds", "a.vds"]),
        (["[ab].npy", "deep"], [".hidden.vds", "raw/c.vds"]),
        (["A.npy", "in/a.npy", "raw", ".git"], [".hidden.vds", "a.vds"]),
    ],
)  # fmt: skip
def test_globs_leave_out_names_and_paths(vdsc, tree, globs, left):
    """A glob is of a name or of the path below the folder; a folder goes with all in it."""
    assert made(vdsc, *(word for glob in globs for word in ("--exclude", glob)))[0] == left


def test_globs_need_folders(vdsc, tree):
    """Without -r --exclude is a usage error; where it leaves nothing, it is named."""
    assert vdsc("compress", "in/a.npy", "--exclude", "*").exit_code == 2
    assert "check the path and --exclude" in made(vdsc, "--exclude", "*", code=1)[1]


def test_pictures_beside_other_files_are_passed_over(vdsc, tree):
    """They often show what the others are; where there are only pictures, each is taken."""
    for name in ("in/a.jpg", "in/raw/seen.PNG"):
        Image.new("RGB", (4, 4)).save(name)
    found, said = made(vdsc)
    assert found == [".git/b.vds", ".hidden.vds", "a.vds", "raw/c.vds", "raw/deep/d.vds"]
    assert "note: 2 pictures below in lie beside other files and are passed over" in said
    for name in FILES:
        Path(name).unlink()
    assert vdsc("compress", "-r", "in", "--output-dir", "only").exit_code == 0
    assert sorted(p.name for p in Path("only").rglob("*.vds")) == ["a.vds", "seen.vds"]


def test_links_are_passed_over_and_counted(vdsc, tree):
    """Links to files and folders are not followed below a folder; one note says how many."""
    os.symlink("a.npy", "in/link.npy")
    os.symlink("raw", "in/again")
    os.symlink("/etc/passwd", "in/notes.txt")
    found, words = made(vdsc)
    assert len(found) == len(FILES)
    assert "note: symbolic links are passed over (2 below in); -f follows them\n" in words
    assert "links" not in made(vdsc, "-q", "-f")[1]
    assert vdsc("compress", "in/link.npy").exit_code == 0


def test_forced_links_are_followed_once(vdsc, tree):
    """With -f links are followed; a loop ends; a link that leads nowhere is said."""
    os.symlink("..", "in/raw/loop")
    os.symlink(os.path.abspath("in/raw"), "in/again")
    os.symlink("gone.npy", "in/lost.npy")
    found, words = made(vdsc, "-f", code=1)
    assert "in/lost.npy: no such file" in words
    assert len(found) == len(FILES)


def test_a_folder_of_links_alone_says_so(vdsc, tree):
    """Where all are links, the advice names -f."""
    os.mkdir("links")
    os.symlink("../in/a.npy", "links/a.npy")
    result = vdsc("compress", "-r", "links")
    assert result.exit_code == 1
    assert "check the path; symbolic links are passed over (1 below links); -f" in result.stderr


def test_pipes_in_a_folder_are_no_files(vdsc, tree):
    """A FIFO that is called like an array would never end; it is left alone."""
    os.mkfifo("in/pipe.npy")
    assert len(made(vdsc)[0]) == len(FILES)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_said(vdsc, tree):
    """A warning names it; the others are done."""
    os.chmod("in/raw", 0)
    try:
        assert "in/raw: Permission denied" in made(vdsc)[1]
    finally:
        os.chmod("in/raw", 0o700)

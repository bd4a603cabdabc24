"""The table of file formats: how each is recognised, opened and written."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from vdsc.errors import InvalidInput

HEAD = 12
"""How many bytes of a file say what it is."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its suffixes, the bytes it begins with, and its adapters, if it has them.

    An adapter is a context manager, named `module:function` and imported when it is first used:
    `open(stream, name, key, exact=..., limit=...)` gives a Source, and
    `sink(stream, outline, meta)` a Sink. A kind without magic is known by suffix, or by the name
    that the user gives. also: a place, and what is there besides. again: the suffix of the files
    that what was read becomes again, where its own kind is not written.
    """

    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...]
    open: str | None = None
    sink: str | None = None
    at: int = 0
    also: tuple[int, bytes] = (0, b"")
    again: str = ""

    def sniff(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this format."""
        place, more = self.also
        return head[self.at :].startswith(self.magic) and head[place:].startswith(more)

    @property
    def name(self) -> str:
        """What users and metadata call it: its first suffix without the dot."""
        return self.suffixes[0][1:]


OPEN_VIDEO = "vdsc.io.video_source:open_video"
OPEN_PICTURE = "vdsc.io.single_picture:open_picture"
TIFF = b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"
C3D = tuple(bytes([block, 0x50]) for block in range(1, 9))
"""A C3D file begins with the number of a block, which no text does, and a P."""

FORMATS = (
    Format((".npy",), (b"\x93NUMPY",), "vdsc.io.npy:open_npy", "vdsc.io.npy:npy_sink"),
    Format((".npz",), (b"PK\x03\x04", b"PK\x05\x06"), "vdsc.io.npz:open_npz"),
    Format((".mp4",), (b"ftyp",), OPEN_VIDEO, "vdsc.io.video:mp4_sink", at=4),
    Format((".mov",), (b"moov", b"mdat"), OPEN_VIDEO, "vdsc.io.video:mov_sink", at=4),
    Format((".webm",), (b"\x1aE\xdf\xa3",), OPEN_VIDEO, "vdsc.io.video:webm_sink"),
    Format((".mkv",), (b"\x1aE\xdf\xa3",), OPEN_VIDEO, "vdsc.io.video:mkv_sink"),
    Format((".gif",), (b"GIF87a", b"GIF89a"), OPEN_VIDEO, "vdsc.io.gif:gif_sink"),
    Format((".bvh",), (b"HIERARCHY",), "vdsc.io.bvh:open_bvh", "vdsc.io.bvh_sink:bvh_sink"),
    Format((".png",), (b"\x89PNG\r\n\x1a\n",), OPEN_PICTURE, "vdsc.io.single_picture:png_sink"),
    Format((".jpg", ".jpeg"), (b"\xff\xd8\xff",), OPEN_PICTURE, again=".png"),
    Format((".bmp",), (b"BM",), OPEN_PICTURE, also=(6, bytes(4)), again=".png"),
    Format((".tif", ".tiff"), TIFF, OPEN_PICTURE, again=".png"),
    Format((".webp",), (b"RIFF",), OPEN_PICTURE, also=(8, b"WEBP"), again=".png"),
    Format((".csv",), (), "vdsc.io.csv_read:open_csv", "vdsc.io.csv_write:csv_sink"),
    Format((".tsv",), (), "vdsc.io.csv_read:open_csv", "vdsc.io.csv_write:tsv_sink"),
    Format((".wav",), (b"RIFF", b"RF64"), "vdsc.io.wav:open_wav", "vdsc.io.wav:wav_sink"),
    Format((".c3d",), C3D, "vdsc.io.c3d:open_c3d", "vdsc.io.c3d:c3d_sink"),
    Format(
        (".parquet",),
        (b"PAR1",),
        "vdsc.io.parquet_read:open_parquet",
        "vdsc.io.parquet_write:parquet_sink",
    ),
)

READ = tuple(suffix for form in FORMATS if form.open for suffix in form.suffixes)
"""Suffixes of the files that are read."""

WRITTEN = tuple(suffix for form in FORMATS if form.sink for suffix in form.suffixes)
"""Suffixes of the files that are written."""

PICTURES = tuple(
    suffix for form in FORMATS if form.open == OPEN_PICTURE for suffix in form.suffixes
)
"""Suffixes of the files that hold a single picture."""

UNREADABLE = (
    (b"\x89VDS", "a .vds file; decompress it first"),
    (b"\x89HDF", "an HDF5 file; read it with h5py and write the array with numpy.save"),
    (b"\x80", "a pickle, which is never opened; load it and write the array with numpy.save"),
)
"""Files that people name by mistake, and what to do with them."""


def adapter(target: str) -> Any:
    """The function that `module:function` names, imported now."""
    module, function = target.split(":")
    try:
        return getattr(import_module(module), function)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise InvalidInput(f"this needs a library that is missing: pip install {package}") from None


def opener(stream: BinaryIO, name: str, form: str = "") -> Any:
    """The adapter that opens `stream`; InvalidInput if there is none.

    form: the name of the format; where it is not given, the first bytes say what the file is, or
    its suffix where those of its kind do not.
    """
    if form:
        return adapter(_named(form))
    head = stream.read(HEAD)
    stream.seek(0)
    suffix = Path(name).suffix.lower()
    for one in FORMATS:
        if one.open and (one.sniff(head) or (not one.magic and suffix in one.suffixes)):
            return adapter(one.open)
    raise InvalidInput(f"{name} is {_unknown(head)}")


def kind_of(head: bytes) -> str:
    """The name of the readable format that a file of these first bytes has; "" if it has none."""
    return next((form.name for form in FORMATS if form.open and form.sniff(head)), "")


def writer(path: str, form: str = "") -> Any:
    """The adapter that writes `path` as `form`, or as its suffix says, one of WRITTEN.

    `-` is written as .npy where no form is given.
    """
    suffix = suffix_of(form) if form else ".npy" if path == "-" else Path(path).suffix.lower()
    return next(adapter(form.sink) for form in FORMATS if suffix in form.suffixes and form.sink)


def suffix_of(form: str) -> str:
    """The suffix of the files of a format that is written; empty if it is not."""
    return next((one.suffixes[0] for one in FORMATS if one.name == form and one.sink), "")


def suffix_again(form: str) -> str:
    """The suffix of the files that what was read from a format becomes; empty if it has none."""
    again = next((one.again for one in FORMATS if one.name == form), "")
    return again or suffix_of(form)


def _named(form: str) -> str:
    """The adapter that opens files of a format that the user names."""
    readable = {one.name: one.open for one in FORMATS if one.open}
    if form not in readable:
        raise InvalidInput(f"{form!r} is no format that is read; use one of {', '.join(readable)}")
    return readable[form]


def _unknown(head: bytes) -> str:
    """What a file is that cannot be read, and what to do."""
    readable = ", ".join(READ)
    if not head:
        return f"empty, not an {readable} file; was it written to the end?"
    for magic, words in UNREADABLE:
        if head.startswith(magic):
            return words
    words = f"not an {readable} file by its content or suffix; say which with --format"
    return f"{words}, or load it and write the array with numpy.save"

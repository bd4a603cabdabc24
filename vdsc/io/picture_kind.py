"""What pixels a picture has, and what all pictures of a folder can be read as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from vdsc.core.words import printable
from vdsc.errors import InvalidInput

MODES = {
    "1": "L", "L": "L", "LA": "RGBA", "P": "RGB", "PA": "RGBA", "RGB": "RGB", "RGBA": "RGBA",
    "I;16": "I;16", "I;16L": "I;16", "I;16B": "I;16",
}  # fmt: skip
"""What a mode of Pillow is read as; a palette with transparency as RGBA."""

RICH = ("L", "RGB", "RGBA")
CHANNELS = {"L": (), "RGB": (3,), "RGBA": (4,), "I;16": ()}
TURNS = range(5, 9)  # orientations in EXIF that swap width and height
ORIENTATION = 274
TURNED, PROFILE = "turned as the files ask", "left out: colour profiles"
CAMERA = "left out: what a camera wrote (EXIF)"


@dataclass(frozen=True, slots=True)
class Kind:
    """Mode of Pillow, height and width of a picture the right way up, and what is said of it."""

    mode: str
    height: int
    width: int
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W) or (H, W, C)."""
        return (self.height, self.width, *CHANNELS[self.mode])

    @property
    def dtype(self) -> str:
        """Of the values, by name."""
        return "uint16" if self.mode == "I;16" else "uint8"


def kind_of_picture(image: Image.Image, name: str) -> Kind:
    """What an open picture is; raises InvalidInput for what would not come back as it is."""
    mode = MODES.get(image.mode)
    pages = getattr(image, "n_frames", 1)
    if pages > 1:
        raise InvalidInput(f"{name} holds {pages} pictures; save each in a file of its own")
    if mode is None or _is_deep(image):
        words = f"{name} has pixels of the kind {_raw_mode(image)}, which are not read"
        raise InvalidInput(f"{words}; convert it to RGB or RGBA of 8 bits, or to grey")
    if "transparency" in image.info:
        mode = "RGBA"
    exif = image.getexif()
    way = exif.get(ORIENTATION, 1)
    if way != 1 and image.format == "TIFF":  # Pillow turns these before or after, by version
        raise InvalidInput(f"{name} asks to be shown turned; apply that first, or save it as .png")
    turned = way in TURNS
    height, width = (image.width, image.height) if turned else (image.height, image.width)
    notes = [TURNED] if way in range(2, 9) else []
    notes += [PROFILE] if image.info.get("icc_profile") else []
    notes += [CAMERA] if image.format != "TIFF" and set(exif) - {ORIENTATION} else []
    return Kind(mode, height, width, tuple(notes))


def common(kinds: Sequence[Kind], names: Sequence[str], folder: str) -> Kind:
    """What all pictures are read as; raises InvalidInput where they have no size in common."""
    first = kinds[0]
    for kind, name in zip(kinds, names, strict=True):
        if (kind.height, kind.width) != (first.height, first.width):
            one, other = (f"{k.width} x {k.height}" for k in (first, kind))
            words = f"{printable(names[0])} has {one} pixels and {printable(name)} {other}"
            raise InvalidInput(f"{folder}: {words}; put pictures of one size into a folder")
    modes = {kind.mode for kind in kinds}
    if "I;16" in modes and len(modes) > 1:
        words = "some pictures have 16 bits and others 8"
        raise InvalidInput(f"{folder}: {words}; put those of one kind into a folder")
    mode = first.mode if len(modes) == 1 else max(modes, key=RICH.index)
    notes = dict.fromkeys(note for kind in kinds for note in kind.notes)
    return Kind(mode, first.height, first.width, tuple(notes))


def _is_deep(image: Any) -> bool:
    """Whether Pillow would read 16 bits a colour as 8, as it does with PNG in colours."""
    return "16" in _raw_mode(image) and not image.mode.startswith("I")


def _raw_mode(image: Any) -> str:
    """How the pixels lie in the file, in Pillow's words."""
    found = image.tile[0][3] if image.tile else ""
    return str(found[0] if isinstance(found, tuple) else found)

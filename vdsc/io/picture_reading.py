"""One picture by Pillow: what it is, its pixels, and what goes wrong with it in words."""

from __future__ import annotations

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from vdsc.core import memory
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.picture_kind import Kind, kind_of_picture

LIBRARY_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")
PICTURE_ERRORS = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError,
    TypeError, ValueError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises for damaged files, by kind and version."""

PIXEL = 16
"""Bytes of memory that a pixel may take on its way."""

logging.getLogger("PIL").addHandler(logging.NullHandler())  # what is wrong is said once, by us


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture is, what messages call it, and what to do if it is damaged."""

    place: Path | BinaryIO
    name: str
    advice: str

    def look(self, limit: int) -> Kind:
        """What it is, by its first bytes; its pixels are not read.

        Raises InvalidInput for what would not come back as it is, and LimitExceeded for a picture
        that may take more than `limit` bytes of memory.
        """
        with self._opened() as image:
            memory.check(PIXEL * image.width * image.height, limit, f"the picture {self.name}")
            return kind_of_picture(image, self.name)

    def pixels(self, kind: Kind) -> NDArray[np.generic]:
        """The pixels (H, W[, C]) as uint8 or uint16 in the mode of `kind`, turned as it asks."""
        with self._opened() as image:
            upright = ImageOps.exif_transpose(image)
            shown = upright if upright.mode == kind.mode else upright.convert(kind.mode)
            values = np.asarray(shown)
        if values.shape != kind.shape:
            raise InvalidInput(f"{self.name} changed while it was read; compress a copy")
        return values.astype(kind.dtype, copy=False)

    @contextmanager
    def _opened(self) -> Iterator[Image.Image]:
        """The picture; whatever fails with it is InvalidInput."""
        if not isinstance(self.place, Path):
            self.place.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(self.place, formats=LIBRARY_FORMATS) as image:
                    yield image
        except PICTURE_ERRORS as error:
            said = str(error).partition("\n")[0].replace(str(self.place), "it")
            words = f"{self.name} is not a sound picture ({printable(said[:80])})"
            raise InvalidInput(f"{words}; {self.advice}") from None

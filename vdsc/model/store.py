"""Where checkpoints lie, what they say of themselves, and whether they are what they say.

No torch here: listing and describing models stays quick.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from vdsc.errors import ModelMissing

CONFIG, WEIGHTS, TABLES = "model.json", "weights.safetensors", "tables.safetensors"
DIGEST_BYTES = 6
PATHS, VIDEO = "paths", "video"  # kinds: latent paths, and lossless video without them
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Checkpoint:
    """A model folder: plain settings now, tensors when asked for."""

    folder: Path
    settings: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Read a folder's settings; raises ModelMissing where it holds no checkpoint."""
        try:
            found = cls(folder, json.loads((folder / CONFIG).read_text()))
            _ = found.name, found.digest, found.kind == VIDEO or found.frame
        except (LookupError, OSError, TypeError, ValueError) as error:
            raise ModelMissing(f"{folder} holds no readable checkpoint ({error})") from None
        return found

    @property
    def name(self) -> str:
        """The name files call it by."""
        return str(self.settings["name"])

    @property
    def kind(self) -> str:
        """What its networks are: PATHS or VIDEO."""
        return str(self.settings.get("kind", PATHS))

    @property
    def digest(self) -> bytes:
        """First bytes of the content hash that its settings claim; `tensors` checks it."""
        return bytes.fromhex(self.settings["digest"])

    @property
    def frame(self) -> tuple[int, ...]:
        """Shape of one frame; of PATHS."""
        return tuple(self.settings["net"]["frame"])

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(p.stat().st_size for p in self.folder.iterdir() if p.is_file())

    @cached_property
    def tensors(self) -> tuple[Arrays, Arrays]:
        """Weights and integer tables (none for VIDEO), as the digest says; raises ModelMissing."""
        try:
            weights = load_file(self.folder / WEIGHTS)
            tables = {} if self.kind == VIDEO else load_file(self.folder / TABLES)
        except (OSError, SafetensorError) as error:
            raise ModelMissing(f"{self.name}: {error}; install the checkpoint again") from None
        found = content_digest(self.settings, weights, tables)
        if found != self.digest:
            raise ModelMissing(
                f"{self.name} has hash {found.hex()} but says {self.digest.hex()}: "
                "its files were changed or damaged; install the checkpoint again"
            )
        return weights, tables


def content_digest(settings: dict[str, Any], weights: Arrays, tables: Arrays) -> bytes:
    """First 6 bytes of SHA-256 over what decoding depends on, independent of file layout."""
    keys = ("kind", "net", "frames", "chunk")
    decisive = {key: settings[key] for key in keys if key in settings}
    hasher = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode())
    for part in (weights, tables):
        for name in sorted(part):
            array = np.ascontiguousarray(part[name])
            hasher.update(f"{name} {array.dtype.str} {array.shape}".encode())
            hasher.update(array.tobytes())
    return hasher.digest()[:DIGEST_BYTES]


def folders() -> list[Path]:
    """Folders that hold model folders: $VDSC_MODELS, then those that came with the package."""
    extra = [Path(p) for p in os.environ.get("VDSC_MODELS", "").split(os.pathsep) if p]
    package = Path(str(files("vdsc")))
    return [*extra, package / "_models", package.parent / "models"]


def installed() -> list[Checkpoint]:
    """Every checkpoint found, the first of equal digests only.

    A folder whose settings cannot be read is passed over: it must not take the others with it.
    """
    found: dict[bytes, Checkpoint] = {}
    for folder in folders():
        for config in sorted(folder.glob(f"*/{CONFIG}")):
            with suppress(ModelMissing):
                checkpoint = Checkpoint.open(config.parent)
                found.setdefault(checkpoint.digest, checkpoint)
    return list(found.values())


def by_name(name: str) -> Checkpoint:
    """The checkpoint called `name`, or in the folder `name`; raises ModelMissing."""
    if (Path(name) / CONFIG).is_file():
        return Checkpoint.open(Path(name))
    for checkpoint in installed():
        if checkpoint.name == name:
            return checkpoint
    names = ", ".join(sorted(c.name for c in installed())) or "none"
    raise ModelMissing(f"no model {name!r}; installed: {names} (VDSC_MODELS adds folders)")


def by_digest(name: str, digest: bytes) -> Checkpoint:
    """The checkpoint a file was written with; raises ModelMissing that names it and its hash."""
    for checkpoint in installed():
        if checkpoint.digest == digest:
            return checkpoint
    raise ModelMissing(
        f"the file needs model {name!r} with hash {digest.hex()}, which is not installed; "
        "put its folder into a folder named by VDSC_MODELS"
    )

"""Where checkpoints lie, what they say of themselves, and whether they are what they say.

No torch here: listing and describing models stays quick.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from vdsc.errors import InvalidInput, ModelMissing
from vdsc.model import model_json

CONFIG, WEIGHTS, TABLES = "model.json", "weights.safetensors", "tables.safetensors"
PROCESS = "process.safetensors"
"""The knot process of encoders; decoding does not depend on it, and so neither does the hash."""

DIGEST_BYTES, OLD_DIGEST_BYTES = 16, 6  # checkpoints made by release 0.1 state 6 bytes
PATHS, VIDEO = model_json.PATHS, model_json.VIDEO
BITSBACK, SPRITES = model_json.BITSBACK, model_json.SPRITES
FIELD, SOLIDS = model_json.FIELD, model_json.SOLIDS
IMPLICIT, SKETCH = model_json.IMPLICIT, model_json.SKETCH
Arrays = dict[str, NDArray[Any]]
T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parents[1]

KEPT = 64
"""Checkpoints that stay in memory, with what was built of them, while their files stay the same."""

MISFITS = (
    ArithmeticError, AssertionError, AttributeError, InvalidInput, LookupError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
"""What building networks and tables raises where settings and tensors do not fit each other."""


@dataclass(frozen=True)
class Checkpoint:
    """A model folder: plain settings now, tensors when asked for."""

    folder: Path
    settings: dict[str, Any]
    _built: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Read a folder's settings; raises ModelMissing where it holds no checkpoint."""
        try:
            settings = json.loads((folder / CONFIG).read_text())
            model_json.check_settings(settings)
            found = cls(folder, settings)
            _ = found.digest
        except (OSError, RecursionError, TypeError, ValueError) as error:
            why = f"{folder} holds no readable checkpoint ({CONFIG}: {error})"
            raise ModelMissing(f"{why}; it was changed or damaged, install it again") from None
        return found

    @contextmanager
    def building(self) -> Iterator[None]:
        """Whatever fails because settings and tensors do not fit each other is ModelMissing."""
        try:
            yield
        except MISFITS as error:
            why = f"{self.name} cannot be built ({type(error).__name__}: {error!s:.80})"
            advice = "its files were changed or damaged; install the checkpoint again"
            raise ModelMissing(f"{why}: {advice}") from error

    def once(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` makes of this checkpoint, made once; nobody may change it."""
        if key not in self._built:
            self._built[key] = build()
        return cast("T", self._built[key])

    @property
    def name(self) -> str:
        """The name files call it by."""
        return str(self.settings["name"])

    @property
    def kind(self) -> str:
        """What its networks are, one of the kinds above."""
        return str(self.settings.get("kind", PATHS))

    @property
    def claim(self) -> bytes:
        """The first 16 or, in old checkpoints, 6 bytes of the content hash, as settings say."""
        claim = bytes.fromhex(self.settings["digest"])
        if len(claim) not in {DIGEST_BYTES, OLD_DIGEST_BYTES}:
            raise ValueError(f"a digest of {len(claim)} bytes")
        return claim

    @cached_property
    def digest(self) -> bytes:
        """The content hash, 16 bytes: what the settings claim, computed where they claim 6.

        `tensors` checks the claim. Where an old checkpoint cannot be read, it is the claim alone.
        """
        if len(self.claim) == OLD_DIGEST_BYTES:
            with suppress(ModelMissing):
                return content_digest(self.settings, *self.tensors)
        return self.claim

    @property
    def frame(self) -> tuple[int, ...]:
        """Shape of one frame; of PATHS and BITSBACK."""
        return tuple(self.settings["net"]["frame"])

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(p.stat().st_size for p in self.folder.iterdir() if p.is_file())

    @cached_property
    def tensors(self) -> tuple[Arrays, Arrays]:
        """Weights and integer tables (of PATHS and BITSBACK), as the digest says.

        Raises ModelMissing.
        """
        try:
            weights = load_file(self.folder / WEIGHTS)
            tabled = self.kind in {PATHS, BITSBACK}
            tables = load_file(self.folder / TABLES) if tabled else {}
        except (OSError, SafetensorError) as error:
            raise ModelMissing(f"{self.name}: {error}; install the checkpoint again") from None
        found = content_digest(self.settings, weights, tables)[: len(self.claim)]
        if found != self.claim:
            raise ModelMissing(
                f"{self.name} has hash {found.hex()} but says {self.claim.hex()}: "
                "its files were changed or damaged; install the checkpoint again"
            )
        return weights, tables

    @cached_property
    def process(self) -> Arrays:
        """Weights of the knot process that reads motion, empty where there is none.

        Raises ModelMissing where its file cannot be read.
        """
        path = self.folder / PROCESS
        try:
            return load_file(path) if path.exists() else {}
        except (OSError, SafetensorError) as error:
            raise ModelMissing(f"{self.name}: {error}; install the checkpoint again") from None


def content_digest(settings: dict[str, Any], weights: Arrays, tables: Arrays) -> bytes:
    """First 16 bytes of SHA-256 over what decoding depends on, independent of file layout."""
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
    return [*extra, _PACKAGE / "_models", _PACKAGE.parent / "models"]


def installed() -> list[Checkpoint]:
    """Every checkpoint found, the first of equal digests only.

    A folder whose settings cannot be read is passed over: it must not take the others with it.
    """
    found: dict[bytes, Checkpoint] = {}
    for folder in folders():
        for config in sorted(folder.glob(f"*/{CONFIG}")):
            with suppress(ModelMissing):
                checkpoint = _unchanged(config.parent)
                found.setdefault(checkpoint.digest, checkpoint)
    return list(found.values())


def _unchanged(folder: Path) -> Checkpoint:
    """The checkpoint of a folder, opened anew only where a file of it has changed."""
    return _kept(folder, _stamps(folder))


@lru_cache(maxsize=KEPT)
def _kept(folder: Path, stamps: tuple[tuple[int, ...], ...]) -> Checkpoint:
    """The checkpoint of a folder whose files have these stamps."""
    return Checkpoint.open(folder)


def _stamps(folder: Path) -> tuple[tuple[int, ...], ...]:
    """What changes when a file of a checkpoint does."""
    found = []
    for name in (CONFIG, WEIGHTS, TABLES, PROCESS):
        with suppress(OSError):
            status = (folder / name).stat()
            found.append((status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return tuple(found)


def complain(name: str = "") -> None:
    """Raise ModelMissing, which says why, if a folder (called `name`) holds a damaged checkpoint.

    For whoever finds no other: a damaged checkpoint may be the one that is looked for.
    """
    for folder in folders():
        for config in sorted(folder.glob(f"*/{CONFIG}")):
            if name in {"", config.parent.name}:
                Checkpoint.open(config.parent)


def by_name(name: str) -> Checkpoint:
    """The checkpoint called `name`, or in the folder `name`; raises ModelMissing."""
    if (Path(name) / CONFIG).is_file():
        return Checkpoint.open(Path(name))
    for checkpoint in installed():
        if checkpoint.name == name:
            return checkpoint
    complain(name)
    names = ", ".join(sorted(c.name for c in installed())) or "none"
    raise ModelMissing(f"no model {name!r}; installed: {names} (VDSC_MODELS adds folders)")


_last: dict[bytes, Checkpoint] = {}
"""The checkpoints of the files that were read last, by the digests that those name."""


def by_digest(name: str, digest: bytes) -> Checkpoint:
    """The checkpoint a file was written with; raises ModelMissing that names it and its hash.

    Args:
        name: for the message alone.
        digest: the first 16 bytes of the content hash, or 6 from a file of release 0.1.
    """
    last = _kept_last(digest)
    if last is not None:
        return last
    for checkpoint in installed():
        if checkpoint.digest[: len(digest)] == digest:
            return _keep_last(digest, checkpoint)
    complain(name)
    raise ModelMissing(
        f"the file needs model {name!r} with hash {digest.hex()}, which is not installed; "
        "put its folder into a folder named by VDSC_MODELS"
    )


def by_start(start: bytes) -> Checkpoint:
    """The only checkpoint whose content hash begins so; raises ModelMissing for none and for two.

    Args:
        start: what a file has of the hash, too short to choose between two by it.
    """
    last = _kept_last(start)
    if last is not None:
        return last
    found = [one for one in installed() if one.digest.startswith(start)]
    if len(found) == 1:
        return _keep_last(start, found[0])
    if found:
        names = " and ".join(one.name for one in found)
        words = f"the hashes of {names} both begin with {start.hex()}, as the file's model does"
        raise ModelMissing(f"{words}; leave the one that it was made with in VDSC_MODELS")
    complain()
    raise ModelMissing(
        f"the file needs the model whose hash begins with {start.hex()}, which is not installed; "
        "put its folder into a folder named by VDSC_MODELS"
    )


def _kept_last(key: bytes) -> Checkpoint | None:
    """The checkpoint that a file with this key was read with, if it is still the same."""
    last = _last.get(key)
    same = last is not None and last.folder.parent in folders() and last is _unchanged(last.folder)
    return last if same else None


def _keep_last(key: bytes, checkpoint: Checkpoint) -> Checkpoint:
    while len(_last) >= KEPT:
        del _last[next(iter(_last))]
    _last[key] = checkpoint
    return checkpoint

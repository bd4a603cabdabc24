"""From frames to the bodies of a file of sprites."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.base import Coded, Group
from vdsc.codecs.scene.look_network import networks
from vdsc.codecs.scene.sprite_clip import SpriteClip
from vdsc.codecs.scene.sprite_finding import found_clip
from vdsc.codecs.sprites.look_choice import coarse_look
from vdsc.codecs.sprites.sprite_body import to_body
from vdsc.codecs.sprites.sprite_file_header import ID, check_outline, sizes, spans
from vdsc.codecs.sprites.sprite_settings import SpriteSettings
from vdsc.container import Header, ModelRef
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint


class SpriteFileEncoder:
    """Encodes the chunks of one sequence in order; see `codecs.base.Encoder`.

    Raises InvalidInput for frames of another kind.
    """

    def __init__(self, outline: Outline, settings: SpriteSettings, checkpoint: Checkpoint) -> None:
        check_outline(outline)
        self._outline, self._settings, self._checkpoint = outline, settings, checkpoint
        self._networks = networks(checkpoint)
        self._spans = list(spans(outline))
        self._next, self._count = 0, 0

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and one-past-last frame of each chunk."""
        return self._spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """Pixels, whose errors are squared."""
        return (Group("pixels", "dB", pixels=True),)

    def encode(self, frames: Values) -> Coded:
        """Encode the frames (n, ...) of the next span; raises InvalidInput without sprites."""
        size = sizes(self._outline, len(frames))
        found = found_clip(np.ascontiguousarray(frames.reshape(size)))
        if found is None:
            words = "no sprites that move by whole pixels over black were found"
            raise InvalidInput(f"{words}; leave out --codec, or use --codec linear")
        clip = self._coarse(found)
        body, first = to_body(clip, self._networks, size), self._spans[self._next][0]
        self._next, self._count = self._next + 1, max(self._count, len(clip.looks))
        decoded = clip.drawn(self._networks, size[1:]).reshape(frames.shape)
        return Coded(body, decoded, first)

    def header(self) -> Header:
        """The header, which names the checkpoint."""
        model = ModelRef(self._checkpoint.name, self._checkpoint.digest)
        quality = {"q": self._settings.quality}
        return Header(ID, model, self._outline, quality, len(self._spans))

    def learned(self) -> None:
        """Nothing: each sequence is coded by itself."""

    def begin_with(self, learned: None, *, fresh: bool = False) -> None:
        """As always."""

    def words(self) -> str:
        """The checkpoint, and how many sprites there were."""
        kind = "sprite" if self._count == 1 else "sprites"
        return f"{self._checkpoint.name}, {self._count} {kind}"

    def _coarse(self, clip: SpriteClip) -> SpriteClip:
        """The same sprites with looks of as many levels as the quality asks for."""
        levels, exchange = self._settings.rung
        made = [coarse_look(look, self._networks, levels, exchange) for look in clip.looks]
        moved = np.array([one.corner for one in made]) << clip.places
        return SpriteClip([one.look for one in made], clip.corners + moved, levels, clip.places)

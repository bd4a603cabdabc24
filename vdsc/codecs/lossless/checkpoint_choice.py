"""Which installed checkpoints may help to code a sequence without loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vdsc.core.sequence import Outline
from vdsc.model import store
from vdsc.model.store import Checkpoint


def candidates(outline: Outline, wanted: tuple[str, ...] | None = None) -> tuple[Checkpoint, ...]:
    """The first checkpoint of paths with frames of this shape, and the first of other kinds.

    Types do not matter here: values may be narrowed, and a method looks at what is left. wanted:
    the names of those that may be taken; None for all but those trained for bits-back under the
    paper's likelihood, which other methods beat wherever they were tried.
    """
    known = [c for c in store.installed() if wanted is None or c.name in wanted]
    kinds = {store.PATHS} if wanted is None else {store.PATHS, store.BITSBACK}
    paths = [c for c in known if c.kind in kinds and _alike(c, outline.shape[1:])]
    video = [c for c in known if c.kind == store.VIDEO]
    sprites = [c for c in known if c.kind == store.SPRITES]
    return (*paths[:1], *video[:1], *sprites[:1])


def candidate_names(outline: Outline) -> tuple[str, ...]:
    """The names of those whose method takes such frames, if only once values are narrowed."""
    from vdsc.codecs.lossless.methods import coders

    narrow = replace(outline, dtype=np.dtype(np.uint8))
    methods = coders(*candidates(outline))
    found = [one for one in methods if one.checkpoint and one.start(narrow) is not None]
    return tuple(one.checkpoint.name for one in found if one.checkpoint)


def _alike(checkpoint: Checkpoint, frame: tuple[int, ...]) -> bool:
    """Whether frames are the checkpoint's; those of grey pixels may lack their channel axis."""
    own = checkpoint.frame
    return frame == own or (own[-1:] == (1,) and frame == own[:-1])

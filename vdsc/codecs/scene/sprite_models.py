"""Which checkpoint knows looks."""

from __future__ import annotations

from vdsc.errors import ModelMissing
from vdsc.model import store
from vdsc.model.store import Checkpoint


def pick_sprites(name: str) -> Checkpoint:
    """The checkpoint `name` if it is one of sprites, else the first that is.

    So a user may name a checkpoint of latent paths whose frames are sprites, and gets its looks.
    Raises ModelMissing where there is none.
    """
    known = [store.by_name(name)] if name else []
    for checkpoint in [*known, *store.installed()]:
        if checkpoint.kind == store.SPRITES:
            return checkpoint
    store.complain()
    raise ModelMissing("no model of sprites is installed; use --codec linear or --lossless")

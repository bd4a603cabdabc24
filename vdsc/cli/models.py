"""`vdsc models`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from vdsc.cli.options import JsonOption, VerboseOption
from vdsc.core.words import printable

if TYPE_CHECKING:
    from vdsc.api import ModelCard

HASH = 12
NARROW = 80


def models(*, verbose: VerboseOption = False, as_json: JsonOption = False) -> None:
    """List the installed checkpoints."""
    from vdsc.cli.calls import installed_models
    from vdsc.cli.speech import put, say

    cards = installed_models()
    if as_json:
        put(json.dumps([asdict(card) for card in cards], indent=2, default=str))
    elif cards:
        put("\n".join(card_words(card, verbose=verbose) for card in cards))
    else:
        say("no models installed; set VDSC_MODELS or train one with 'vdsc train'")


def card_words(card: ModelCard, *, verbose: bool) -> str:
    """A model in lines of at most 80 columns: its name, what it takes, what it achieves."""
    import textwrap

    takes = f"{card.domain}, {card.shape}, {card.size / 1e6:.1f} MB, {card.digest[:HASH]}"
    details = (f"trained on {card.data}", f"hash {card.digest}", card.path) if verbose else ()
    lines = [
        textwrap.fill(printable(words), NARROW, initial_indent="  ", subsequent_indent="    ")
        for words in (takes, card.measured, *details)
        if words
    ]
    return "\n".join([printable(card.name), *lines])

"""One page that plays a clip: no network, no other file, and no word of a file taken for code."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from vdsc.core.words import printable
from vdsc.io.replacing import replacing
from vdsc.viewer.contents import contents
from vdsc.viewer.shown_scene import Scene

ROOM = 8 << 20
"""Characters that the frames of a page may take."""

HEIGHT = 640  # pixels of a page in a notebook


@dataclass(frozen=True, slots=True)
class Page:
    """A page, `html`; `said` are the lines that tell what was left out of it."""

    html: str
    said: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """The page in a frame of its own, as notebooks show it."""
        frame = 'sandbox="allow-scripts" style="width:100%;border:0" title="vdsc"'
        return f'<iframe {frame} height="{HEIGHT}" srcdoc="{escape(self.html)}"></iframe>'

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the page to a file; raises InvalidInput if it exists, unless `force`."""
        with replacing(str(path), force=force) as stream:
            stream.write(self.html.encode("utf-8"))


def page_of(scene: Scene, *, room: int = ROOM) -> Page:
    """The page of a scene, whose frames take at most about `room` characters."""
    held, said = contents(scene, room)
    facts = [*scene.facts, *(("shown", words) for words in said)]
    name = printable(scene.clip.name)
    labels = {"name": name, "labels": ["decoded" if scene.original else name, "original"]}
    parts = {
        "title": escape(name),
        "facts": "\n".join(
            f"<dt>{escape(key)}</dt><dd>{escape(printable(words))}</dd>" for key, words in facts
        ),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "data": _as_json({**held, **labels}),
    }
    # All marks are filled at once, so that nothing that is filled in is searched for marks.
    html = re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))
    return Page(html, tuple(said))


def _as_json(value: Any) -> str:
    """JSON that can stand in a page: no `<` that could end its element, no line separators."""
    return json.dumps(value).replace("<", "\\u003c").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (files("vdsc.viewer") / name).read_text(encoding="utf-8")

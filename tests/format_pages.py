"""The pages of the file format as one text: the index first, then the pages below it."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGES = (DOCS / "format.md", *sorted((DOCS / "format").glob("*.md")))
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

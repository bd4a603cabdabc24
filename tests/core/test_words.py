"""Text that is safe to print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.core.words import printable


@given(st.text(st.characters(exclude_categories=())))
def test_only_printable_characters_are_left(text):
    """Whatever the text, surrogates included, what comes out can be printed and encoded."""
    safe = printable(text)
    assert safe.isprintable()
    assert safe.encode().decode() == safe


@given(st.text().filter(str.isprintable))
def test_printable_text_is_left_alone(text):
    """Letters of any script stay as they are."""
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\tc\x7f\x9b", "a\\nb\\tc\\x7f\\x9b"),
        ("\udcff\udc80", "\\xff\\x80"),
        ("\u202egnp.exe\u2028", "\\u202egnp.exe\\u2028"),
        ("größe 漢", "größe 漢"),
    ],
)
def test_what_is_not_printable_is_escaped(text, safe):
    """Terminal sequences, line ends, odd bytes and turned directions become escapes."""
    assert printable(text) == safe

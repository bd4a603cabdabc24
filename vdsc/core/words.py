"""Text from files and names, made safe to print."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return `text` with every character that is not printable written as an escape like `\x1b`.

    Escaped are control characters, marks that change the direction of text, line separators and
    surrogates; a byte of a name that is not UTF-8 appears as `\xff`.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")

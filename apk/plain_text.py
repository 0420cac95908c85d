"""Text that people typed, made fit to be stored and printed. Pure."""

import unicodedata


def readable(text: str) -> str:
    """The text without control characters, which no document could print; line ends and tabs stay."""
    kept = (c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) != "Cc")
    return "".join(kept).strip()

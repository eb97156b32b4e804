"""Text in the characters that a partner's translator takes: signs that have no place there in words, letters plain."""

from __future__ import annotations

import unicodedata

SIGNS = str.maketrans(
    {
        "€": "EUR",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "…": "...",
        "•": "-",
        "™": "TM",
        "≤": "<=",
        "≥": ">=",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
    }
)
"""Signs that office programs put in, and that ISO 8859-1 has no place for (or no visible one)"""
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
        "×": "x",
        "÷": "/",
        "±": "+/-",
        "°": " deg",
        "µ": "u",
        "£": "GBP",
        "¥": "JPY",
        "§": "par. ",
        "«": '"',
        "»": '"',
        "¿": "?",
        "¡": "!",
    }
)


def to_ascii(text: str) -> str:
    """Text in ASCII: accents away, signs in words, and a question mark where there is nothing like it."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(SIGNS).translate(_LETTERS))
    kept = (each for each in apart if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    return "".join(each if each.isascii() else "?" for each in kept)

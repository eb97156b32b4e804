"""A strict grammar of numbers: a text has the value that its sender's conventions give it, or none.

Nothing is guessed. ``12.500`` is twelve and a half in New York and twelve thousand five hundred in Ulm; where the
conventions are not known it is both, and an order that rests on it goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from adapters.email.grammar.locales import KNOWN, Locale

_NO_CENTS = re.compile(r"[.,]\s?(?:-{1,2}|–|—)$")
_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f]")


@cache
def _pattern(decimal: str, groups: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    marks = "|".join(re.escape(mark) for mark in groups)
    return re.compile(
        rf"(?P<whole>\d{{1,12}})(?:{point}(?P<part>\d{{1,6}}))?"
        rf"|(?P<first>[1-9]\d{{0,2}})(?P<rest>(?P<mark>{marks})\d{{3}}(?:(?P=mark)\d{{3}})*)(?:{point}(?P<cents>\d{{1,6}}))?"
        rf"|(?:{point})(?P<bare>\d{{1,6}})",
        re.ASCII,
    )


def _read(text: str, locale: Locale) -> Decimal | None:
    match = _pattern(locale.decimal, locale.groups).fullmatch(text)
    if match is None:
        return None
    if match["whole"]:
        return Decimal(match["whole"] + ("." + match["part"] if match["part"] else ""))
    if match["first"]:
        digits = match["first"] + re.sub(r"\D", "", match["rest"])
        return Decimal(digits + ("." + match["cents"] if match["cents"] else ""))
    return Decimal("0." + match["bare"]) if locale.decimal == "." else None


def tidy(text: str) -> str:
    """The number without what adorns it: hard spaces, apostrophes of several kinds, ``,-`` for no cents."""
    plain = _SPACES.sub(" ", text).replace("’", "'").replace("‘", "'").strip()
    return _NO_CENTS.sub("", plain)


def readings(text: str, locales: Iterable[Locale]) -> frozenset[Decimal]:
    """Every value that the text has under these conventions."""
    plain = tidy(text)
    found = (_read(plain, locale) for locale in locales)
    return frozenset(value for value in found if value is not None)


def two_faced(text: str) -> bool:
    """Whether the text is a different number elsewhere: ``1.250``, ``14,000``."""
    return len(readings(text, KNOWN.values())) > 1


def decisive(text: str, locales: Iterable[Locale]) -> bool:
    """Whether the text shows which conventions its writer follows: it has a mark, and only one reading."""
    plain = tidy(text)
    return bool(re.search(r"\D", plain)) and not two_faced(plain) and len(readings(plain, locales)) == 1


def plain(value: Decimal) -> str:
    """The value as the hub writes it: plain digits."""
    return format(value, "f")


def short(value: Decimal) -> str:
    """The value as the hub writes it, without zeros that say nothing: ``14,000`` pieces are ``14``."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

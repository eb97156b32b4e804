"""How numbers and dates are written where a customer lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Locale:
    """The conventions of one place: decimal mark, group marks, and the order of numeric dates per separator."""

    tag: str
    decimal: str
    groups: str
    orders: tuple[tuple[str, str], ...]
    """(separator, order) pairs: ``("/", "dmy")``; the same separator twice means that both are in use"""


_DOTTED = ((".", "dmy"),)
_LOCALES = (
    Locale("en-US", ".", ",", (("/", "mdy"), ("-", "mdy"))),
    Locale("en-GB", ".", ",", (("/", "dmy"), ("-", "dmy"), (".", "dmy"))),
    Locale("en-CA", ".", ",", (("/", "mdy"), ("/", "dmy"), ("-", "mdy"), ("-", "dmy"))),
    Locale("de-DE", ",", ".", _DOTTED),
    Locale("de-AT", ",", ". ", _DOTTED),
    Locale("de-CH", ".", "'", _DOTTED),
    Locale("fr-FR", ",", " ", (("/", "dmy"), (".", "dmy"), ("-", "dmy"))),
    Locale("es-ES", ",", ".", (("/", "dmy"), ("-", "dmy"), (".", "dmy"))),
    Locale("fi-FI", ",", " ", _DOTTED),
    Locale("sv-SE", ",", " ", (("/", "dmy"),)),
    Locale("nl-NL", ",", ".", (("-", "dmy"), ("/", "dmy"), (".", "dmy"))),
    Locale("nl-BE", ",", ". ", (("/", "dmy"), ("-", "dmy"), (".", "dmy"))),
    Locale("fr-BE", ",", ". ", (("/", "dmy"), (".", "dmy"), ("-", "dmy"))),
    Locale("fr-CH", ".", "'", (("/", "dmy"), (".", "dmy"))),
    Locale("it-CH", ".", "'", (("/", "dmy"), (".", "dmy"))),
    Locale("fr-CA", ",", " ", (("/", "mdy"), ("/", "dmy"))),
    Locale("it-IT", ",", ".", (("/", "dmy"), (".", "dmy"), ("-", "dmy"))),
    Locale("pl-PL", ",", " ", (("/", "dmy"), (".", "dmy"), ("-", "dmy"))),
    Locale("da-DK", ",", ".", (("/", "dmy"), (".", "dmy"), ("-", "dmy"))),
    Locale("pt-PT", ",", ". ", (("/", "dmy"), ("-", "dmy"), (".", "dmy"))),
    Locale("pt-BR", ",", ".", (("/", "dmy"), ("-", "dmy"), (".", "dmy"))),
    Locale("cs-CZ", ",", " ", ((".", "dmy"), ("/", "dmy"))),
    Locale("en-IE", ".", ",", (("/", "dmy"), ("-", "dmy"), (".", "dmy"))),
)
KNOWN = {locale.tag: locale for locale in _LOCALES}


def conventions(tag: str | None) -> tuple[Locale, ...]:
    """The conventions that may apply: the customer's own, or, where they are unknown, every one there is."""
    found = KNOWN.get((tag or "").replace("_", "-"))
    return (found,) if found else _LOCALES


def narrowed(locales: Sequence[Locale], decimal: str | None, order: str | None) -> tuple[Locale, ...]:
    """These conventions with one decimal mark, and one order of day and month, where it is known which.

    Where none of them has that mark, every place that has it.
    """
    found = tuple(locales)
    if decimal:
        found = tuple(each for each in found if each.decimal == decimal) or tuple(
            each for each in _LOCALES if each.decimal == decimal
        )
    if order:
        found = tuple(replace(each, orders=tuple((mark, order) for mark in "/-.")) for each in found)
    return found

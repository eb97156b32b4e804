"""Column headings and labels: which field they name, and what else they say (currency, unit, price basis)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache

from adapters.email.grammar.units import currency_code, unit_code
from adapters.email.grammar.vocabulary import fold, label, vocabulary
from hub.layouts import Version

_EXTRA = re.compile(
    r"\b(?:excl?|ex|exkl|exclusive|excluding|ohne|hors|sin|zonder|ht|net|netto|neto|in|en|vat|mwst|ust|tva|iva|moms|btw|alv|taxes?|approx|ca|"
    r"unit|order|line|requested|the|de|der|des|pro|per|je)\b"
)
_BASIS = re.compile(r"(?:/|per|je|pro|par|por)\s*(?P<basis>1000|100|10|1\.000|1 000)\b\s*(?P<unit>[a-z]{0,6})")
TRAITS = {
    "grade": "grade",
    "dimensions": "dimensions",
    "drawing": "drawing",
    "finish": "finish",
    "tolerance": "tolerance",
    "weight": "weight",
    "tax": "tax",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says; ``field`` is empty for a heading that is not known."""

    field: str
    text: str
    currency: str = ""
    unit: str = ""
    basis: str = ""


_Own = tuple[tuple[str, str], ...]
_Learnt = Mapping[tuple[str, ...], Version]
_OWN: ContextVar[tuple[_Own, _Learnt]] = ContextVar("own_columns", default=((), {}))


@contextmanager
def understood(columns: Mapping[str, str], layouts: Iterable[Version] = ()) -> Iterator[None]:
    """While the block runs, these headings name these fields, whatever they mean elsewhere: a partner's own.

    A row of headings that is one of the ``layouts`` learnt means what that says, where ``columns`` do not.
    """
    own = tuple((label(text) or text, field) for text, field in columns.items())
    token = _OWN.set((own, {_key(each.layout.headings): each for each in layouts}))
    try:
        yield
    finally:
        _OWN.reset(token)


def _key(texts: Sequence[str]) -> tuple[str, ...]:
    """What a row of headings is known by: its words; empty columns at its end do not count."""
    found = [label(text) or text.strip() for text in texts]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def learnt(texts: Sequence[str]) -> Version | None:
    """The layout learnt that has exactly these headings."""
    _, layouts = _OWN.get()
    return layouts.get(_key(texts)) if layouts else None


def headings(texts: Sequence[str]) -> list[Heading]:
    """Understand a row of headings."""
    found = [heading(text) for text in texts]
    version = learnt(texts)
    if version is None:
        return found
    own, _ = _OWN.get()
    for place, column in enumerate(version.layout.columns[: len(found)]):
        if column and not (own and _is_own(texts[place], own)):
            found[place] = replace(found[place], field=column)
    return found


def _is_own(text: str, own: _Own) -> bool:
    return label(text) in dict(own) or _heading(text, own) != _heading(text, ())


def heading(text: str) -> Heading:
    """Understand a heading such as ``Preis/EUR``, ``Qty (kg)`` or ``Price per 100``."""
    return _heading(text, _OWN.get()[0])


@lru_cache(maxsize=4096)
def _heading(text: str, own: _Own) -> Heading:
    columns = {**vocabulary().columns, **dict(own)} if own else vocabulary().columns
    plain = label(text)
    if plain in columns:
        return Heading(columns[plain], text)
    folded = fold(text).replace("\n", " ")
    basis = _BASIS.search(folded)
    rest = folded[: basis.start()] + folded[basis.end() :] if basis else folded
    price_basis = re.sub(r"\D", "", basis["basis"]) if basis else ""
    unit = (unit_code(basis["unit"]) or "") if basis and basis["unit"] else ""
    currency = ""
    for word in re.findall(r"[a-z$]+\$?|[€£$]", rest):
        code = currency_code(word, None) if word not in ("kr", "no", "de") else None
        if code and label(word) not in columns:
            currency, rest = code, rest.replace(word, " ", 1)
            break
    if not unit:
        inner = re.search(r"[(\[/]\s*([a-z²³0-9. ]{1,12}?)\s*[)\]]?\s*$", rest)
        if inner and unit_code(inner[1]):
            unit, rest = unit_code(inner[1]) or "", rest[: inner.start()]
    for candidate in (rest, _EXTRA.sub(" ", rest)):
        name = label(candidate)
        if name in columns:
            return Heading(columns[name], text, currency, unit, price_basis)
    return Heading("", text, currency, unit, price_basis)

"""Column headings and labels: which field they name, and what else they say (currency, unit, price basis)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from adapters.email.grammar.units import currency_code, unit_code
from adapters.email.grammar.vocabulary import fold, label, vocabulary

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


_OWN: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("own_columns", default=())


@contextmanager
def understood(columns: Mapping[str, str]) -> Iterator[None]:
    """While the block runs, these headings name these fields, whatever they mean elsewhere: a partner's own."""
    token = _OWN.set(tuple((label(text) or text, field) for text, field in columns.items()))
    try:
        yield
    finally:
        _OWN.reset(token)


def heading(text: str) -> Heading:
    """Understand a heading such as ``Preis/EUR``, ``Qty (kg)`` or ``Price per 100``."""
    return _heading(text, _OWN.get())


@lru_cache(maxsize=4096)
def _heading(text: str, own: tuple[tuple[str, str], ...]) -> Heading:
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
    return Heading("", text)

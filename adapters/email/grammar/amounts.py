"""Quantities and prices as they stand in a text: where they are, and which characters are number, unit and currency.

Nothing is valued here; `numbers` does that under the customer's conventions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from adapters.email.grammar.units import currency_words, unit_words
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary

NUMBER = r"(?:\d(?:[\d.,']*\d)?(?: \d{3}(?![\d.,]*\d{4})(?:[.,]\d+)?)*|[.,]\d+)(?:[.,]-{1,2})?"
"""a run of characters that is meant as a number; whether it is one is another question"""
_FREE = r"(?<![\w.,'/×-])"
_HUNDREDS = {"c": "100", "m": "1000", "%": "100", "o/oo": "1000"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in a text."""

    start: int
    end: int
    number: str
    unit: str
    led: bool = False
    """whether a word such as ``Qty`` stands before it"""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money in a text."""

    start: int
    end: int
    number: str
    currency: str
    basis: str = ""
    unit: str = ""
    led: bool = False
    """whether a word such as ``@`` or ``at`` stands before it, or ``per`` after it"""


@cache
def _quantity() -> re.Pattern[str]:
    lead = bounded(alternatives(vocabulary().phrases["quantity_lead"]))
    return re.compile(
        rf"(?:(?P<lead>{lead})\s*[:=.]?\s*)?{_FREE}(?P<number>{NUMBER})(?:\s{{0,8}}(?P<unit>{unit_words()})\.?(?![\w²³]|-\w)"
        rf"|\s?(?P<times>[x×])(?=\s+\S))?"
    )


def quantities(text: str) -> list[Quantity]:
    """The quantities in a text: a number with a unit, after a word for quantity, or before a times sign."""
    found = []
    for match in _quantity().finditer(fold(text)):
        unit = text[match.start("unit") : match.end("unit")] if match["unit"] else ""
        if unit or match["times"] or match["lead"]:
            number = text[match.start("number") : match.end("number")]
            found.append(Quantity(match.start(), match.end(), number, unit, bool(match["lead"])))
    return found


_BEFORE_CODE = re.compile(r"(?<![\w.,'/×-])(?P<number>\d{1,6}) (?:of )?(?=[a-z0-9]*[a-z][a-z0-9]*[-/][\w/.-]*\w)")


def bare_quantities(text: str) -> list[Quantity]:
    """Numbers right before a product's number, as sentences have them: "80 of ANG-40-4", "120 FLT-30-6"."""
    return [
        Quantity(match.start("number"), match.end("number"), match["number"], "")
        for match in _BEFORE_CODE.finditer(fold(text))
    ]


@cache
def _price() -> re.Pattern[str]:
    phrases = vocabulary().phrases
    lead = rf"(?:(?<![^\W_])(?:{alternatives(word for word in phrases['price_lead'] if word.isalnum())})|@)"
    each = alternatives(phrases["each"])
    words = alternatives(word for word in phrases["per"] if word != "/")
    unit = unit_words()
    per = (
        rf"(?:\s?(?:(?P<slash>/)|(?<![^\W_])(?:{words})(?![^\W_]))\s?"
        rf"(?:(?P<basis>{NUMBER})(?:\s?(?P<unit1>{unit})(?![\w²³]))?|(?P<unit2>{unit})\.?(?![\w²³])"
        rf"|(?P<hundreds>[cm%])(?!\w))"
        rf"|\s?,?\s?(?<![^\W_])(?P<each>{each})(?![^\W_]))"
    )
    sign = currency_words()
    money = rf"(?:(?P<before>{sign})\s{{0,2}}(?P<n1>{NUMBER})|{_FREE}(?P<n2>{NUMBER})\s?(?P<after>{sign})?)"
    return re.compile(rf"(?:(?P<lead>{lead})\s*[:=]?\s*)?{money}(?P<per>{per})?")


def prices(text: str) -> Iterator[Price]:
    """The amounts of money in a text: with a currency, after a word for price, or with what it is for."""
    for match in _price().finditer(fold(text)):
        price = _as_price(match, text)
        if price and (price.currency or _meant(price, match, text)):
            yield price


def _meant(price: Price, match: re.Match[str], text: str) -> bool:
    """Whether a number without a currency is money: by what it is for, or by the word before it."""
    cents = bool(re.search(r"[.,](?:\d{2,4}|-{1,2})$", price.number))
    if (price.unit or price.basis) and not match["each"]:
        return cents or bool(match["slash"] and price.unit)
    lead = text[match.start("lead") : match.end("lead")] if match["lead"] else ""
    return bool(lead) and (cents or lead in ("@", "à") or len(lead) > 4)


def _as_price(match: re.Match[str], text: str) -> Price | None:
    def group(name: str) -> str:
        return text[match.start(name) : match.end(name)] if match[name] else ""

    number = group("n1") or group("n2")
    currency = group("before") or group("after")
    basis = group("basis") or _HUNDREDS.get(fold(group("hundreds")), "")
    unit = group("unit1") or group("unit2") or ("ea" if match["each"] else "")
    return Price(match.start(), match.end(), number, currency, basis, unit, bool(match["lead"] or match["per"]))


def whole_price(text: str) -> Price | None:
    """The price that a cell holds, if it holds nothing else."""
    match = _price().fullmatch(fold(text).strip())
    return _as_price(match, text.strip()) if match else None


def whole_quantity(text: str) -> Quantity | None:
    """The quantity, with or without a unit, that a cell holds, if it holds nothing else."""
    stripped = text.strip()
    match = _quantity().fullmatch(fold(stripped))
    if match is None:
        return None
    unit = stripped[match.start("unit") : match.end("unit")] if match["unit"] else ""
    return Quantity(0, len(stripped), stripped[match.start("number") : match.end("number")], unit, bool(match["lead"]))

"""Units of measure and currencies as they are written, and their codes."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from adapters.email.grammar.vocabulary import alternatives, fold, vocabulary

PIECE = "H87"
COUNTED = frozenset({"H87", "SET", "PR", "DZN"})
"""units that come in whole numbers only"""
_FACTORS = {("TNE", "KGM"): Decimal(1000), ("KGM", "GRM"): Decimal(1000)}
_REC_20 = frozenset(
    [
        "H87",
        "EA",
        "SET",
        "PR",
        "DZN",
        "KGM",
        "GRM",
        "TNE",
        "LBR",
        "MTR",
        "FOT",
        "INH",
        "YRD",
        "MTK",
        "FTK",
        "LTR",
        "GLL",
        "MMT",
        "CMT",
        "C62",
    ]
)
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "gbp": "GBP",
    "usd": "USD",
    "us$": "USD",
    "cad": "CAD",
    "c$": "CAD",
    "ca$": "CAD",
    "can$": "CAD",
    "cdn": "CAD",
    "cdn$": "CAD",
    "chf": "CHF",
    "sfr": "CHF",
    "fr.": "CHF",
    "sek": "SEK",
    "dkk": "DKK",
    "nok": "NOK",
    "pln": "PLN",
    "czk": "CZK",
    "aud": "AUD",
    "mxn": "MXN",
    "jpy": "JPY",
    "cny": "CNY",
    "inr": "INR",
    "$": "?$",
    "kr": "?kr",
    "kr.": "?kr",
    "skr": "SEK",
    "kronor": "?kr",
    "kroner": "?kr",
    "dkr": "DKK",
    "nkr": "NOK",
    "kc": "CZK",
    "korun": "CZK",
    "brl": "BRL",
    "r$": "BRL",
    "reais": "BRL",
    "us dollar": "USD",
    "us dollars": "USD",
    "us-dollar": "USD",
    "us-dollars": "USD",
    "canadian dollars": "CAD",
    "dollar": "?$",
    "dollars": "?$",
    "swiss francs": "CHF",
    "francs suisses": "CHF",
    "schweizer franken": "CHF",
    "franken": "CHF",
    "pounds sterling": "GBP",
    "pfund sterling": "GBP",
    "sterling": "GBP",
    "zl": "PLN",
    "¥": "?¥",
}
_OPEN = {"?$": {"USD", "CAD", "AUD", "MXN"}, "?kr": {"SEK", "DKK", "NOK"}, "?¥": {"JPY", "CNY"}}


@cache
def unit_words() -> str:
    """A pattern of all words for units, folded."""
    return alternatives(vocabulary().units)


@cache
def currency_words() -> str:
    """A pattern of all signs for currencies, folded."""
    ordered = sorted(_SYMBOLS, key=lambda sign: (-len(sign), sign))
    return "|".join(rf"(?<![^\W\d_]){re.escape(s)}(?![^\W\d_])" if s[0].isalpha() else re.escape(s) for s in ordered)


def unit_code(text: str) -> str | None:
    """The Recommendation 20 code of a unit as written, or nothing."""
    word = re.sub(r"\s+", " ", fold(text)).strip().rstrip(".").strip()
    found = vocabulary().units.get(word) or vocabulary().units.get(word.replace(".", ""))
    if found:
        return found
    upper = text.strip().upper()
    return {"EA": PIECE, "C62": PIECE}.get(upper, upper) if upper in _REC_20 else None


def currency_code(text: str, home: str | None) -> str | None:
    """The ISO code of a currency as written; a sign that several share is the sender's own currency, if it can be."""
    code = _SYMBOLS.get(fold(text).strip())
    if code in _OPEN:
        return home if home in _OPEN[code] else None
    if code is None and re.fullmatch(r"[A-Z]{3}", text.strip()):
        return text.strip()
    return code


def price_factor(price_unit: str, quantity_unit: str) -> Decimal | None:
    """How many of the quantity's units the price's unit is; nothing when the two do not fit."""
    if price_unit == quantity_unit:
        return Decimal(1)
    return _FACTORS.get((price_unit, quantity_unit))

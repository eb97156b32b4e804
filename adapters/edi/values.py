"""Reading single values strictly: a value that cannot be read is None, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

_DECIMAL = re.compile(r"([+-]?)0*([0-9]{1,15})?(?:\.([0-9]{1,9}))?\.?", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)


def decimal(text: str) -> str | None:
    """A decimal as plain digits: leading zeros gone, the decimals as sent; ``.5`` is ``0.5``."""
    return _decimal(text) if len(text) <= 40 else None


@lru_cache(maxsize=8192)
def _decimal(text: str) -> str | None:
    match = _DECIMAL.fullmatch(text.strip())
    if not match or (match[2] is None and match[3] is None and "0" not in text):
        return None
    whole, fraction = match[2] or "0", match[3]
    plain = f"{whole}.{fraction}" if fraction else whole
    return f"-{plain}" if match[1] == "-" and plain.strip("0.") else plain


def edifact_decimal(text: str) -> str | None:
    """A decimal with point or comma as its mark; ISO 9735 allows either whatever UNA says."""
    if "," in text and "." in text:
        return None
    return decimal(text.replace(",", "."))


def implied_hundredths(text: str) -> str | None:
    """A whole number whose last two digits are decimals (X12 type N2)."""
    plain = decimal(text)
    if plain is None or "." in plain:
        return None
    return format(Decimal(plain) / 100, ".2f")


def day(text: str, today: str = "") -> str | None:
    """CCYYMMDD, or YYMMDD with the century that brings it nearest to today, as an ISO 8601 date."""
    return _day(text, today) if len(text) in (6, 8) else None


@lru_cache(maxsize=4096)
def _day(text: str, today: str) -> str | None:
    if not text.isascii() or not text.isdecimal():
        return None
    if len(text) == 6:
        text = _century(text, today) + text
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        return None


def _century(text: str, today: str) -> str:
    year = int(today[:4]) if today[:4].isdecimal() else 2000
    candidates = (year // 100 - 1, year // 100, year // 100 + 1)
    return str(min(candidates, key=lambda century: abs(century * 100 + int(text[:2]) - year)))


def currency(text: str) -> str | None:
    """A currency code."""
    return text if _CURRENCY.fullmatch(text) else None


def per_unit(price: str, basis: str) -> str:
    """The price of one unit, where a price is for ``basis`` of them; one is the same as none."""
    number = Decimal(basis)
    if number in (0, 1):
        return price
    return plain(round(Decimal(price) / number, 9))


def total(quantities: Iterable[str]) -> Decimal:
    """The sum of quantities."""
    return sum(map(Decimal, quantities), Decimal())


def plain(value: Decimal) -> str:
    """A decimal as plain digits, without needless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

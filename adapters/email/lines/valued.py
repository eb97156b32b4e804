"""An order line with its values, and what is wrong where a value has no reading or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from adapters.email.grammar.locales import Locale, narrowed
from adapters.email.lines.rawline import RawLine
from hub.layouts import Layout

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a line is read under."""

    locales: tuple[Locale, ...]
    today: date | None
    home_currency: str | None
    settled: bool = False
    """whether a person has said how numbers are meant that nothing else in the mail bears out"""

    def under(self, layout: Layout) -> Setting:
        """The same where a layout learnt holds; a currency of the partner's profile stays."""
        return replace(
            self,
            locales=narrowed(self.locales, layout.decimal, layout.date_order),
            home_currency=self.home_currency or layout.currency,
            settled=layout.bare_numbers,
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that has no reading, or more than one."""

    code: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Valued:
    """An order line with its values; what is missing has a fault, or is left to the header."""

    raw: RawLine
    line: str | None
    part: str | None
    seller_part: str | None
    description: str | None
    quantity: Decimal | None
    unit: str | None
    unit_written: bool
    price: Decimal | None
    basis: Decimal
    currency: str | None
    amount: Decimal | None
    due: date | None
    traits: Mapping[str, str]
    numbers: tuple[str, ...]
    """the numbers as written, by which the document's conventions can be told"""
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> Decimal | None:
        """What the line comes to."""
        if self.quantity is None or self.price is None:
            return None
        return self.quantity * self.price / self.basis


def close(one: Decimal, two: Decimal) -> bool:
    """Whether two amounts of money are the same, rounded to cents."""
    return one.quantize(CENT, ROUND_HALF_UP) == two.quantize(CENT, ROUND_HALF_UP) or abs(one - two) <= Decimal("0.005")

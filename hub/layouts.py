"""How a customer lays out its orders, as far as people's corrections have told: one table, known by its headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.messages.base import Currency, Quantity, Unit
from hub.partners import OrderColumn

DecimalMark = Literal[".", ","]
DateOrder = Literal["dmy", "mdy"]


class Layout(BaseModel):
    """What holds for tables under exactly these headings, beyond what the hub and the partner's profile say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headings: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(min_length=1, max_length=200)]
    """as they stand there, from left to right; empty: the column has none"""
    columns: tuple[OrderColumn | None, ...]
    """for each heading what stands under it; none: what the hub takes it for"""
    decimal: DecimalMark | None = None
    """the decimal mark"""
    date_order: DateOrder | None = None
    """what comes first in a date of numbers: the day or the month"""
    bare_numbers: bool = False
    """whether a number that is another one elsewhere (``1,250``) counts though no second number bears it out"""
    po_label: Annotated[str | None, Field(min_length=2, max_length=60)] = None
    """what stands before the number of the order"""
    unit: Unit | None = None
    """of quantities where none is written"""
    price_basis: Quantity | None = None
    """how many units a price is for, where it does not say"""
    currency: Currency | None = None
    """of prices, where neither the mail nor the partner's profile says"""

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if len(self.columns) != len(self.headings):
            raise ValueError("there are as many columns as headings")
        taken = [each for each in self.columns if each]
        if len(set(taken)) != len(taken):
            raise ValueError("no two columns hold the same")
        return self

    def same_headings(self, other: Layout) -> bool:
        """Whether both are about tables under the same headings; one of the two holds at most."""
        return self._plain == other._plain

    @property
    def _plain(self) -> list[str]:
        return [" ".join(text.casefold().split()) for text in self.headings]

    @property
    def lessons(self) -> dict[str, str]:
        """What it says, in words for people."""
        found = {
            f"column “{text}”" if text else f"column {place}, without a heading": str(column)
            for place, (text, column) in enumerate(zip(self.headings, self.columns, strict=True), 1)
            if column
        }
        settled = {
            "decimal mark": self.decimal,
            "dates": {"dmy": "day before month", "mdy": "month before day", None: None}[self.date_order],
            "numbers such as 1,250": "need no second one to bear them out" if self.bare_numbers else None,
            "number of the order": f"behind “{self.po_label}”" if self.po_label else None,
            "unit where none is written": self.unit,
            "price is for": self.price_basis,
            "currency where none is written": self.currency,
        }
        return found | {name: value for name, value in settled.items() if value}


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a customer's layout profile; it never changes."""

    partner_id: str
    number: int
    """from 1, counted per customer"""
    layout: Layout


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person's correction of a document tells of its layout."""

    layout: Layout | None
    """none: it explains nothing"""
    why: str = ""
    """for people: why not"""

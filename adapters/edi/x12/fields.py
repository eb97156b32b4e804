"""Reading elements of an X12 document: each value strictly, each fault at its place."""

from __future__ import annotations

from adapters.edi.envelope import Document
from adapters.edi.faults import clean
from adapters.edi.kept import Kept
from adapters.edi.units import PIECES, from_x12, is_unit
from adapters.edi.values import currency, day, decimal
from adapters.edi.x12.envelope import at
from adapters.edi.x12.order_codes import MEASURED_BASES, PRICE_BASES


class Fields(Kept):
    """The elements of one document; ``segment`` is always the segment with its position, from 1."""

    def __init__(self, document: Document, today: str) -> None:
        super().__init__(document)
        self._today = today
        self._short_years = document.version[:6] < "004000"

    def decimal(self, position: int, segment: list[str], index: int, *, negative: bool = False) -> str | None:
        """A decimal; None where the element is absent or, with a fault, cannot be read."""
        if index >= len(segment):
            return None
        text = segment[index].strip()
        if not text:
            return None
        value = decimal(text)
        if value is None:
            self.document.fault("number_invalid", position, index, value=text)
        elif value[0] == "-" and not negative:
            self.document.fault("number_negative", position, index, value=text)
            return None
        return value

    def date(self, position: int, segment: list[str], index: int) -> str | None:
        """A date: CCYYMMDD, and before version 004000 also YYMMDD."""
        text = segment[index].strip() if index < len(segment) else ""
        if not text:
            return None
        value = day(text, self._today) if len(text) == 8 or self._short_years else None
        if value is None:
            self.document.fault("date_invalid", position, index, value=text, detail="; CCYYMMDD is expected")
        return value

    def unit(self, position: int, segment: list[str], index: int) -> str | None:
        """A unit of measure as a code of Recommendation 20; the first component where it is a composite."""
        text = segment[index].strip() if index < len(segment) else ""
        text = text.split(self.document.interchange.delimiters.component, 1)[0]
        if not text:
            return None
        value = from_x12(text)
        if value is None:
            self.document.fault("unit_unknown", position, index, value=text)
        return value

    def stated_unit(self, position: int, segment: list[str], index: int) -> str | None:
        """The unit of a quantity that is compared with one of ours; a code that is not known stays as it is."""
        text = at(segment, index).split(self.document.interchange.delimiters.component, 1)[0]
        if not text:
            return None
        return from_x12(text) or (text if is_unit(text) else self.unit(position, segment, index))

    def price_basis(self, position: int, index: int, code: str, unit: str | None) -> str | None:
        """For how many of this unit a price with that basis is (element 639); None, and a warning, where it cannot be
        told, or where the price is for another unit: it is not used then.
        """
        number = PRICE_BASES.get(code) if code else "1"
        if number is not None:
            return number
        number, measured = MEASURED_BASES.get(code, (None, None))
        if measured in (None, unit):
            if number is None:
                self.document.fault("price_basis_unknown", position, index, value=code)
            return number
        if measured == "DZN" and unit in PIECES:
            return "12"
        self.document.fault("price_unit_differs", position, index, found=str(measured), expected=unit or "none")
        return None

    def currency(self, position: int, segment: list[str], index: int) -> str | None:
        """A currency code."""
        text = segment[index].strip() if index < len(segment) else ""
        value = currency(text) if text else None
        if text and value is None:
            self.document.fault("currency_unknown", position, index, value=text)
        return value

    def keep(self, position: int, segment: list[str], note: str = "") -> None:
        """Keep a segment for which the normalised order has no place."""
        text = clean("*".join(segment).rstrip("*"), 2000)
        self.keep_text(position, segment[0], f"{note}: {text}" if note else text)

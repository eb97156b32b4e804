"""The header of EDIFACT orders: BGM with the segments before the first line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.edifact import lines, parties
from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.schedule import take_date
from adapters.edi.mapping import put
from hub.messages.customer_po import CHANGE_NUMBER

_PERIODS = {"D": "days", "W": "weeks", "M": "months"}


class OrderHeader:
    """What the header of one ORDERS or ORDCHG says."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.data: dict[str, Any] = {}
        self.purpose = ""
        self.type = ""
        self.position = 0
        self.order = ""
        """the order that a change is about, where it names one"""
        self._named = ""
        """the order's number, where it stands as a reference and not in BGM"""
        self._party: dict[str, Any] | None = None

    def finished(self) -> dict[str, Any]:
        """The fields of the normalised order; a change has the number of its order, and its own as a reference."""
        self.data.pop("_date", None)
        parties.name_delivery(self.fields, self.data.get("parties", ()))
        if "po_number" not in self.data:
            put(self.data, "po_number", self._named)
        if not (self.order or self.data.get("po_number")):
            self.fields.document.fault("element_missing", self.position, 2, 1)
        if self.order and self.order != self.data.get("po_number"):
            if "po_number" in self.data:
                number = {"kind": CHANGE_NUMBER, "value": self.data["po_number"]}
                self.data.setdefault("references", []).insert(0, number)
            self.data["po_number"] = self.order
        return self.data

    def take(self, tag: str, position: int, segment: Segment) -> None:
        """Take over what a segment before the first line says."""
        if self._party is not None and tag in parties.PARTY_SEGMENTS:
            parties.extend(self.fields, self._party, position, segment)
            return
        handler = HANDLERS.get(tag)
        if handler:
            handler(self, position, segment)
        else:
            self.fields.keep(position, segment)
        if tag not in ("NAD", "FTX"):
            self._party = None

    def on_bgm(self, position: int, bgm: Segment) -> None:
        """Kind of document, number and function."""
        self.type, self.purpose, self.position = at(bgm, 1), at(bgm, 3), position
        number = at(bgm, 2)
        put(self.data, "po_number", number)
        put(self.data, "release", at(bgm, 2, 2))

    def on_dtm(self, position: int, dtm: Segment) -> None:
        """A date of the whole order."""
        qualifier = at(dtm, 1)
        if qualifier not in ("137", "4"):
            take_date(self.fields, self.data, position, dtm)
            return
        value = self.fields.date(position, dtm)
        if value and (qualifier == "137" or "order_date" not in self.data):
            self.data["order_date"] = value

    def on_cux(self, position: int, cux: Segment) -> None:
        """The currency; the reference currency counts."""
        value = self.fields.currency(position, cux, 1, 2)
        if "currency" in self.data or len(cux) > 2:
            self.fields.keep(position, cux)
        if "currency" not in self.data:
            put(self.data, "currency", value)

    def on_rff(self, position: int, rff: Segment) -> None:
        """A reference."""
        if at(rff, 1) == "ON" and at(rff, 1, 2) and self.fields.document.type == "ORDCHG":
            self.order = at(rff, 1, 2)
        elif at(rff, 1, 2):
            if at(rff, 1) == "ON":
                self._named = at(rff, 1, 2)
            self.data.setdefault("references", []).append({"kind": at(rff, 1), "value": at(rff, 1, 2)})
            if at(rff, 1, 3):
                self.fields.keep(position, rff)

    def on_ftx(self, position: int, ftx: Segment) -> None:
        """Free text."""
        text = lines.free_text(ftx)
        if text:
            self.data.setdefault("notes", []).append(text)
        else:
            self.fields.keep(position, ftx)

    def on_nad(self, position: int, nad: Segment) -> None:
        """A party begins."""
        self._party = parties.begin(self.fields, position, nad)
        self.data.setdefault("parties", []).append(self._party)

    def _terms(self) -> dict[str, Any]:
        terms: dict[str, Any] = self.data.setdefault("terms", {})
        return terms

    def on_pat(self, position: int, pat: Segment) -> None:
        """Terms of payment."""
        said = " ".join(filter(None, (part.strip() for part in pat[2][3:]))) if len(pat) > 2 else ""
        if at(pat, 3, 4):
            said = " ".join(filter(None, (said, f"net {at(pat, 3, 4)} {_PERIODS.get(at(pat, 3, 3), at(pat, 3, 3))}")))
        put(self._terms(), "payment", "; ".join(filter(None, (self._terms().get("payment", ""), said))))
        self.fields.keep(position, pat, "terms of payment")

    def on_tod(self, position: int, tod: Segment) -> None:
        """Terms of delivery."""
        said = [at(tod, 3), at(tod, 3, 4), at(tod, 3, 5)]
        put(self._terms(), "delivery", " ".join(filter(None, said)))
        self.fields.keep(position, tod, "terms of delivery")

    def on_tdt(self, position: int, tdt: Segment) -> None:
        """The carrier."""
        put(self._terms(), "carrier", at(tdt, 5, 4) or at(tdt, 5))
        self.fields.keep(position, tdt, "transport")

    def on_alc(self, position: int, alc: Segment) -> None:
        """An allowance or a charge; PCD and MOA after it say how much."""
        kind = {"A": "allowance", "C": "charge"}.get(at(alc, 1), at(alc, 1))
        words = " ".join(filter(None, (kind, at(alc, 5), at(alc, 5, 4))))
        self._terms().setdefault("charges", []).append(words or "charge")

    def on_charge_amount(self, position: int, segment: Segment) -> None:
        """How much of an allowance or a charge."""
        charges = self.data.get("terms", {}).get("charges")
        if not charges:
            self.fields.keep(position, segment)
            return
        value = self.fields.amount(position, segment, 1, 2)
        if value is not None:
            charges[-1] += f" {value} %" if segment[0][0] == "PCD" else f" {value}"


HANDLERS: dict[str, Callable[[OrderHeader, int, Segment], None]] = {
    "BGM": OrderHeader.on_bgm,
    "DTM": OrderHeader.on_dtm,
    "CUX": OrderHeader.on_cux,
    "RFF": OrderHeader.on_rff,
    "FTX": OrderHeader.on_ftx,
    "NAD": OrderHeader.on_nad,
    "PAT": OrderHeader.on_pat,
    "TOD": OrderHeader.on_tod,
    "TDT": OrderHeader.on_tdt,
    "ALC": OrderHeader.on_alc,
    "PCD": OrderHeader.on_charge_amount,
    "MOA": OrderHeader.on_charge_amount,
}
"""What the segments before the first line say; the rest is kept as it is"""

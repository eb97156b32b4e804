"""ORDERS and ORDCHG: a customer's purchase order and its changes, as the normalised order (UN/EDIFACT D96A,
D01B).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.edifact import lines, parties
from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.order_codes import NOT_ORDERS, ORDERS, PURPOSES
from adapters.edi.mapping import (
    Job,
    Meaning,
    build,
    cancellation,
    check_schedule,
    check_totals,
    customer,
    number_lines,
    penalty_answer,
    put,
)
from hub.messages.base import Command
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.desk import Intent

_PARTY_SEGMENTS = frozenset({"LOC", "RFF", "CTA", "COM"})


class OrderMap:
    """Reads one ORDERS or ORDCHG."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.header: dict[str, Any] = {}
        self.lines: list[dict[str, Any]] = []
        self.totals: dict[str, Any] = {}
        self._party: dict[str, Any] | None = None

    def read(self) -> Meaning:
        """What the document says."""
        line: dict[str, Any] | None = None
        summary, change = False, self.document.type == "ORDCHG"
        line_party = sub_line = False
        for position, segment in enumerate(self.document.segments, start=1):
            tag = segment[0][0]
            if tag == "LIN":
                sub_line = at(segment, 4) == "1"
            elif tag == "UNS":
                sub_line = False
            if sub_line:
                self.fields.keep(position, segment, "part of a line")
            elif tag == "LIN":
                line = lines.begin(self.fields, position, segment, change=change)
                self.lines.append(line)
                line_party = False
            elif tag == "UNS":
                summary = True
            elif tag in ("UNH", "UNT"):
                continue
            elif summary:
                self._summary(tag, position, segment)
            elif line is None:
                self._header(tag, position, segment)
            elif tag == "NAD":
                line_party = True
                self.fields.keep(position, segment)
            elif tag in lines.HANDLERS and not (line_party and tag in _PARTY_SEGMENTS):
                lines.HANDLERS[tag](self.fields, line, position, segment)
            else:
                self.fields.keep(position, segment)
        return self._meaning()

    def _header(self, tag: str, position: int, segment: Segment) -> None:
        if self._party is not None and tag in _PARTY_SEGMENTS:
            parties.extend(self.fields, self._party, position, segment)
            return
        handler = _HEADER.get(tag)
        if handler:
            handler(self, position, segment)
        else:
            self.fields.keep(position, segment)
        if tag not in ("NAD", "FTX"):
            self._party = None

    def on_bgm(self, position: int, bgm: Segment) -> None:
        """Kind of document, number and function."""
        self.header["_type"], self.header["_purpose"] = at(bgm, 1), at(bgm, 3)
        self.header["_at"] = position
        number = at(bgm, 2)
        put(self.header, "po_number", number)
        put(self.header, "release", at(bgm, 2, 2))
        if not number:
            self.document.fault("element_missing", position, 2, 1)

    def on_dtm(self, position: int, dtm: Segment) -> None:
        """A date of the whole order."""
        qualifier = at(dtm, 1)
        if qualifier not in ("137", "4"):
            lines.take_date(self.fields, self.header, position, dtm)
            return
        value = self.fields.date(position, dtm)
        if value and (qualifier == "137" or "order_date" not in self.header):
            self.header["order_date"] = value

    def on_cux(self, position: int, cux: Segment) -> None:
        """The currency; the reference currency counts."""
        value = self.fields.currency(position, cux, 1, 2)
        if "currency" in self.header:
            self.fields.keep(position, cux)
        else:
            put(self.header, "currency", value)

    def on_rff(self, position: int, rff: Segment) -> None:
        """A reference."""
        if at(rff, 1) == "ON" and at(rff, 1, 2) and self.document.type == "ORDCHG":
            self.header["_order"] = at(rff, 1, 2)
        elif at(rff, 1, 2):
            self.header.setdefault("references", []).append({"kind": at(rff, 1), "value": at(rff, 1, 2)})

    def on_ftx(self, position: int, ftx: Segment) -> None:
        """Free text."""
        text = lines.free_text(ftx)
        if text:
            self.header.setdefault("notes", []).append(text)
        else:
            self.fields.keep(position, ftx)

    def on_nad(self, position: int, nad: Segment) -> None:
        """A party begins."""
        self._party = parties.begin(self.fields, position, nad)
        self.header.setdefault("parties", []).append(self._party)

    def _terms(self) -> dict[str, Any]:
        terms: dict[str, Any] = self.header.setdefault("terms", {})
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
        charges = self.header.get("terms", {}).get("charges")
        if not charges:
            self.fields.keep(position, segment)
            return
        value = self.fields.amount(position, segment, 1, 2)
        if value is not None:
            charges[-1] += f" {value} %" if segment[0][0] == "PCD" else f" {value}"

    def _summary(self, tag: str, position: int, segment: Segment) -> None:
        qualifier = at(segment, 1)
        if tag == "CNT" and qualifier in ("1", "2"):
            value = self.fields.decimal(position, segment, 1, 2)
            if value is not None and qualifier == "1":
                self.totals["quantity"] = value
            elif value is not None and "." not in value:
                self.totals["lines"] = int(value)
        elif tag == "MOA" and qualifier in ("79", "86"):
            value = self.fields.amount(position, segment, 1, 2)
            if value is not None and (qualifier == "79" or "amount" not in self.totals):
                self.totals["amount"] = value
        else:
            self.fields.keep(position, segment)

    def _meaning(self) -> Meaning:
        document, header = self.document, self.header
        purpose, kind, position = header.pop("_purpose", ""), header.pop("_type", ""), header.pop("_at", 0)
        intent, word = PURPOSES.get(purpose, ("quarantine", "original"))
        likely: Intent | None = None
        ordered = header.pop("_order", "")
        if ordered and ordered != header.get("po_number"):
            if "po_number" in header:
                number = {"kind": "change-number", "value": header["po_number"]}
                header.setdefault("references", []).insert(0, number)
            header["po_number"] = ordered
        title = f"{document.type} {header.get('po_number', '')}".strip()
        answer = penalty_answer(self.job, header, purpose, title)
        if answer:
            return answer
        change = document.type == "ORDCHG"
        if change and word == "original":
            intent, word = "change", "change"
        if intent == "quarantine" or (not change and word == "change"):
            document.fault("purpose_unhandled", position, 3, value=purpose)
            intent, likely = "quarantine", "change" if change or word == "change" else "new_po"
        if kind not in ORDERS and intent != "cancel":
            detail = NOT_ORDERS.get(kind, "the kind of document is not one that the hub carries out")
            document.fault("order_type", position, 1, value=kind, detail=detail)
            likely = "not_an_order" if intent == "new_po" else intent
            intent = "quarantine"
        message = cancellation(self.job, header) if intent == "cancel" else self._order(word)
        return Meaning(intent, (message,) if message else (), likely, title, intent == "quarantine")

    def _order(self, purpose: str) -> Command | None:
        document, header = self.document, self.header
        header.pop("_date", None)
        positions = [line.pop("_at") for line in self.lines]
        number_lines(document, self.lines, positions)
        complete = True
        for position, line in zip(positions, self.lines, strict=True):
            for name in ("_date", "_quantity", "_price", "_scheduling", "_location"):
                line.pop(name, None)
            if "quantity" not in line:
                if line.get("action") in ("delete", "none"):
                    line["quantity"], line["unit"] = "0", "H87"
                    continue
                document.fault("segment_missing", position, tag="QTY")
                complete = False
                continue
            check_schedule(document, line, position)
        if not complete or not self.lines or "po_number" not in header:
            return None
        check_totals(document, self.totals, self.lines, whole=purpose != "change")
        data = {
            **header,
            "purpose": purpose,
            "customer": customer(self.job, header),
            "lines": self.lines,
            "source": self.job.source(),
            "unmapped": self.fields.unmapped,
        }
        put(data, "totals", self.totals)
        return build(SubmitCustomerPo, data, document)


_PERIODS = {"D": "days", "W": "weeks", "M": "months"}

_HEADER: dict[str, Callable[[OrderMap, int, Segment], None]] = {
    "BGM": OrderMap.on_bgm,
    "DTM": OrderMap.on_dtm,
    "CUX": OrderMap.on_cux,
    "RFF": OrderMap.on_rff,
    "FTX": OrderMap.on_ftx,
    "NAD": OrderMap.on_nad,
    "PAT": OrderMap.on_pat,
    "TOD": OrderMap.on_tod,
    "TDT": OrderMap.on_tdt,
    "ALC": OrderMap.on_alc,
    "PCD": OrderMap.on_charge_amount,
    "MOA": OrderMap.on_charge_amount,
}
"""What the segments before the first line say; the rest is kept as it is"""

"""ORDERS and ORDCHG: a customer's purchase order and its changes, as the normalised order (UN/EDIFACT D96A,
D01B).
"""

from __future__ import annotations

from typing import Any

from adapters.edi.checks import check_line, check_schedule, check_totals
from adapters.edi.edifact import lines
from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.header import OrderHeader
from adapters.edi.edifact.order_codes import NOT_ORDERS, ORDERS, PURPOSES
from adapters.edi.edifact.prices import check_price
from adapters.edi.edifact.schedule import add_up
from adapters.edi.mapping import (
    Job,
    Meaning,
    build,
    cancellation,
    customer,
    number_lines,
    ordered,
    penalty_answer,
    put,
)
from hub.messages.base import Command
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.document import Intent


class OrderMap:
    """Reads one ORDERS or ORDCHG."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.header = OrderHeader(self.fields)
        self.lines: list[dict[str, Any]] = []
        self.totals: dict[str, Any] = {}

    def read(self) -> Meaning:
        """What the document says."""
        line: dict[str, Any] | None = None
        summary, change = False, self.document.type == "ORDCHG"
        sub_line = False
        for position, segment in self.document.to_read:
            tag = segment[0][0]
            sub_line = at(segment, 4) == "1" if tag == "LIN" else sub_line and tag != "UNS"
            if sub_line:
                self.fields.keep(position, segment, "part of a line")
            elif tag == "LIN":
                line = lines.begin(self.fields, position, segment, change=change)
                self.lines.append(line)
            elif tag == "UNS":
                summary = True
            elif tag in ("UNH", "UNT"):
                continue
            elif summary:
                self._summary(tag, position, segment)
            elif line is None:
                self.header.take(tag, position, segment)
            else:
                lines.take(self.fields, line, tag, position, segment)
        return self._meaning()

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
        document, header = self.document, self.header.finished()
        purpose, kind, position = self.header.purpose, self.header.type, self.header.position
        intent, word = PURPOSES.get(purpose, ("quarantine", "original"))
        likely: Intent | None = None
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
        for line in self.lines:
            acted = line.pop("_acted", None)
            if acted is not None and intent != "quarantine":
                document.fault("purpose_unhandled", line["_at"], 2, value=acted)
                intent, likely = "quarantine", "change"
        asks = (header.get("po_number", ""),) if change and self._units_left_out() else ()
        if intent == "change" and not self._take_units(header.get("po_number", "")):
            intent, likely = "quarantine", "change"
        message = cancellation(self.job, header) if intent == "cancel" else self._order(word)
        return Meaning(intent, (message,) if message else (), likely, title, intent == "quarantine", asks)

    def _units_left_out(self) -> list[dict[str, Any]]:
        """Lines of a change that name a quantity of what was ordered, and no unit."""
        return [line for line in self.lines if line.get("_unit") == "" and line.get("action") != "add"]

    def _take_units(self, po_number: str) -> bool:
        """Take the units that a change leaves out from the order; False where that is not known."""
        known = ordered(self.job, po_number) if self._units_left_out() else {}
        sound = True
        for line in self._units_left_out():
            _, unit = known.get(line.get("line", ""), (None, None))
            if unit:
                line["unit"] = unit
            else:
                detail = f"the unit that line {line.get('line', '')} has in the order"
                self.document.fault("reference_missing", line["_at"], detail=detail)
                sound = False
        return sound

    def _order(self, purpose: str) -> Command | None:
        document, header = self.document, self.header.data
        positions = [line.pop("_at") for line in self.lines]
        number_lines(document, self.lines, positions)
        complete = True
        for position, line in zip(positions, self.lines, strict=True):
            add_up(line)
            check_price(self.fields, line)
            if line.get("_price"):
                line.pop("_amount", None)
            unreadable = line.pop("_unreadable", False)
            for name in lines.ASIDE:
                line.pop(name, None)
            check_line(document, line, position, header)
            if "quantity" not in line:
                if line.get("action") in ("delete", "none"):
                    line["quantity"], line["unit"] = "0", "H87"
                    continue
                if not unreadable:
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
            "unmapped": self.fields.unmapped(),
        }
        put(data, "totals", self.totals)
        return build(SubmitCustomerPo, data, document)

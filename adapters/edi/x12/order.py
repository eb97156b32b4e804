"""850 and 860: a customer's purchase order and its changes, as the normalised order (X12 850, 860)."""

from __future__ import annotations

from typing import Any

from adapters.edi.checks import check_line, check_schedule, check_totals
from adapters.edi.mapping import (
    Job,
    Meaning,
    build,
    cancellation,
    customer,
    number_lines,
    penalty_answer,
    put,
)
from adapters.edi.x12 import lines
from adapters.edi.x12.change import resolve, states_differences
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields
from adapters.edi.x12.header import OrderHeader
from adapters.edi.x12.order_codes import NOT_ORDERS, ORDERS, PURPOSES
from hub.messages.base import Command
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.document import Intent


class OrderMap:
    """Reads one 850 or 860."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.header = OrderHeader(self.fields)
        self.lines: list[dict[str, Any]] = []
        self.totals: dict[str, Any] = {}
        self._starts: list[int] = []

    def read(self) -> Meaning:
        """What the document says."""
        line: dict[str, Any] | None = None
        handlers, handle_header = lines.HANDLERS, self.header.take
        summary = False
        for position, segment in self.document.to_read:
            tag = segment[0]
            if line is not None:
                handler = handlers.get(tag)
                if handler is not None:
                    handler(self.fields, line, position, segment)
                    continue
            if tag == "PO1":
                line, handlers = lines.begin_po1(self.fields, position, segment), lines.HANDLERS
            elif tag == "POC":
                line, handlers = lines.begin_poc(self.fields, position, segment), lines.HANDLERS
            elif tag == "CTT":
                summary, handlers = True, {}
                self._count(position, segment)
                continue
            elif tag == "AMT" and (summary or line is None):
                self._amount(position, segment)
                continue
            elif line is None:
                handle_header(tag, position, segment)
                continue
            elif tag == "SLN":
                handlers = lines.PART_HANDLERS
                lines.keep_part(self.fields, line, position, segment)
                continue
            elif tag not in ("SE", "ST"):
                self.fields.keep(position, segment)
                continue
            else:
                continue
            self.lines.append(line)
            self._starts.append(position)
        return self._meaning()

    def _count(self, position: int, ctt: list[str]) -> None:
        stated = self.fields.decimal(position, ctt, 1)
        if stated is not None:
            if "." in stated:
                self.document.fault("number_invalid", position, 1, value=at(ctt, 1))
            else:
                self.totals["lines"] = int(stated)
        if at(ctt, 2):
            put(self.totals, "quantity", self.fields.decimal(position, ctt, 2))
        if any(part.strip() for part in ctt[3:]):
            self.fields.keep(position, ctt)

    def _amount(self, position: int, amt: list[str]) -> None:
        value = self.fields.decimal(position, amt, 2, negative=True)
        if value is not None and at(amt, 1) in ("TT", "1"):
            self.totals["amount"] = value
        else:
            self.fields.keep(position, amt)

    def _meaning(self) -> Meaning:
        document, header = self.document, self.header.data
        purpose, kind, position = self.header.purpose, self.header.type, self.header.position
        intent, word = PURPOSES.get(purpose or "00", ("quarantine", "original"))
        likely: Intent | None = None
        title = f"{document.type} {header.get('po_number', '')}".strip()
        answer = penalty_answer(self.job, header, purpose, title)
        if answer:
            return answer
        if intent == "quarantine" and purpose:
            document.fault("purpose_unhandled", position, 1, value=purpose)
            likely = "new_po" if document.type == "850" else "change"
        if document.type == "850" and word == "change":
            document.fault("purpose_unhandled", position, 1, value=purpose)
            intent, likely = "quarantine", "change"
        if document.type == "860" and word == "original":
            intent, word = "change", "change"
        if kind not in ORDERS and kind and intent != "cancel":
            detail = NOT_ORDERS.get(kind, "the type of order is not one that the hub carries out")
            document.fault("order_type", position, 2, value=kind, detail=detail)
            likely = "not_an_order" if intent == "new_po" else intent
            intent = "quarantine"
        if document.type == "860" and purpose == "06" and not self.lines:
            document.fault("reference_missing", position, detail="the lines that the customer accepts")
            return Meaning("quarantine", (), "revision", title, quarantine=True)
        number_lines(self.document, self.lines, self._starts)
        asks = (header.get("po_number", ""),) if states_differences(self.job, self.lines) else ()
        if not resolve(self.job, header.get("po_number", ""), self.lines, self._starts) and intent == "change":
            intent, likely = "quarantine", "change"
        message = cancellation(self.job, header) if intent == "cancel" else self._order(word)
        return Meaning(intent, (message,) if message else (), likely, title, intent == "quarantine", builds_on=asks)

    def _order(self, purpose: str) -> Command | None:
        document, header = self.document, self.header.finished()
        if not self.lines and document.type == "860":
            document.fault("segment_missing", document.size, tag="POC")
        for position, line in zip(self._starts, self.lines, strict=True):
            check_line(document, line, position, header)
            if "quantity" in line:
                check_schedule(document, line, position)
        if document.rejected and not all("quantity" in line and "unit" in line for line in self.lines):
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
        return build(SubmitCustomerPo, data, document) if self.lines and "po_number" in header else None

"""ORDRSP: a supplier's answer to a material PO, or to our cancelling of it (UN/EDIFACT ORDRSP; R20, R35)."""

from __future__ import annotations

from typing import Any

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.lines import free_text
from adapters.edi.edifact.order_codes import PRICES
from adapters.edi.edifact.supply import CANCELLATION
from adapters.edi.mapping import Job, Meaning, acknowledgment, build, put
from adapters.edi.units import PIECES, from_edifact
from adapters.edi.values import per_unit
from hub.messages.base import Command
from hub.messages.material_po import AnswerMaterialPoCancellation

_OUTCOMES = {"29": "accepted", "44": "accepted", "6": "accepted", "27": "rejected", "4": "changed"}
"""What the message function (1225) says of lines that say nothing themselves"""

_WHOLE = {"29": "accepted", "44": "accepted", "27": "rejected"}
"""What it says of the whole order where no line is listed; a change without lines says nothing"""

_LINES = {"5": "accepted", "4": "accepted", "6": "changed", "3": "changed", "7": "rejected", "2": "rejected"}
"""The answer to a line (1229)"""

_PROMISES = ("67", "69", "2", "17", "76", "358", "10")
_RECEIVED = frozenset({"12"})


class SupplierAnswer:
    """Reads one ORDRSP."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.number = ""
        self.function = ""
        self.lines: list[dict[str, Any]] = []
        self._notes: list[str] = []
        self._promised: dict[str, Any] = {}
        """what the header promises for every line"""
        self._references: set[str] = set()

    def read(self) -> Meaning:
        """What the document says."""
        line: dict[str, Any] | None = None
        summary = False
        for position, segment in self.document.to_read:
            match segment[0][0]:
                case "BGM":
                    self.function = at(segment, 3)
                case "RFF":
                    self._refer(segment, line)
                case "LIN":
                    line = {"line": at(segment, 1), "_action": at(segment, 2), "_texts": []}
                    line["line"] = line["line"] or str(len(self.lines) + 1)
                    self.lines.append(line)
                case "QTY" if line is not None:
                    self._quantity(line, position, segment)
                case "DTM" if not summary:
                    self._date(self._promised if line is None else line, position, segment)
                case "PRI" if line is not None:
                    self._price(line, position, segment)
                case "FTX":
                    text = free_text(segment)
                    if text:
                        (self._notes if line is None else line["_texts"]).append(text)
                case "UNS":
                    line, summary = None, True
        return self._meaning()

    def _refer(self, rff: Segment, line: dict[str, Any] | None) -> None:
        value = at(rff, 1, 2)
        if at(rff, 1) == "ON" and value and (line is None or not self.number):
            self.number = value
        if line is not None and at(rff, 1) == "ON" and at(rff, 1, 3):
            line["line"] = at(rff, 1, 3)
        self._references.add(value)

    def _quantity(self, line: dict[str, Any], position: int, qty: Segment) -> None:
        value = self.fields.decimal(position, qty, 1, 2)
        if value is None:
            return
        qualifier = at(qty, 1)
        if qualifier in ("113", "12", "170"):
            line["_offered"] = value
        elif qualifier in ("21", "1"):
            line["_ordered"] = value
        elif qualifier == "83":
            line["_texts"].append(f"backordered: {value}")
            return
        else:
            return
        if at(qty, 1, 3) and ("_unit" not in line or qualifier not in ("21", "1")):
            put(line, "_unit", self.fields.unit(position, qty, 1, 3))

    def _price(self, line: dict[str, Any], position: int, pri: Segment) -> None:
        """The price of one unit, and of which."""
        price, rank = self.fields.amount(position, pri, 1, 2), PRICES.get(at(pri, 1), 99)
        if price and rank <= line.get("_price_rank", 98):
            line["_price_rank"] = rank
            line["_price"] = per_unit(price, self.fields.decimal(position, pri, 1, 5) or "1")
            line["_priced"] = position, price, at(pri, 1, 6)

    def _date(self, line: dict[str, Any], position: int, dtm: Segment) -> None:
        date = self.fields.date(position, dtm)
        kind = at(dtm, 1)
        if date and kind in _PROMISES and _PROMISES.index(kind) < line.get("_rank", 99):
            line["_rank"], line["promised_date"] = _PROMISES.index(kind), date

    def _meaning(self) -> Meaning:
        document = self.document
        title = f"ORDRSP {self.number}".strip()
        deleted = bool(self.lines) and all(line["_action"] == "2" for line in self.lines)
        asked = f"{self.number}{CANCELLATION}"
        if any(each.startswith(asked) for each in self._references) or (deleted and self.function != "27"):
            return self._cancellation(title)
        answers = [answer for answer in map(self._answer, self.lines) if answer]
        message: Command | None = None
        whole = None if self.lines else _WHOLE.get(self.function)
        if (answers or whole) and self.number:
            message = acknowledgment(self.number, answers, "\n".join(self._notes), document, whole)
        elif self.function not in _RECEIVED and not any(fault.fatal for fault in document.faults):
            detail = "the answer names no lines" if self.number else "the answer names no order (RFF ON)"
            document.fault("reference_missing", 2, detail=detail)
            return Meaning("quarantine", (), "supplier_confirm", title, quarantine=True)
        return Meaning("supplier_confirm", (message,) if message else (), None, title)

    def _answer(self, line: dict[str, Any]) -> dict[str, Any] | None:
        answer = _LINES.get(line["_action"]) or _OUTCOMES.get(self.function)
        if answer is None:
            return None
        found: dict[str, Any] = {"line": line["line"]}
        if not self._price_fits(line):
            line["_texts"].append(f"price {line['_priced'][1]} {line['_priced'][2]}")
            del line["_price"]
        put(found, "reason", "; ".join(line["_texts"]))
        if answer != "rejected":
            put(found, "promised_date", line.get("promised_date") or self._promised.get("promised_date"))
            offered, ordered = line.get("_offered"), line.get("_ordered")
            if offered is not None and offered != ordered:
                # what was ordered may not be repeated; the order itself then tells whether this is another quantity
                found["quantity"] = offered
                answer = "changed" if ordered is not None else answer
            elif answer == "changed" and ordered is not None and line["_action"] == "3":
                found["quantity"] = ordered
            if answer == "accepted":
                # what is accepted is what the supplier says was ordered: the order itself tells whether it was
                found.setdefault("quantity", ordered)
            put(found, "unit_price", line.get("_price"))
            put(found, "unit", line.get("_unit"))
            found = {name: value for name, value in found.items() if value is not None}
        found["answer"] = answer
        return found

    def _price_fits(self, line: dict[str, Any]) -> bool:
        """Whether the price is for the unit that the quantity is in; a quantity without one is in that of the price."""
        position, _, said = line.get("_priced", (0, "", ""))
        if not said:
            return True
        unit = from_edifact(said)
        measured = line.setdefault("_unit", unit)
        if unit == measured or PIECES.issuperset((unit, measured)):
            return True
        self.document.fault("price_unit_differs", position, 1, 6, found=said, expected=str(measured))
        return False

    def _cancellation(self, title: str) -> Meaning:
        data: dict[str, Any] = {
            "material_po_id": self.number,
            "answer": "refused" if self.function == "27" else "accepted",
        }
        put(data, "reason", "\n".join(self._notes))
        message = build(AnswerMaterialPoCancellation, data, self.document) if self.number else None
        return Meaning("supplier_confirm", (message,) if message else (), None, title)

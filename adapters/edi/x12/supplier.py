"""855 and 865: a supplier's answer to a material PO, or to our cancelling of it (X12 855, 865; R20, R35)."""

from __future__ import annotations

from typing import Any

from adapters.edi.mapping import Job, Meaning, acknowledgment, build, put
from adapters.edi.x12.fields import Fields, at
from hub.messages.base import Command
from hub.messages.materials import AnswerMaterialPoCancellation

ACCEPTED = frozenset({"IA", "AC", "AR", "AA"})
"""ACK01: the line is taken as ordered"""

REJECTED = frozenset({"IR", "ID", "R1", "R2", "R3", "R4", "R5", "R6"})
"""ACK01: the line is not taken"""

CHANGED = frozenset({"IB", "IC", "IE", "IF", "IP", "IQ", "IS", "BP", "DR", "IW", "SP"})
"""ACK01: the line is taken with a change; which one, its elements say"""

HELD = frozenset({"IH"})

_OUTCOMES = {
    "AC": "changed",
    "AD": "accepted",
    "AE": "changed",
    "AK": "accepted",
    "AT": "accepted",
    "RD": "rejected",
    "RJ": "rejected",
}
"""What BAK02 and BCA02 say of lines that say nothing themselves"""

_WHOLE = {"AD": "accepted", "AK": "accepted", "AT": "accepted", "RJ": "rejected"}
"""What BAK02 and BCA02 say of the whole order where no line is listed; a change without lines says nothing"""

_PROMISES = ("067", "069", "017", "002", "106", "068", "010", "011", "080")
_RECEIVED = frozenset({"AH", "AP", "NA"})


class SupplierAnswer:
    """Reads one 855 or 865."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.number = ""
        self.outcome = ""
        self.lines: list[dict[str, Any]] = []
        self._notes: list[str] = []
        self._cancels = False

    def read(self) -> Meaning:
        """What the document says."""
        line: dict[str, Any] | None = None
        for position, segment in enumerate(self.document.segments, start=1):
            match segment[0]:
                case "BAK" | "BCA":
                    self.number, self.outcome = at(segment, 3), at(segment, 2)
                    self._cancels = segment[0] == "BCA" and at(segment, 1) in ("01", "17")
                case "PO1" | "POC":
                    line = self._begin(position, segment)
                    self.lines.append(line)
                case "ACK" if line is not None:
                    self._status(line, position, segment)
                case "CTP" if line is not None:
                    put(line, "_price", self.fields.decimal(position, segment, 3))
                case "DTM" | "SCH" if line is not None:
                    self._date(line, position, segment)
                case "MSG" | "MTX":
                    text = at(segment, 2) if segment[0] == "MTX" else at(segment, 1)
                    target = self._notes if line is None else line["_texts"]
                    if text:
                        target.append(text)
        return self._meaning()

    def _begin(self, position: int, segment: list[str]) -> dict[str, Any]:
        change = segment[0] == "POC"
        line: dict[str, Any] = {"line": at(segment, 1), "_texts": [], "_codes": [], "_at": position}
        line["_ordered"] = self.fields.decimal(position, segment, 3 if change else 2)
        put(line, "_own_price", self.fields.decimal(position, segment, 6 if change else 4))
        line["_deleted"] = change and at(segment, 2) == "DI"
        if not line["line"]:
            line["line"] = str(len(self.lines) + 1)
        return line

    def _status(self, line: dict[str, Any], position: int, ack: list[str]) -> None:
        code = at(ack, 1)
        if code not in ACCEPTED | REJECTED | CHANGED | HELD:
            self.document.fault("code_invalid", position, 1, value=code)
            return
        line["_codes"].append(code)
        quantity = self.fields.decimal(position, ack, 2)
        date = self.fields.date(position, ack, 5)
        if code not in REJECTED:
            put(line, "promised_date", date)
        if quantity is not None and code not in REJECTED:
            line.setdefault("_quantities", []).append((code, quantity))
        for index in range(7, min(len(ack) - 1, 27), 2):
            if code == "IS" and at(ack, index + 1):
                line["_texts"].append(f"substitute {at(ack, index)} {at(ack, index + 1)}")

    def _date(self, line: dict[str, Any], position: int, segment: list[str]) -> None:
        kind, index = (at(segment, 5), 6) if segment[0] == "SCH" else (at(segment, 1), 2)
        date = self.fields.date(position, segment, index)
        if date and kind in _PROMISES and "promised_date" not in line:
            line["_scheduled"] = date

    def _meaning(self) -> Meaning:
        title = f"{self.document.type} {self.number}".strip()
        if self._cancels or (self.lines and all(line["_deleted"] for line in self.lines)):
            return self._cancellation(title)
        answers = [answer for answer in map(self._answer, self.lines) if answer]
        message: Command | None = None
        whole = None if self.lines else _WHOLE.get(self.outcome)
        if (answers or whole) and self.number:
            message = acknowledgment(self.number, answers, "\n".join(self._notes), self.document, whole)
        elif self.outcome not in _RECEIVED and not any(fault.fatal for fault in self.document.faults):
            detail = "the answer names no lines, so a person has to say which ones it means"
            self.document.fault("reference_missing", 2, detail=detail)
            return Meaning("quarantine", (), "supplier_confirm", title, quarantine=True)
        return Meaning("supplier_confirm", (message,) if message else (), None, title)

    def _answer(self, line: dict[str, Any]) -> dict[str, Any] | None:
        """One line's answer out of its codes, or out of the header's where it has none."""
        codes = set(line["_codes"])
        if codes and codes <= HELD:
            return None
        found: dict[str, Any] = {"line": line["line"]}
        put(found, "reason", "; ".join(line["_texts"]))
        if not codes:
            answer = _OUTCOMES.get(self.outcome)
            if answer is None:
                return None
        elif codes <= REJECTED:
            answer = "rejected"
        else:
            answer = "accepted" if codes <= ACCEPTED else "changed"
        if answer != "rejected":
            put(found, "promised_date", line.get("promised_date") or line.get("_scheduled"))
            self._changes(line, codes, found)
            if "quantity" in found or "unit_price" in found:
                answer = "changed"
        found["answer"] = answer
        return found

    def _changes(self, line: dict[str, Any], codes: set[str], found: dict[str, Any]) -> None:
        quantities = [quantity for code, quantity in line.get("_quantities", ()) if code != "IB"]
        if quantities and quantities[-1] != line["_ordered"]:
            found["quantity"] = quantities[-1]
        if "IP" in codes:
            put(found, "unit_price", line.get("_price") or line.get("_own_price"))

    def _cancellation(self, title: str) -> Meaning:
        codes = {code for line in self.lines for code in line["_codes"]}
        refused = self.outcome in ("RJ", "RD") or (bool(codes) and codes <= REJECTED - {"ID"})
        data: dict[str, Any] = {"material_po_id": self.number, "answer": "refused" if refused else "accepted"}
        put(data, "reason", "\n".join(self._notes))
        message = build(AnswerMaterialPoCancellation, data, self.document) if self.number else None
        return Meaning("supplier_confirm", (message,) if message else (), None, title)

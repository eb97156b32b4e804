"""855 and 865: a supplier's answer to a material PO, or to our cancelling of it (X12 855, 865; R20, R35)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from adapters.edi.mapping import Job, Meaning, acknowledgment, build, put
from adapters.edi.values import implied_hundredths, per_unit, plain, total
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields
from hub.messages.base import Command
from hub.messages.material_po import AnswerMaterialPoCancellation

ACCEPTED = frozenset({"IA", "AC", "AR", "AA"})
"""ACK01: the line is taken as ordered"""

REJECTED = frozenset({"IR", "ID", "R1", "R2", "R3", "R4", "R5", "R6"})
"""ACK01: the line is not taken"""

CHANGED = frozenset({"IB", "IC", "IE", "IF", "IP", "IQ", "IS", "BP", "DR", "IW", "SP"})
"""ACK01: the line is taken with a change; which one, its elements say"""

HELD = frozenset({"IH"})

_REMARKS = {
    "IB": "backordered",
    "BP": "part of it now, the rest backordered",
    "IE": "the price is pending",
    "IF": "on hold: the description is incomplete",
    "IW": "on hold: a waiver is required",
    "SP": "the date is pending",
}
"""What a code says that has no place in an answer's figures"""

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

_EXCEPTIONS = "AE"
"""BAK02: only the lines that differ are listed; the others are accepted"""

_NOT_ITS_OWN = frozenset({"RTL", "MSR", "RES", "MAP", "MAX", "MIN"})
"""CTP02: a price that others ask or may ask"""

_PROMISES = ("067", "069", "017", "002", "106", "068", "010", "011", "080")
_RECEIVED = frozenset({"AH", "NA"})


def _delivered(said: Sequence[tuple[str, str]], ordered: str | None) -> str | None:
    """How much comes in all, by the quantities that several ACKs name; None where they do not fit one another.

    They divide the quantity ordered, or all speak of the same; else a new quantity (IQ) counts, or what is accepted.
    """
    whole, each = total(quantity for _, quantity in said), {Decimal(quantity) for _, quantity in said}
    if ordered is not None and whole == Decimal(ordered):
        return ordered
    if len(each) == 1:
        one, accepted = said[0][1], all(code in ACCEPTED for code, _ in said)
        return plain(whole) if accepted else one
    if all(code in ACCEPTED for code, _ in said):
        return plain(whole)
    return next((quantity for code, quantity in reversed(said) if code == "IQ"), None)


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
        self._cancels = self._unnumbered = False
        self._promised: tuple[int, str] | None = None
        """rank and day of the date that the header promises for every line"""

    def read(self) -> Meaning:
        """What the document says."""
        line: dict[str, Any] | None = None
        for position, segment in self.document.to_read:
            match segment[0]:
                case "BAK" | "BCA":
                    self.number, self.outcome = at(segment, 3), at(segment, 2)
                    self._cancels = segment[0] == "BCA" and at(segment, 1) in ("01", "17")
                case "PO1" | "POC":
                    line = self._begin(position, segment)
                    self.lines.append(line)
                case "SLN" if line is not None:
                    # what follows is said of a part of the line, and not of the line
                    line = {"line": "", "_texts": [], "_codes": []}
                case "ACK" if line is not None:
                    self._status(line, position, segment)
                case "CTP" if line is not None and at(segment, 2) not in _NOT_ITS_OWN:
                    put(line, "_price", self._price(line, position, segment, 3, 9))
                case "DTM":
                    self._date(line, position, segment)
                case "SCH" if line is not None:
                    self._delivery(line, position, segment)
                case "SAC":
                    self._charge(line, position, segment)
                case "MSG" | "MTX":
                    self._text(line, at(segment, 2) if segment[0] == "MTX" else at(segment, 1))
        return self._meaning()

    def _text(self, line: dict[str, Any] | None, text: str) -> None:
        if text:
            (self._notes if line is None else line["_texts"]).append(text)

    def _begin(self, position: int, segment: list[str]) -> dict[str, Any]:
        change = segment[0] == "POC"
        line: dict[str, Any] = {"line": at(segment, 1), "_texts": [], "_codes": [], "_at": position}
        line["_ordered"] = self.fields.decimal(position, segment, 3 if change else 2)
        line["_restated"] = not change or at(segment, 2) not in ("QI", "QD", "DI")
        put(line, "_unit", self.fields.stated_unit(position, segment, 5 if change else 3))
        price = 6 if change else 4
        put(line, "_own_price", self._price(line, position, segment, price, price + 1))
        line["_deleted"] = change and at(segment, 2) == "DI"
        named = dict(zip(segment[price + 2 :: 2], segment[price + 3 :: 2], strict=False))
        line["line"] = named.get("PL", "").strip() or line["line"]
        if not line["line"]:
            line["line"], self._unnumbered = str(len(self.lines) + 1), True
        return line

    def _price(self, line: dict[str, Any], position: int, segment: list[str], index: int, basis: int) -> str | None:
        """The price of one unit; one for an unknown number of them, or of another unit, is told and not used."""
        price, code = self.fields.decimal(position, segment, index), at(segment, basis)
        if price is None:
            return None
        number = self.fields.price_basis(position, basis, code, line.get("_unit"))
        if number is None:
            line["_texts"].append(f"price {price} {code}")
            return None
        return per_unit(price, number)

    def _status(self, line: dict[str, Any], position: int, ack: list[str]) -> None:
        code = at(ack, 1)
        if code not in ACCEPTED | REJECTED | CHANGED | HELD:
            self.document.fault("code_invalid", position, 1, value=code)
            return
        line["_codes"].append(code)
        quantity = self.fields.decimal(position, ack, 2)
        unit = self.fields.stated_unit(position, ack, 3)
        date = self.fields.date(position, ack, 5)
        if code not in REJECTED:
            put(line, "promised_date", max(filter(None, (date, line.get("promised_date"))), default=None))
        if quantity is not None and code not in REJECTED:
            line.setdefault("_quantities", []).append((code, quantity))
            put(line, "_unit", unit)
        if code in _REMARKS:
            line["_texts"].append(_REMARKS[code])
        for index in range(7, min(len(ack) - 1, 27), 2):
            if code == "IS" and at(ack, index + 1):
                line["_texts"].append(f"substitute {at(ack, index)} {at(ack, index + 1)}")

    def _date(self, line: dict[str, Any] | None, position: int, dtm: list[str]) -> None:
        date, kind = self.fields.date(position, dtm, 2), at(dtm, 1)
        if not date or kind not in _PROMISES:
            return
        if line is not None:
            line["_scheduled"] = max(date, line.get("_scheduled", ""))
        elif self._promised is None or _PROMISES.index(kind) < self._promised[0]:
            self._promised = _PROMISES.index(kind), date

    def _delivery(self, line: dict[str, Any], position: int, sch: list[str]) -> None:
        """One of the deliveries that a line comes in; the last of them is when it has come."""
        date, quantity = self.fields.date(position, sch, 6), self.fields.decimal(position, sch, 1)
        if date and at(sch, 5) in _PROMISES:
            line["_scheduled"] = max(date, line.get("_scheduled", ""))
            line.setdefault("_deliveries", []).append(f"{quantity or '?'} {at(sch, 2)} on {date}")

    def _charge(self, line: dict[str, Any] | None, position: int, sac: list[str]) -> None:
        """What the supplier charges or allows beside the price, in words: nothing of an answer has a place for it."""
        kind = {"A": "allowance", "C": "charge"}.get(at(sac, 1))
        amount = implied_hundredths(at(sac, 5)) if at(sac, 5) else None
        if kind:
            said = (kind, at(sac, 2) or at(sac, 4), amount, f"{at(sac, 7)} %" if at(sac, 7) else "", at(sac, 15))
            self._text(line, " ".join(filter(None, said)))
            if line is not None:
                line["_charged"] = True

    def _meaning(self) -> Meaning:
        title = f"{self.document.type} {self.number}".strip()
        if self._cancels or (self.lines and all(line["_deleted"] for line in self.lines)):
            return self._cancellation(title)
        answers = [answer for answer in map(self._answer, self.lines) if answer]
        message: Command | None = None
        whole = _WHOLE.get(self.outcome) if not self.lines else "accepted" if self.outcome == _EXCEPTIONS else None
        lost = self._unnumbered and self.outcome == _EXCEPTIONS
        if (answers or whole) and self.number and not lost:
            message = acknowledgment(self.number, answers, "\n".join(self._notes), self.document, whole)
        elif self.outcome not in _RECEIVED and not any(fault.fatal for fault in self.document.faults):
            detail = "the answer does not say what becomes of which lines"
            self.document.fault("reference_missing", 2, detail=detail)
            return Meaning("quarantine", (), "supplier_confirm", title, quarantine=True)
        return Meaning("supplier_confirm", (message,) if message else (), None, title)

    def _answer(self, line: dict[str, Any]) -> dict[str, Any] | None:
        """One line's answer out of its codes, or out of the header's where it has none."""
        codes = set(line["_codes"])
        if codes and codes <= HELD:
            return None
        found: dict[str, Any] = {"line": line["line"]}
        texts = line["_texts"]
        if not codes:
            answer = _OUTCOMES.get(self.outcome)
            if answer is None:
                return None
            if answer == "changed":
                texts = ["changed, without saying what", *texts]
        elif codes <= REJECTED:
            answer = "rejected"
        else:
            answer = "accepted" if codes <= ACCEPTED else "changed"
        deliveries = line.get("_deliveries", ())
        if len(deliveries) > 1 and answer != "rejected":
            texts = [*texts, ", ".join(deliveries)]
        line["_texts"] = texts
        if answer != "rejected":
            of_all = self._promised[1] if self._promised else None
            put(found, "promised_date", line.get("promised_date") or line.get("_scheduled") or of_all)
            self._changes(line, codes, found)
            if "quantity" in found or "unit_price" in found or "_charged" in line:
                answer = "changed"
            put(found, "unit", line.get("_unit"))
        put(found, "reason", "; ".join(line["_texts"]))
        if line["_restated"] and codes <= ACCEPTED and answer != "rejected":
            # what is accepted is what the supplier says was ordered: the order itself tells whether it was
            found = {"quantity": line["_ordered"], "unit_price": line.get("_own_price"), **found}
            found = {name: value for name, value in found.items() if value is not None}
        found["answer"] = answer
        return found

    def _changes(self, line: dict[str, Any], codes: set[str], found: dict[str, Any]) -> None:
        said = [(code, quantity) for code, quantity in line.get("_quantities", ()) if code != "IB"]
        quantity = _delivered(said, line["_ordered"]) if said else None
        if said and quantity is None:
            line["_texts"].extend(f"{quantity} {code}" for code, quantity in said)
        elif quantity is not None and (line["_ordered"] is None or Decimal(quantity) != Decimal(line["_ordered"])):
            found["quantity"] = quantity
        if "IP" in codes:
            put(found, "unit_price", line.get("_price") or line.get("_own_price"))

    def _cancellation(self, title: str) -> Meaning:
        codes = {code for line in self.lines for code in line["_codes"]}
        refused = self.outcome in ("RJ", "RD") or (bool(codes) and codes <= REJECTED - {"ID"})
        data: dict[str, Any] = {"material_po_id": self.number, "answer": "refused" if refused else "accepted"}
        put(data, "reason", "\n".join(self._notes))
        message = build(AnswerMaterialPoCancellation, data, self.document) if self.number else None
        return Meaning("supplier_confirm", (message,) if message else (), None, title)

"""Customers and suppliers, played: what they send when they hear from MetalWorks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hub.messages.base import Message
from hub.messages.cancellation import CancellationPenaltyProposed
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, Line, Source, SubmitCustomerPo
from hub.messages.envelope import Letter
from hub.messages.material_po import (
    AcknowledgedLine,
    AcknowledgeMaterialPo,
    AnswerMaterialPoCancellation,
    LineQuantity,
    MaterialPoCancelRefused,
    MaterialPoCancelRequested,
    MaterialPoChangeAccepted,
    MaterialPoConfirmed,
    MaterialPoDispatched,
    MaterialPoEvent,
    MaterialPoIssued,
    MaterialPoLine,
    MaterialPoPostponed,
    MaterialPoReminded,
    NotifyDispatch,
    ReceiveMaterial,
)
from hub.messages.order import OrderReceived, OrderRevised, OrderRevisionRequested
from hub.simulation.choices import Choices
from hub.simulation.script import Script

CANCEL_AFTER = (
    "order.received.v1",
    "order.confirmed.v1",
    "work-order.materials-specified.v1",
    "work-order.scheduled.v1",
    "work-order.production-started.v1",
    "work-order.ready-to-ship.v1",
)


CHANGE_AFTER = (
    "order.confirmed.v1",
    "work-order.materials-specified.v1",
    "material.reserved.v1",
    "material-po.issued.v1",
    "work-order.materials-available.v1",
    "work-order.scheduled.v1",
    "work-order.production-started.v1",
)


def _as_sent(item: Line) -> dict[str, Any]:
    """What a change says of a line that it names: which product, in which unit, and how many."""
    return {"product": item.product, "unit": item.unit, "quantity": item.quantity}


class Customers:
    """Everyone who orders."""

    def __init__(self, choices: Choices, script: Script) -> None:
        self._choices = choices
        self._script = script
        self._pos: dict[str, SubmitCustomerPo] = {}
        self._cancelled: set[str] = set()
        self._changed: set[str] = set()

    def hear(self, letter: Letter) -> list[Message]:
        """What customers send on hearing of an event."""
        message, order_id = letter.message, letter.envelope.correlationid
        about = [order_id] if order_id else getattr(message, "order_ids", [])
        if isinstance(message, OrderReceived | OrderRevised):
            self._pos[message.order_id] = message.po
        said: list[Message] = []
        if order_id in self._pos:
            said += self._cancel(order_id, letter.envelope.type)
        for each in about:
            said += self._change(each, letter.envelope.type) if each in self._pos else []
        if isinstance(message, OrderRevisionRequested) and self._script.customers_revise:
            said += self._revise(message)
        if isinstance(message, CancellationPenaltyProposed):
            said.append(self._answer(message))
        return said

    def _cancel(self, order_id: str, heard: str) -> list[Message]:
        po = self._pos[order_id]
        after = self._script.cancels.get(po.po_number)
        if after is None and self._choices.happens(self._script.cancel, "cancel", po.po_number):
            after = self._choices.one(CANCEL_AFTER, "cancel after", po.po_number)
        if after != heard or order_id in self._cancelled or not po.customer.id:
            return []
        self._cancelled.add(order_id)
        lines = None
        if len(po.lines) > 1 and self._choices.happens(0.5, "cancel lines", po.po_number):
            lines = [po.lines[-1].line]
        if po.po_number in self._script.cancels:
            lines = None
        return [
            CancelCustomerPo(
                po_number=po.po_number,
                customer_id=po.customer.id,
                lines=lines,
                reason="the project was stopped",
                source=Source(channel="api"),
            )
        ]

    def _change(self, order_id: str, heard: str) -> list[Message]:
        po = self._pos[order_id]
        after, lines = self._script.changes.get(po.po_number, ("", ()))
        if not after and self._choices.happens(self._script.change, "change", po.po_number):
            after = self._choices.one(CHANGE_AFTER, "change after", po.po_number)
            lines = (self._other_terms(po),)
        if after != heard or order_id in self._changed:
            return []
        self._changed.add(order_id)
        items = {item.line: item for item in po.lines}
        named = [{**_as_sent(items.get(line["line"], po.lines[0])), **line} for line in lines]
        data = {"purpose": "change", "lines": named, "source": {"channel": "api"}}
        return [SubmitCustomerPo.model_validate({**po.data(), **data})]

    def _other_terms(self, po: SubmitCustomerPo) -> dict[str, Any]:
        about = "change", po.po_number
        item = self._choices.one(po.lines, *about, "line")
        pieces = Decimal(item.quantity)
        fewer = f"{max(Decimal(1), pieces // 2):f}"
        added = {"line": f"{len(po.lines) + 1}", "quantity": fewer, "action": "add"}
        terms: tuple[dict[str, Any], ...] = (
            {"quantity": f"{pieces * 2:f}"},
            {"quantity": fewer},
            {"action": "delete"},
            {"characteristics": [{"name": "grade", "value": "S235JR"}]},
            added,
        )
        return {"line": item.line, **self._choices.one(terms, *about, "terms")}

    def _revise(self, asked: OrderRevisionRequested) -> list[Message]:
        po = self._pos.get(asked.order_id)
        if po is None:
            return []
        later = {each.line: each.requested_date for each in asked.proposals if each.requested_date}
        lines = [
            line.model_copy(update={"requested_date": later.get(line.line, line.requested_date)}) for line in po.lines
        ]
        return [po.model_copy(update={"purpose": "revision", "lines": lines, "notes": [f"revision {asked.revision}"]})]

    def _answer(self, asked: CancellationPenaltyProposed) -> Message:
        scripted = self._script.penalties.get(asked.po_number)
        accepts = self._choices.happens(0.6, "penalty", asked.question_id)
        answer = scripted or ("accept" if accepts else "decline")
        return AnswerPenalty(order_id=asked.order_id, question_id=asked.question_id, answer=answer)


class Suppliers:
    """Everyone who delivers raw material, and the warehouse that takes it in."""

    def __init__(self, choices: Choices, script: Script, today: Any) -> None:
        self._choices = choices
        self._script = script
        self._today = today

    def hear(self, letter: Letter) -> list[Message]:
        """What suppliers, and the warehouse, send on hearing of an event."""
        message = letter.message
        if isinstance(message, MaterialPoIssued):
            silent = self._choices.happens(self._script.supplier_silent, "silent", message.material_po_id)
            return [] if silent else [self._acknowledge(message)]
        if isinstance(message, MaterialPoConfirmed | MaterialPoChangeAccepted):
            late = self._choices.happens(self._script.supplier_late, "late", message.material_po_id)
            return [] if late else self._dispatch(message)
        if isinstance(message, MaterialPoCancelRefused):
            return self._dispatch(message)
        if isinstance(message, MaterialPoReminded):
            about = "wakes up", message.material_po_id, message.reminder
            return self._answer_at_last(message) if self._choices.happens(0.5, *about) else []
        if isinstance(message, MaterialPoPostponed):
            return self._answer_at_last(message)
        if isinstance(message, MaterialPoDispatched):
            return self._receive(message, letter.envelope.id)
        if isinstance(message, MaterialPoCancelRequested):
            refuses = self._choices.happens(
                self._script.supplier_refuses_cancel, "refuses cancel", message.material_po_id
            )
            answer = AnswerMaterialPoCancellation(
                material_po_id=message.material_po_id,
                answer="refused" if refuses else "accepted",
                reason="it is on the truck" if refuses else None,
            )
            return [answer]
        return []

    def _acknowledge(self, issued: MaterialPoIssued) -> Message:
        lines = []
        for line in issued.lines:
            if line.promised_date:
                continue
            about = "supplier", issued.material_po_id, line.line
            wanted = line.requested_date or self._today().isoformat()
            if self._choices.happens(self._script.supplier_changes, *about):
                lines.append(self._changed(line, wanted, *about))
            elif self._choices.happens(self._script.supplier_changes / 2, *about, "rejects"):
                lines.append(AcknowledgedLine(line=line.line, answer="rejected", reason="sold out"))
            else:
                lines.append(AcknowledgedLine(line=line.line, answer="accepted", promised_date=wanted))
        return AcknowledgeMaterialPo(material_po_id=issued.material_po_id, lines=lines)

    def _changed(self, line: MaterialPoLine, wanted: str, *about: str) -> AcknowledgedLine:
        """Later, or less, or dearer."""
        answer = AcknowledgedLine(line=line.line, answer="changed", promised_date=wanted)
        what, half = self._choices.one(("date", "quantity", "price"), *about, "what"), Decimal(line.quantity) // 2
        if what == "quantity" and half > 0:
            return answer.model_copy(update={"quantity": f"{half:f}"})
        if what == "price" and line.unit_price:
            return answer.model_copy(update={"unit_price": f"{Decimal(line.unit_price) * 11 / 10:f}"})
        later = (date.fromisoformat(wanted) + timedelta(days=4)).isoformat()
        return answer.model_copy(update={"promised_date": later})

    def _answer_at_last(self, event: MaterialPoEvent) -> list[Message]:
        """What is promised is sent, what is not is accepted."""
        lines = [line.line for line in event.lines if line.promised_date is None]
        if not lines:
            return self._dispatch(event)
        promised = self._today().isoformat()
        accepted = [AcknowledgedLine(line=line, answer="accepted", promised_date=promised) for line in lines]
        return [AcknowledgeMaterialPo(material_po_id=event.material_po_id, lines=accepted)]

    def _dispatch(self, event: MaterialPoEvent) -> list[Message]:
        lines = [] if any(line.material in self._script.slow for line in event.lines) else _awaited(event)
        return [NotifyDispatch(material_po_id=event.material_po_id, lines=lines)] if lines else []

    def _receive(self, sent: MaterialPoDispatched, event_id: str) -> list[Message]:
        lines = _awaited(sent)
        clerk = {"role": "warehouse-clerk", "name": "Sam Ode"}
        if not lines:
            return []
        data = {"material_po_id": sent.material_po_id, "lines": lines, "by": clerk}
        return [ReceiveMaterial.model_validate(data)]


def _awaited(event: MaterialPoEvent) -> list[LineQuantity]:
    found = []
    for line in event.lines:
        awaited = Decimal(line.quantity) - Decimal(line.received)
        if awaited > 0:
            found.append(LineQuantity(line=line.line, quantity=f"{awaited:f}"))
    return found

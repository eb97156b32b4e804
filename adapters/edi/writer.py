"""The writers of X12 and EDIFACT documents (port: ``hub.ports.Writer``)."""

from __future__ import annotations

from datetime import datetime

from adapters.edi.answers import SUPPLIER_ORDERS, WRITTEN, answer_to
from adapters.edi.edifact import answer as edifact_answer
from adapters.edi.edifact import notice as edifact_notice
from adapters.edi.edifact import render as edifact
from adapters.edi.edifact import supply as edifact_supply
from adapters.edi.envelope import Endpoint
from adapters.edi.x12 import answer as x12_answer
from adapters.edi.x12 import notice as x12_notice
from adapters.edi.x12 import render as x12
from adapters.edi.x12 import supply as x12_supply
from hub.messages.materials import MaterialPoEvent, MaterialPoIssued, MaterialPoReminded
from hub.messages.production import Shipped
from hub.ports import Composed, Numbers, Occasion


class X12Writer:
    """Writes 855, 865 and 856 to customers, 850 and 860 to suppliers.

    ``our_id`` and ``our_qualifier`` count where the partner's profile does not name an id of ours.
    """

    def __init__(self, our_id: str, our_qualifier: str = "ZZ") -> None:
        self._our = Endpoint(our_qualifier, our_id)

    def writes(self, event_type: str) -> bool:
        """Whether there is a document for such events."""
        return event_type in WRITTEN

    def compose(self, occasion: Occasion, numbers: Numbers, now: datetime) -> Composed | None:
        """The document that tells the partner of the event; None when it is not told by X12."""
        if occasion.partner.edi is None:
            return None
        route = x12.route_to(occasion.partner.edi, self._our)
        kind, content = self._content(occasion, route, now)
        if not content:
            return None
        body = x12.interchange(route, [(kind, content)], numbers, now)
        return Composed("x12", body, "edi", f"{kind} {_about(occasion)}")

    def _content(self, occasion: Occasion, route: x12.Route, now: datetime) -> tuple[str, x12.Segments]:
        event = occasion.event
        if isinstance(event, Shipped):
            return "856", x12_notice.body(event, occasion.po, now)
        if isinstance(event, MaterialPoIssued | MaterialPoReminded):
            return "850", x12_supply.order(event, route.sender.id, now)
        if isinstance(event, MaterialPoEvent) and type(event) in SUPPLIER_ORDERS:
            cancel = SUPPLIER_ORDERS[type(event)] == "cancel"
            return "860", x12_supply.change(event, route.sender.id, now, cancel=cancel)
        answer = answer_to(occasion)
        return x12_answer.body(answer, now) if answer else ("", [])


class EdifactWriter:
    """Writes ORDRSP and DESADV to customers, ORDERS and ORDCHG to suppliers.

    ``our_id`` and ``our_qualifier`` count where the partner's profile does not name an id of ours.
    """

    def __init__(self, our_id: str, our_qualifier: str = "ZZ") -> None:
        self._our = Endpoint(our_qualifier, our_id)

    def writes(self, event_type: str) -> bool:
        """Whether there is a document for such events."""
        return event_type in WRITTEN

    def compose(self, occasion: Occasion, numbers: Numbers, now: datetime) -> Composed | None:
        """The document that tells the partner of the event; None when it is not told by EDIFACT."""
        if occasion.partner.edi is None:
            return None
        route = edifact.route_to(occasion.partner.edi, self._our)
        kind, content = self._content(occasion, route, now)
        if not content:
            return None
        identifier = edifact.message_identifier(kind, route.directory)
        body = edifact.interchange(route, [(identifier, content)], numbers, now, application=kind)
        return Composed("edifact", body, "edi", f"{kind} {_about(occasion)}")

    def _content(self, occasion: Occasion, route: edifact.Route, now: datetime) -> tuple[str, edifact.Segments]:
        event, our_id, their_id = occasion.event, route.sender.id, route.receiver.id
        if isinstance(event, Shipped):
            return "DESADV", edifact_notice.body(event, occasion.po, our_id, now)
        if isinstance(event, MaterialPoIssued | MaterialPoReminded):
            return "ORDERS", edifact_supply.order(event, our_id, their_id, now)
        if isinstance(event, MaterialPoEvent) and type(event) in SUPPLIER_ORDERS:
            cancel = SUPPLIER_ORDERS[type(event)] == "cancel"
            return "ORDCHG", edifact_supply.change(event, our_id, their_id, now, cancel=cancel)
        answer = answer_to(occasion)
        return ("ORDRSP", edifact_answer.body(answer, our_id, now)) if answer else ("", [])


def _about(occasion: Occasion) -> str:
    event = occasion.event
    number = getattr(event, "po_number", "") or getattr(event, "material_po_id", "")
    return f"{event.TYPE.rpartition('.')[0]} {number}".strip()

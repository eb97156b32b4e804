"""The writers of X12 and EDIFACT documents (port: ``hub.ports.Writer``)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar, Literal

from adapters.edi.answers import WRITTEN, SupplierChange, SupplierOrder, answer_to
from adapters.edi.edifact import answer as edifact_answer
from adapters.edi.edifact import notice as edifact_notice
from adapters.edi.edifact import render as edifact
from adapters.edi.edifact import supply as edifact_supply
from adapters.edi.envelope import Endpoint
from adapters.edi.x12 import answer as x12_answer
from adapters.edi.x12 import notice as x12_notice
from adapters.edi.x12 import render as x12
from adapters.edi.x12 import supply as x12_supply
from hub.messages.customer_po import Party
from hub.messages.shipment import Shipped
from hub.partners import EdiProfile
from hub.ports import Composed, Numbers, Occasion


class _EdiWriter(ABC):
    """Writes one document in an interchange of its own.

    ``our_id`` and ``our_qualifier`` count where the partner's profile does not name an id of ours; ``deliver_to`` is
    where suppliers deliver.
    """

    standard: ClassVar[Literal["x12", "edifact"]]

    def __init__(self, our_id: str, our_qualifier: str = "ZZ", deliver_to: Party | None = None) -> None:
        self._our = Endpoint(our_qualifier, our_id)
        self._site = deliver_to or Party(role="ship-to")

    def writes(self, event_type: str) -> bool:
        """Whether there is a document for such events."""
        return event_type in WRITTEN

    def compose(self, occasion: Occasion, numbers: Numbers, now: datetime) -> Composed | None:
        """The document that tells the partner of the event; None when it is not told by EDI."""
        profile = occasion.partner.edi
        written = self._written(occasion, profile, numbers, now) if profile else None
        if written is None:
            return None
        kind, body = written
        return Composed(self.standard, body, "edi", f"{kind} {_about(occasion)}")

    @abstractmethod
    def _written(
        self, occasion: Occasion, profile: EdiProfile, numbers: Numbers, now: datetime
    ) -> tuple[str, bytes] | None:
        """The kind of document, and the interchange; a number is drawn only where there is one."""


class X12Writer(_EdiWriter):
    """Writes 855, 865 and 856 to customers, 850 and 860 to suppliers."""

    standard = "x12"

    def _written(
        self, occasion: Occasion, profile: EdiProfile, numbers: Numbers, now: datetime
    ) -> tuple[str, bytes] | None:
        route = x12.route_to(profile, self._our)
        kind, content = self._content(occasion, route, now)
        return (kind, x12.interchange(route, [(kind, content)], numbers, now)) if content else None

    def _content(self, occasion: Occasion, route: x12.Route, now: datetime) -> tuple[str, x12.Segments]:
        event = occasion.event
        if isinstance(event, Shipped):
            return "856", x12_notice.body(event, occasion.po, route.sender, now)
        if isinstance(event, SupplierOrder):
            return "850", x12_supply.order(event, route.sender, self._site, _theirs(occasion), now)
        if isinstance(event, SupplierChange):
            return "860", x12_supply.change(event, route.sender, _theirs(occasion), now)
        answer = answer_to(occasion)
        return x12_answer.body(answer, now) if answer else ("", [])


class EdifactWriter(_EdiWriter):
    """Writes ORDRSP and DESADV to customers, ORDERS and ORDCHG to suppliers."""

    standard = "edifact"

    def _written(
        self, occasion: Occasion, profile: EdiProfile, numbers: Numbers, now: datetime
    ) -> tuple[str, bytes] | None:
        route = edifact.route_to(profile, self._our)
        kind, content = self._content(occasion, route, now)
        if not content:
            return None
        identifier = edifact.message_identifier(kind, route.directory)
        return kind, edifact.interchange(route, [(identifier, content)], numbers, now, application=kind)

    def _content(self, occasion: Occasion, route: edifact.Route, now: datetime) -> tuple[str, edifact.Segments]:
        event, our, their = occasion.event, route.sender, route.receiver
        if isinstance(event, Shipped):
            return "DESADV", edifact_notice.body(event, occasion.po, our, their, now)
        if isinstance(event, SupplierOrder):
            return "ORDERS", edifact_supply.order(event, our, their, self._site, _theirs(occasion), now)
        if isinstance(event, SupplierChange):
            return "ORDCHG", edifact_supply.change(event, our, their, self._site, _theirs(occasion), now)
        answer = answer_to(occasion)
        return ("ORDRSP", edifact_answer.body(answer, our, their, now)) if answer else ("", [])


def _theirs(occasion: Occasion) -> dict[str, str]:
    """By our part number: what the partner calls it."""
    return {ours: theirs for theirs, ours in occasion.partner.parts.items()}


def _about(occasion: Occasion) -> str:
    event, po = occasion.event, occasion.po
    numbers = (getattr(event, name, None) for name in ("po_number", "material_po_id"))
    number = next(filter(None, numbers), po.po_number if po else "")
    return f"{event.TYPE.rpartition('.')[0]} {number}".strip()

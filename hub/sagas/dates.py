"""Dates that somebody plans with: none lies in the past (R67)."""

from __future__ import annotations

from datetime import date, timedelta

from hub.sagas.case import Scene, SupplierOffer
from hub.sagas.table import Refusal


def earliest_delivery(offer: SupplierOffer, scene: Scene) -> str:
    """The first working day on which goods can be here that are ordered today, by the supplier's lead time."""
    return scene.rules.calendar.on_or_after(scene.day + timedelta(days=offer.lead_time_days)).isoformat()


def refuse_past(day: str | None, scene: Scene, where: str, earliest: str = "") -> Refusal | None:
    """Refuse a date before today; the refusal names the earliest possible one: today, if no other is known (R67)."""
    if day is None or date.fromisoformat(day) >= scene.day:
        return None
    return Refusal("date_in_the_past", f"{day} is past; the earliest possible is {earliest or scene.today}", where)

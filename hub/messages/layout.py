"""Layouts learnt from corrected mails: what was learnt of a customer, and what people decided about it (R40, R44)."""

from __future__ import annotations

from typing import Any

from hub.messages.base import CustomerId, DocumentId, Event, Name, Ordinal, Text

_LAYOUT: dict[str, Any] = {"partner_id": "C-HOLT", "version": 2}


class LayoutEvent(Event):
    """Something happened to a version of a customer's layout profile."""

    partner_id: CustomerId
    version: Ordinal
    """counted per customer; what a version says never changes"""
    by: Name
    """who put the mail right that taught it, or who decided"""


class LayoutLearnt(
    LayoutEvent,
    type="layout.learnt.v1",
    subject="partner_id",
    example={
        **_LAYOUT,
        "by": "Ada Lind",
        "document_id": "D-2M8Q4ZK7T1XW",
        "headings": ["Artikelcode", "Aantal"],
        "says": ["column “Artikelcode”: part"],
    },
):
    """A corrected mail has taught a new version, which holds when it is accepted."""

    document_id: DocumentId
    headings: list[str]
    """of the tables that it is about; empty: a column has none"""
    says: list[Text] = []
    """in words for people"""


class LayoutAccepted(
    LayoutEvent, type="layout.accepted.v1", subject="partner_id", example={**_LAYOUT, "by": "Ada Lind"}
):
    """The customer's mails are read by this version from now on; one for the same headings gives way to it."""


class LayoutDropped(LayoutEvent, type="layout.dropped.v1", subject="partner_id", example={**_LAYOUT, "by": "Ada Lind"}):
    """No mail is read by this version any more."""

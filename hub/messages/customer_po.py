"""The normalised purchase order of a customer, and what a customer does with it (R1-R8, R30)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from hub.messages.base import (
    Channel,
    Code,
    Command,
    Count,
    Currency,
    CustomerId,
    Date,
    DocumentId,
    LineNumber,
    Money,
    Name,
    NamesOrder,
    Ordinal,
    PoNumber,
    Quantity,
    QuestionId,
    Report,
    Text,
    Unit,
    Wire,
)

Purpose = Literal["original", "revision", "change", "copy"]
Action = Literal["add", "delete", "change", "none"]
Strategy = Literal["build-to-order", "build-to-stock", "assemble-to-order", "engineer-to-order"]


class Identifier(Wire):
    """An identifier as its sender wrote it, with what kind it is (an EDI qualifier, a GLN, a tax number)."""

    qualifier: Name | None = None
    value: Name


class Address(Wire):
    """A postal address."""

    lines: list[Name] = []
    city: Name | None = None
    region: Name | None = None
    postal_code: Name | None = None
    country: Name | None = None


class Contact(Wire):
    """Whom to ask: a person or desk with its addresses."""

    name: Name | None = None
    email: Name | None = None
    telephone: Name | None = None


class Customer(Wire):
    """Who orders."""

    id: CustomerId | None = None
    """id of the partner profile; absent only where an unknown partner's document is shown by ``hub parse``"""
    name: Name | None = None
    identifiers: list[Identifier] = []


class Party(Wire):
    """Another party of the purchase order."""

    role: Literal["ship-to", "bill-to", "buyer", "seller", "other"]
    name: Name | None = None
    identifiers: list[Identifier] = []
    address: Address | None = None
    contacts: list[Contact] = []


CHANGE_NUMBER = "change-number"
"""kind of the reference by which a sender numbers its changes (BCH05; the number of an ORDCHG)"""


class Reference(Wire):
    """A number that the customer refers to: a contract, a project, a quotation."""

    kind: Name
    value: Name


class Terms(Wire):
    """What is agreed about payment, delivery and charges, as sent."""

    payment: Text | None = None
    delivery: Text | None = None
    carrier: Text | None = None
    charges: list[Text] = []


class Product(Wire):
    """The product ordered, under each name that the sender gave."""

    buyer_part: Name | None = None
    seller_part: Name | None = None
    gtin: Name | None = None
    manufacturer_part: Name | None = None
    description: Text | None = None


class ScheduleEntry(Wire):
    """Part of a line's quantity with a date, and a place, of its own."""

    quantity: Quantity
    date: Date | None = None
    location: Name | None = None


class Characteristic(Wire):
    """One thing that the product must be: grade, dimension, tolerance, finish (R1a)."""

    name: Name
    value: Text
    unit: Name | None = None


class Line(Wire):
    """One line item."""

    line: LineNumber
    product: Product
    quantity: Quantity
    quantity_before: Quantity | None = None
    """on a change that its sender states as a difference: what `quantity` was reckoned from; the difference counts"""
    unit: Unit
    unit_price: Money | None = None
    price_basis: Quantity = "1"
    """number of units that the price is for"""
    requested_date: Date | None = None
    schedule: list[ScheduleEntry] = []
    characteristics: list[Characteristic] = []
    attachments: list[DocumentId] = []
    """ids of archived documents: drawings, specifications"""
    notes: list[Text] = []
    action: Action | None = None
    """on a change: what to do with the line"""
    strategy: Strategy = "build-to-order"


class Totals(Wire):
    """Totals as the sender stated them."""

    lines: Count | None = None
    quantity: Quantity | None = None
    amount: Money | None = None


class ReadFrom(Wire):
    """Where in the original a field was read."""

    field: Name
    part: Name
    row: Count | None = None
    offset: Count | None = None
    text: Text | None = None


class Source(Wire):
    """Where the message came from."""

    channel: Channel
    document_id: DocumentId | None = None
    """the archived original"""
    control_numbers: list[Name] = []
    """EDI: interchange, group and message control numbers, as sent"""
    message_id: Name | None = None
    """email: its Message-ID"""
    layouts: list[Ordinal] = []
    """email: the versions of the customer's layout profile by which its lines were understood"""
    read_from: list[ReadFrom] = []


class Unmapped(Wire):
    """Something that was read and has no place in the normalised order; kept, never dropped."""

    where: Name
    text: Text


PO_EXAMPLE: dict[str, Any] = {
    "po_number": "4500119034",
    "purpose": "original",
    "order_date": "2026-11-20",
    "requested_date": "2027-01-11",
    "currency": "EUR",
    "customer": {"id": "C-HOLT", "name": "Holt Maschinen GmbH"},
    "parties": [{"role": "ship-to", "name": "Werk 2", "address": {"city": "Ulm", "country": "DE"}}],
    "lines": [
        {
            "line": "1",
            "product": {"buyer_part": "HM-4410", "description": "Side plate, laser cut"},
            "quantity": "24",
            "unit": "H87",
            "unit_price": "38.75",
            "characteristics": [{"name": "grade", "value": "S355J2"}],
        }
    ],
    "source": {"channel": "edifact", "document_id": "D-2M8Q4ZK7T1XW", "control_numbers": ["4711"]},
}


class SubmitCustomerPo(Command, type="customer-po.submit.v1", subject="po_number", example=PO_EXAMPLE):
    """A customer's purchase order in the hub's own form: new, a revision, a change or a copy (R1-R8)."""

    po_number: PoNumber
    release: Name | None = None
    purpose: Purpose
    order_date: Date | None = None
    requested_date: Date | None = None
    """for lines that name no date of their own"""
    currency: Currency | None = None
    customer: Customer
    parties: list[Party] = []
    references: list[Reference] = []
    notes: list[Text] = []
    terms: Terms | None = None
    lines: Annotated[list[Line], Field(min_length=1)]
    totals: Totals | None = None
    source: Source
    unmapped: list[Unmapped] = []


class CancelCustomerPo(
    Command,
    type="customer-po.cancel.v1",
    subject="po_number",
    example={
        "customer_id": "C-HOLT",
        "po_number": "4500119034",
        "lines": ["1"],
        "reason": "the project was stopped",
        "source": {"channel": "email", "message_id": "<20261122.1@holt.example>"},
    },
):
    """A customer's request to cancel a purchase order, or lines of it (R30)."""

    po_number: PoNumber
    customer_id: CustomerId
    lines: list[LineNumber] | None = None
    """absent: everything that can still be cancelled"""
    request: Name | None = None
    """what the customer calls this request (BCH05, the number of an ORDCHG): answers refer to it"""
    reason: Text | None = None
    source: Source


class AnswerPenalty(
    NamesOrder,
    Report,
    type="penalty.answer.v1",
    subject="question_id",
    example={"order_id": "O-7K3M9QX2WDRT", "question_id": "Q-7K3M9QX2WDRT-1", "answer": "accept"},
):
    """The customer's answer to the penalty question (R33)."""

    question_id: QuestionId | None = None
    """absent: the one question that is open"""
    answer: Literal["accept", "decline"]
    source: Source | None = None


class Finding(Wire):
    """Something wrong in a document: what, how bad, and where."""

    code: Code
    severity: Literal["error", "warning"]
    message: Text
    where: Name | None = None

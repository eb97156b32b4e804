"""The CloudEvents 1.0 envelope around every message, in structured JSON mode."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from pydantic import ConfigDict, ValidationError

from hub.errors import SchemaViolation, UnknownType, UnreadableMessage
from hub.messages.base import Event, Instant, Message, MessageId, Name, OrderId, Ordinal, Wire
from hub.messages.catalogue import MESSAGES
from hub.messages.json_text import parse

CONTENT_TYPE = "application/cloudevents+json"
SCHEMA_BASE = "https://schemas.metalworks-hub.example/"
NAMESPACE = uuid.UUID("5f0c7d8e-8a53-5d0e-9c1b-7a2d3c6f4e10")


def schema_id(message_type: str) -> str:
    """The ``$id`` of a message type's schema: ``order.review.v1`` is ``…/order/review.v1.json``."""
    subject, _, fact = message_type.partition(".")
    return f"{SCHEMA_BASE}{subject}/{fact}.json"


def derived_id(source: str, message_id: str, part: str) -> str:
    """The id of a message caused by another: the same whenever the cause is carried out again."""
    return str(uuid.uuid5(NAMESPACE, f"{source}\n{message_id}\n{part}"))


def instant(moment: datetime) -> str:
    """A moment as it stands on the wire: UTC, to the microsecond, ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Envelope(Wire):
    """The envelope of a message. Extension attributes that the hub does not know are allowed and kept."""

    model_config = ConfigDict(extra="allow", title="Envelope")

    specversion: Literal["1.0"]
    id: MessageId
    """with ``source``, what the message is known by"""
    source: Name
    """who says it"""
    type: Name
    """``<subject>.<verb>.v<N>``"""
    subject: Name | None = None
    """id of what the message is about"""
    time: Instant
    dataschema: Name | None = None
    """``$id`` of the schema of ``data``"""
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: OrderId | None = None
    """the order, once there is one"""
    causationid: Name | None = None
    """id of the message that caused this one"""
    ordersequence: Ordinal | None = None
    """on events of an order: 1, 2, 3… without a gap"""
    traceparent: Name | None = None
    """W3C trace context"""
    data: dict[str, Any]
    """as the schema of the type says"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in its envelope, both checked: what the hub works with."""

    envelope: Envelope
    message: Message

    @property
    def key(self) -> tuple[str, str]:
        """What the message is known by: the second of the same key is dropped."""
        return self.envelope.source, self.envelope.id


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location)


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The first fault of a failed validation, as place and text."""
    fault = error.errors(include_url=False, include_input=False)[0]
    plain = fault["type"] == "string_pattern_mismatch"
    return _place(fault["loc"]), "String holds characters not allowed here" if plain else fault["msg"]


def check_data(message_type: str, data: dict[str, Any] | bytes) -> Message:
    """The message that ``data`` is. Of an event, fields that are unknown here are allowed, and left out.

    Raises UnreadableMessage for bytes that are not JSON, UnknownType when the catalogue has no such type,
    SchemaViolation when the data is not of it.
    """
    model = MESSAGES.get(message_type)
    if model is None:
        raise UnknownType(f"there is no message type {message_type!r}", where="type")
    if isinstance(data, bytes):
        data = parse(data)
    extra: Literal["ignore"] | None = "ignore" if issubclass(model, Event) else None
    try:
        return model.model_validate(data, by_name=False, by_alias=True, extra=extra)
    except ValidationError as error:
        place, text = first_fault(error)
        raise SchemaViolation(f"{message_type}: {text}", where=place or "data") from error


def open_letter(raw: bytes) -> Letter:
    """Read and check a message as it came over the wire.

    Raises UnreadableMessage for what is not JSON or has no envelope, RepeatedField, UnknownType, SchemaViolation.
    """
    try:
        envelope = Envelope.model_validate(parse(raw), by_name=False, by_alias=True)
    except ValidationError as error:
        place, text = first_fault(error)
        raise UnreadableMessage(f"not a CloudEvents 1.0 document: {text}", where=place) from error
    return Letter(envelope, check_data(envelope.type, envelope.data))


def write_letter(
    message: Message,
    *,
    message_id: str,
    source: str,
    time: datetime,
    correlation: str | None = None,
    causation: str | None = None,
    sequence: int | None = None,
    trace: str | None = None,
) -> Letter:
    """Put a message into its envelope."""
    envelope = Envelope.model_construct(
        specversion="1.0",
        id=message_id,
        source=source,
        type=message.TYPE,
        subject=message.subject_id or None,
        time=instant(time),
        dataschema=schema_id(message.TYPE),
        datacontenttype="application/json",
        correlationid=correlation,
        causationid=causation,
        ordersequence=sequence,
        traceparent=trace,
        data=message.data(),
    )
    return Letter(envelope, message)


def to_bytes(envelope: Envelope) -> bytes:
    """The envelope as it goes over the wire; attributes that are absent are left out."""
    return orjson.dumps({name: value for name, value in envelope if value is not None})

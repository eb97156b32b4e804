"""A document that a person has to decide on, as its saga knows it, and what a decision makes of it (R7, R68)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from hub.errors import SchemaViolation
from hub.messages.base import By, Command, Message
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, Finding, SubmitCustomerPo
from hub.messages.document import AsRead, ClassifyDocument, Difference
from hub.messages.envelope import check_data
from hub.messages.material_po import AcknowledgeMaterialPo, AnswerMaterialPoCancellation, NotifyDispatch
from hub.sagas.model import Task
from hub.sagas.table import Refusal

MOST_DIFFERENCES = 200


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was set aside, with what was read of it and why a person has to look."""

    document_id: str
    state: str = "new"
    visits: int = 0
    original_id: str | None = None
    kind: str = "unknown"
    name: str | None = None
    partner_id: str | None = None
    role: str = "sales-officer"
    likely_intent: str | None = None
    po_number: str | None = None
    material_po_id: str | None = None
    order_ids: tuple[str, ...] = ()
    messages: tuple[AsRead, ...] = ()
    findings: tuple[Finding, ...] = ()
    differs: tuple[Difference, ...] = ()
    taken_as: str | None = None
    by: By | None = None
    changes: tuple[Difference, ...] = ()
    """what whoever answered has mended"""
    tasks: Mapping[str, Task] = field(default_factory=dict)
    task_count: int = 0


PURPOSES = {"new_po": "original", "revision": "revision", "change": "change"}
ANSWERS = {"penalty_accept": "accept", "penalty_decline": "decline"}
KINDS: dict[str, tuple[type[Command], ...]] = {
    **dict.fromkeys(PURPOSES, (SubmitCustomerPo,)),
    "cancel": (CancelCustomerPo,),
    **dict.fromkeys(ANSWERS, (AnswerPenalty,)),
    "supplier_confirm": (AcknowledgeMaterialPo, AnswerMaterialPoCancellation),
    "supplier_ship": (NotifyDispatch,),
}
"""The commands that a document taken so leads to; taken as anything else it leads to none"""


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which two messages differ; a line is named by its number, wherever it stands."""
    before, after = dict(_leaves(was)), dict(_leaves(now))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return tuple(
        Difference(field=name[:200], was=before.get(name), now=after.get(name)) for name in names[:MOST_DIFFERENCES]
    )


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            named = inner.get("line") if isinstance(inner, Mapping) else None
            yield from _leaves(inner, f"{path}.{named or place}")
    elif value is not None:
        yield path, (value if isinstance(value, str) else orjson.dumps(value).decode())[:10_000] or " "


def merged(data: Any, patch: Any) -> Any:
    """Data with a patch merged into it (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(data) if isinstance(data, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def carried_on(document: Document, answer: ClassifyDocument) -> tuple[list[Command], tuple[Difference, ...]] | Refusal:
    """The commands that the document leads to as it is classified, and what was changed in them.

    Several only where several of that kind were read and nothing is to be mended in them.
    """
    kinds = KINDS.get(answer.as_, ())
    read = [each for each in document.messages if any(each.type == kind.TYPE for kind in kinds)]
    if answer.message is not None and len(read) > 1:
        text = f"the document holds {len(read)} messages, and it is not plain which one is to be mended"
        return Refusal("several_messages", f"{text}; discard it and send each with `hub send`", "message")
    if not read:
        if answer.message is None:
            return Refusal("message_missing", f"no {answer.as_} could be read from it; give its fields", "message")
        read = [AsRead(type=kinds[0].TYPE, data={})]
    commands: list[Command] = []
    changes: list[Difference] = []
    for each in read:
        before = {**_known(document, answer), **each.data}
        after = {**merged(before, answer.message or {}), **_decided(answer)}
        message = _checked(_kind_of(kinds, each, after), after)
        if isinstance(message, Refusal):
            return message
        assert isinstance(message, Command)  # noqa: S101  # only commands are in KINDS
        commands.append(message)
        changes += differences(each.data, message.data())
    return commands, tuple(changes[:MOST_DIFFERENCES])


def _kind_of(kinds: tuple[type[Command], ...], read: AsRead, data: Mapping[str, Any]) -> str:
    """A supplier that names no lines but an answer answers to a cancelling."""
    if AnswerMaterialPoCancellation in kinds and not read.data:
        return (AcknowledgeMaterialPo if "lines" in data else AnswerMaterialPoCancellation).TYPE
    return read.type


def _known(document: Document, answer: ClassifyDocument) -> dict[str, Any]:
    """What is known of the message before anything is read: who sends it, about what, and where it came from."""
    channel = document.kind if document.kind in {"x12", "edifact", "email"} else "api"
    source = {"channel": channel, "document_id": document.original_id or document.document_id}
    about: dict[str, Any] = {}
    if answer.as_ in PURPOSES:
        about = {"customer": {"id": document.partner_id}, "po_number": document.po_number, "source": source}
    elif answer.as_ == "cancel" or answer.as_ in ANSWERS:
        about = {"customer_id": document.partner_id, "po_number": document.po_number, "source": source}
    elif document.role == "procurement-officer":
        about = {"supplier_id": document.partner_id, "material_po_id": document.material_po_id}
    return {name: value for name, value in about.items() if value is not None}


def _decided(answer: ClassifyDocument) -> dict[str, str]:
    """What the classification itself says."""
    if answer.as_ in PURPOSES:
        return {"purpose": PURPOSES[answer.as_]}
    return {"answer": ANSWERS[answer.as_]} if answer.as_ in ANSWERS else {}


def _checked(kind: str, data: dict[str, Any]) -> Message | Refusal:
    try:
        message = check_data(kind, data)
    except SchemaViolation as error:
        return Refusal("schema_violation", error.message, f"message.{error.where}"[:200])
    if isinstance(message, SubmitCustomerPo) and not message.customer.id:
        return Refusal("unknown_customer", "name the customer by the id of its partner profile", "message.customer.id")
    return message

"""The types of which every message is made, and the two kinds of message.

Decimals travel as strings of plain digits, dates and instants as ISO 8601 strings, so that every validator
judges them alike (`docs/decisions/0003-strings-on-the-wire.md`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

SINGLE_LINE = {"not": {"pattern": "[\\r\\n]"}}
"""Some validators let ``$`` match before a final newline; this shuts the door in each of them."""


def _matching(pattern: str, name: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"is not {name}")
        return value

    return AfterValidator(check)


def _pattern(pattern: str, name: str, description: str, example: str, **schema: object) -> tuple[Any, ...]:
    return (
        _matching(pattern, name),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": f"^{pattern}$",
                **SINGLE_LINE,
                "description": description,
                "examples": [example],
                **schema,
            }
        ),
    )


def _real_date(value: str) -> str:
    date.fromisoformat(value)
    return value


def _real_instant(value: str) -> str:
    datetime.fromisoformat(value)
    return value


def _integral(value: object) -> object:
    """JSON Schema calls 1.0 an integer; so do we."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


DIGITS = r"[0-9]{1,15}(\.[0-9]{1,9})?"

Quantity = Annotated[
    str,
    *_pattern(
        DIGITS, "a plain decimal such as 12.50", "a quantity, not negative, as a plain decimal", "12.5"
    ),
]
SignedQuantity = Annotated[
    str,
    *_pattern(
        f"-?{DIGITS}", "a plain decimal such as -12.50", "a signed quantity as a plain decimal", "-12.5"
    ),
]
Money = Annotated[
    str,
    *_pattern(
        f"-?{DIGITS}", "a plain decimal such as 12.50", "an amount of money as a plain decimal", "12.50"
    ),
]
Currency = Annotated[
    str, *_pattern("[A-Z]{3}", "a currency code such as EUR", "ISO 4217 currency code", "EUR")
]
Unit = Annotated[
    str, *_pattern("[A-Z0-9]{2,3}", "a unit code such as H87", "unit, UN/ECE Recommendation 20 code", "H87")
]
Date = Annotated[
    str,
    *_pattern(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "a date such as 2027-01-11",
        "ISO 8601 date",
        "2027-01-11",
        format="date",
    ),
    AfterValidator(_real_date),
]
Instant = Annotated[
    str,
    *_pattern(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})",
        "an instant with a zone such as 2026-11-22T08:00:00Z",
        "ISO 8601 instant with its zone",
        "2026-11-22T08:00:00Z",
        format="date-time",
    ),
    AfterValidator(_real_instant),
]
Count = Annotated[int, BeforeValidator(_integral), Field(ge=0, description="a number of things")]

Text = Annotated[str, Field(min_length=1, max_length=10_000, description="free text")]
Name = Annotated[str, Field(min_length=1, max_length=200, description="a short name")]


def _identifier(what: str, example: str) -> Any:
    return Field(min_length=1, max_length=80, description=what, examples=[example])


OrderId = Annotated[str, _identifier("the hub's id of an order", "O-7K3M9QX2WDRT")]
WorkOrderId = Annotated[str, _identifier("id of a work order", "W-7K3M9QX2WDRT-1")]
RequirementId = Annotated[str, _identifier("id of a material requirement", "R-7K3M9QX2WDRT-1")]
MaterialPoId = Annotated[str, _identifier("id of a material PO, as the supplier sees it", "M-4F8ZT2KQ9B1C")]
CancellationId = Annotated[str, _identifier("id of a cancellation request", "C-7K3M9QX2WDRT-1")]
ChangeId = Annotated[str, _identifier("id of a change request", "H-7K3M9QX2WDRT-1")]
QuestionId = Annotated[str, _identifier("id of a penalty question put to the customer", "Q-7K3M9QX2WDRT-1")]
ShipmentId = Annotated[str, _identifier("id of a shipment", "S-7K3M9QX2WDRT-1")]
TaskId = Annotated[str, _identifier("id of a task", "T-7K3M9QX2WDRT-1")]
DocumentId = Annotated[str, _identifier("id of an archived document", "D-2M8Q4ZK7T1XW")]
MessageId = Annotated[str, _identifier("id of a message", "0b6a6f0e-5c1e-5d8f-9a56-2f1f8e2a7d11")]
CustomerId = Annotated[str, _identifier("a customer's id in its partner profile", "C-CASCADE")]
SupplierId = Annotated[str, _identifier("a supplier's id in its partner profile", "S-NORDSTAHL")]
PoNumber = Annotated[str, _identifier("the customer's own number of its purchase order", "4500119034")]
LineNumber = Annotated[str, _identifier("number of a line, as the sender wrote it", "1")]
Material = Annotated[str, _identifier("a raw material's id in the materials file", "STEEL-S355-6MM")]
Code = Annotated[str, _identifier("a stable, machine-readable code", "task_closed")]

Role = Literal[
    "sales-officer",
    "senior-sales-officer",
    "production-engineer",
    "procurement-officer",
    "quality-inspector",
    "shipping-clerk",
    "warehouse-clerk",
    "operator",
]
ROLES: tuple[str, ...] = get_args(Role)
Channel = Literal["x12", "edifact", "email", "api"]


class Wire(BaseModel):
    """What goes over the wire: frozen, strict, nothing coerced."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True, validate_by_name=True
    )


class Person(Wire):
    """A person who decided, in the role in which they did."""

    role: Role
    name: Name


class System(Wire):
    """Another system that decided."""

    system: Name


class Policy(Wire):
    """A policy of the settings that decided in a person's place (R40)."""

    policy: Name


By = Annotated[Person | System | Policy, Field(description="who decided or did this (R40)")]


class Message(Wire):
    """A message of the catalogue: the ``data`` of one CloudEvents document.

    A subclass names its ``type``, the field that is its ``subject`` and a valid ``example``; its docstring is
    the schema's description.
    """

    TYPE: ClassVar[str] = ""
    SUBJECT: ClassVar[str] = ""
    EXAMPLE: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(
        cls, *, type: str = "", subject: str = "", example: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Take over what the class statement says about the message."""
        super().__init_subclass__(**kwargs)
        if type:
            cls.TYPE, cls.EXAMPLE = type, example or {}
        if subject:
            cls.SUBJECT = subject

    def data(self) -> dict[str, Any]:
        """The message as JSON-ready data, absent fields left out."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)

    @property
    def subject_id(self) -> str:
        """The id of what the message is about (CloudEvents ``subject``)."""
        return str(getattr(self, self.SUBJECT, "") or "") if self.SUBJECT else ""


class Command(Message):
    """What the hub is told to do; unknown fields are forbidden."""

    note: Text | None = None
    """a remark to be kept with the command"""


class Decision(Command):
    """A command by which somebody decides: says who, and may name the task that it answers."""

    by: By
    task_id: TaskId | None = None


class Report(Command):
    """A command by which a partner or a system states a fact; who did so may be said."""

    by: By | None = None
    task_id: TaskId | None = None


def order_reference(schema: dict[str, Any]) -> None:
    """JSON Schema of "an order is named by its id, or by customer and PO number"."""
    text = {"type": "string"}
    schema["anyOf"] = [
        {"required": ["order_id"], "properties": {"order_id": text}},
        {
            "required": ["customer_id", "po_number"],
            "properties": {"customer_id": text, "po_number": text},
        },
    ]


class Event(Message):
    """What happened; unknown fields are allowed, so that a later version may add some."""

    model_config = ConfigDict(extra="allow")

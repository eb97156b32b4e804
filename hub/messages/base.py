"""The types of which every message is made, and the two kinds of message.

Decimals travel as strings of plain digits, dates and instants as ISO 8601 strings, so that every validator
judges them alike (`docs/decisions/0003-strings-on-the-wire.md`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    model_validator,
)

NO_CONTROL = "[\\x00-\\x1f\\x7f]"
"""Control characters. Ruling them out beside each pattern also shuts a door that some validators leave
open: they let ``$`` match before a final newline."""


def _exactly(pattern: str, name: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"is not {name}")
        return value

    return AfterValidator(check)


def _written(title: str, pattern: str, name: str, description: str, example: str, **schema: object) -> tuple[Any, ...]:
    return (
        _exactly(pattern, name),
        WithJsonSchema(
            {
                "type": "string",
                "title": title,
                "pattern": f"^{pattern}$",
                "not": {"pattern": NO_CONTROL},
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


_DECIMAL = r"[0-9]{1,12}(\.[0-9]{1,9})?"
_SUM = r"[0-9]{1,18}(\.[0-9]{1,9})?"
_DAY = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"

Quantity = Annotated[
    str,
    *_written(
        "Quantity",
        _DECIMAL,
        "a plain decimal such as 12.50",
        "a quantity, not negative, as a plain decimal",
        "12.5",
    ),
]
SignedQuantity = Annotated[
    str,
    *_written(
        "SignedQuantity",
        f"-?{_DECIMAL}",
        "a plain decimal such as -12.50",
        "a signed quantity as a plain decimal",
        "-12.5",
    ),
]
Total = Annotated[
    str,
    *_written(
        "Total",
        f"-?{_SUM}",
        "a plain decimal such as 12.50",
        "a sum of quantities, with room for more digits, as a plain decimal",
        "12.5",
    ),
]
Money = Annotated[
    str,
    *_written(
        "Money",
        f"-?{_DECIMAL}",
        "a plain decimal such as 12.50",
        "an amount of money as a plain decimal",
        "12.50",
    ),
]
Currency = Annotated[
    str, *_written("Currency", "[A-Z]{3}", "a currency code such as EUR", "currency, ISO 4217 code", "EUR")
]
Unit = Annotated[
    str,
    *_written("Unit", "[A-Z0-9]{2,3}", "a unit code such as H87", "unit, UN/ECE Recommendation 20 code", "H87"),
]
Date = Annotated[
    str,
    *_written("Date", _DAY, "a date such as 2027-01-11", "ISO 8601 date", "2027-01-11", format="date"),
    AfterValidator(_real_date),
]
Instant = Annotated[
    str,
    *_written(
        "Instant",
        rf"{_DAY}T{_TIME}:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-]{_TIME})",
        "an instant with a zone such as 2026-11-22T08:00:00Z",
        "ISO 8601 instant with its zone",
        "2026-11-22T08:00:00Z",
        format="date-time",
    ),
    AfterValidator(_real_instant),
]

_MOST = 1_000_000_000_000
Count = Annotated[
    int,
    Field(title="Count", ge=0, le=_MOST, description="a number of things, from 0"),
    BeforeValidator(_integral),
]
Ordinal = Annotated[
    int, Field(title="Ordinal", ge=1, le=_MOST, description="a number from 1"), BeforeValidator(_integral)
]


def _text(title: str, pattern: str, forbidden: str, longest: int, description: str, *examples: str) -> Any:
    """A string: pydantic reads ``pattern`` to the very end; ``forbidden`` tells others the same."""
    return Field(
        title=title,
        min_length=1,
        max_length=longest,
        pattern=pattern,
        description=description,
        examples=list(examples) or None,
        json_schema_extra={"not": {"pattern": forbidden}},
    )


Text = Annotated[str, _text("Text", r"^[^\x00]*$", r"\x00", 10_000, "free text")]
Name = Annotated[str, _text("Name", r"^[^\x00-\x1f\x7f]*$", NO_CONTROL, 200, "a short text of one line")]


def _identifier(title: str, what: str, example: str, longest: int = 80) -> Any:
    """An id: no control characters, and a space neither first nor last."""
    pattern = r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$"
    return _text(title, pattern, NO_CONTROL, longest, what, example)


OrderId = Annotated[str, _identifier("OrderId", "the hub's id of an order", "O-7K3M9QX2WDRT")]
WorkOrderId = Annotated[str, _identifier("WorkOrderId", "id of a work order", "W-7K3M9QX2WDRT-1")]
RequirementId = Annotated[str, _identifier("RequirementId", "id of a material requirement", "R-7K3M9QX2WDRT-1")]
MaterialPoId = Annotated[
    str, _identifier("MaterialPoId", "id of a material PO, as the supplier sees it", "M-4F8ZT2KQ9B1C")
]
CancellationId = Annotated[str, _identifier("CancellationId", "id of a cancellation request", "C-7K3M9QX2WDRT-1")]
ChangeId = Annotated[str, _identifier("ChangeId", "id of a change request", "H-7K3M9QX2WDRT-1")]
QuestionId = Annotated[
    str, _identifier("QuestionId", "id of a penalty question put to the customer", "Q-7K3M9QX2WDRT-1")
]
ShipmentId = Annotated[str, _identifier("ShipmentId", "id of a shipment", "S-7K3M9QX2WDRT-1")]
TaskId = Annotated[str, _identifier("TaskId", "id of a task", "T-7K3M9QX2WDRT-1")]
DocumentId = Annotated[str, _identifier("DocumentId", "id of an archived document", "D-2M8Q4ZK7T1XW")]
MessageId = Annotated[str, _identifier("MessageId", "id of a message", "0b6a6f0e-5c1e-5d8f-9a56-2f1f8e2a7d11", 200)]
CustomerId = Annotated[str, _identifier("CustomerId", "a customer's id in its partner profile", "C-CASCADE")]
SupplierId = Annotated[str, _identifier("SupplierId", "a supplier's id in its partner profile", "S-NORDSTAHL")]
PoNumber = Annotated[str, _identifier("PoNumber", "the customer's own number of its purchase order", "4500119034")]
LineNumber = Annotated[str, _identifier("LineNumber", "number of a line, as the sender wrote it", "1")]
Material = Annotated[str, _identifier("Material", "a raw material's id in the materials file", "STEEL-S355-6MM")]
Code = Annotated[str, _identifier("Code", "a stable, machine-readable code", "task_closed")]

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

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True, validate_by_name=True)


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


By = Annotated[Person | System | Policy, Field(title="By", description="who decided or did this (R40)")]


class Message(Wire):
    """A message of the catalogue: the ``data`` of one CloudEvents document.

    A subclass names its ``type``, the field that is its ``subject`` and a valid ``example``; its docstring is
    the schema's description.
    """

    TYPE: ClassVar[str] = ""
    SUBJECT: ClassVar[str] = ""
    EXAMPLE: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(
        cls,
        *,
        type: str = "",  # noqa: A002  # as the class statement reads
        subject: str = "",
        example: dict[str, Any] | None = None,
        **kwargs: Any,
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


def either(*alternatives: tuple[str, ...]) -> list[JsonValue]:
    """JSON Schema of "the fields of one of these are there"; null counts as absent."""
    return [
        {"required": list(names), "properties": {name: {"type": "string"} for name in names}} for names in alternatives
    ]


class NamesOrder(Wire):
    """A command about an order, which it names by its id, or by customer and PO number."""

    model_config = {"json_schema_extra": {"anyOf": either(("order_id",), ("customer_id", "po_number"))}}

    order_id: OrderId | None = None
    customer_id: CustomerId | None = None
    po_number: PoNumber | None = None

    @model_validator(mode="after")
    def _names_an_order(self) -> Self:
        if self.order_id is None and (self.customer_id is None or self.po_number is None):
            raise ValueError("name the order: its order_id, or customer_id and po_number")
        return self


class Event(Message):
    """What happened. The hub says exactly this; a reader allows unknown fields, for later versions."""

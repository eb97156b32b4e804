"""Every message of the hub, once."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from hub.messages import (
    cancellation,
    customer_po,
    document,
    layout,
    material,
    material_po,
    order,
    processing,
    quality,
    shipment,
    stock,
    task,
    work_order,
)
from hub.messages.base import Command, Event, Message

MODULES: tuple[ModuleType, ...] = (
    customer_po,
    order,
    cancellation,
    work_order,
    quality,
    shipment,
    material,
    material_po,
    stock,
    document,
    layout,
    task,
    processing,
)


def _declared(kind: type[Message]) -> Iterator[tuple[str, type[Message]]]:
    for module in MODULES:
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, kind)
                and value.TYPE
                and value.__module__ == module.__name__
            ):
                yield value.TYPE, value


def _unique(pairs: Iterator[tuple[str, type[Message]]]) -> dict[str, type[Message]]:
    found: dict[str, type[Message]] = {}
    for name, model in pairs:
        if name in found:
            raise TypeError(f"{name} is declared twice: {found[name].__name__} and {model.__name__}")
        found[name] = model
    return found


COMMANDS: dict[str, type[Message]] = _unique(_declared(Command))
EVENTS: dict[str, type[Message]] = _unique(_declared(Event))
MESSAGES: dict[str, type[Message]] = COMMANDS | EVENTS

"""The messages as an AsyncAPI 3.0 document, made from the catalogue: what a program needs to join in."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from hub import __version__
from hub.messages.base import Message
from hub.messages.catalogue import COMMANDS, EVENTS
from hub.messages.envelope import CONTENT_TYPE, SCHEMA_BASE, Envelope, schema_id
from hub.messages.schemas import ENVELOPE_EXAMPLE, ENVELOPE_FILE, schema_of

FILE = "asyncapi.json"
COMMANDS_EXCHANGE, EVENTS_EXCHANGE = "hub.commands", "hub.events"


class _Schemas:
    """The schemas of the document: what several messages share stands once."""

    def __init__(self) -> None:
        self.all: dict[str, Any] = {}
        self._names: dict[tuple[str, bytes], str] = {}

    def add(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        """Take a schema in, with the definitions it brings; a reference to it."""
        definitions = schema.get("$defs", {})
        names = {own: self._name_for(own, definitions) for own in definitions}
        for own, definition in definitions.items():
            self.all[names[own]] = _renamed(definition, names)
        body = {key: value for key, value in schema.items() if key not in {"$defs", "$schema", "$id"}}
        self.all[name] = _renamed(body, names)
        return {"$ref": f"#/components/schemas/{name}"}

    def _name_for(self, own: str, definitions: dict[str, Any]) -> str:
        """Its own name; where definitions of that name differ, numbered."""
        key = own, orjson.dumps(_spelt_out(definitions[own], definitions), option=orjson.OPT_SORT_KEYS)
        if key not in self._names:
            others = sum(1 for known, _ in self._names if known == own)
            self._names[key] = f"{own}-{others + 1}" if others else own
        return self._names[key]


def _spelt_out(node: Any, definitions: dict[str, Any]) -> Any:
    """A definition with all that it refers to: what tells it from another one of its name."""
    if isinstance(node, list):
        return [_spelt_out(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return _spelt_out(definitions[reference.removeprefix("#/$defs/")], definitions)
    return {key: _spelt_out(value, definitions) for key, value in node.items()}


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_renamed(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        own = reference.removeprefix("#/$defs/")
        return {**node, "$ref": f"#/components/schemas/{names[own]}"}
    return {key: _renamed(value, names) for key, value in node.items()}


def document() -> dict[str, Any]:
    """The AsyncAPI document."""
    schemas = _Schemas()
    envelope = schemas.add("envelope", schema_of(Envelope, SCHEMA_BASE + ENVELOPE_FILE, ENVELOPE_EXAMPLE))
    messages = {name: _message(model, envelope, schemas) for name, model in sorted({**COMMANDS, **EVENTS}.items())}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Metalworks hub",
            "version": __version__,
            "description": (
                "Every message is one CloudEvents 1.0 document in structured JSON mode. Publish commands to the topic "
                f"exchange `{COMMANDS_EXCHANGE}` with their type as routing key; bind a queue of your own to "
                f"`{EVENTS_EXCHANGE}` for events. A message is known by `source` and `id`: a repeated one is dropped."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            **{name: _channel(name, COMMANDS_EXCHANGE) for name in sorted(COMMANDS)},
            **{name: _channel(name, EVENTS_EXCHANGE) for name in sorted(EVENTS)},
        },
        "operations": {
            **{f"receive {name}": _operation("receive", name) for name in sorted(COMMANDS)},
            **{f"send {name}": _operation("send", name) for name in sorted(EVENTS)},
        },
        "components": {"messages": messages, "schemas": dict(sorted(schemas.all.items()))},
    }


def _channel(name: str, exchange: str) -> dict[str, Any]:
    topic = {"name": exchange, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": name,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": topic, "bindingVersion": "0.3.0"}},
    }


def _operation(action: str, name: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "bindings": {"amqp": {"deliveryMode": 2, "bindingVersion": "0.3.0"}},
    }


def _message(model: type[Message], envelope: dict[str, str], schemas: _Schemas) -> dict[str, Any]:
    name = model.TYPE
    schema = schema_of(model, schema_id(name), model.EXAMPLE)
    data = schemas.add(name, schema)
    own = {"type": {"const": name}, "dataschema": {"const": schema_id(name)}, "data": data}
    return {
        "name": name,
        "title": schema["title"],
        "summary": schema["description"],
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid", "description": "the order, once there is one"},
        "payload": {"allOf": [envelope, {"type": "object", "properties": own}]},
    }


@cache
def as_text() -> str:
    """The document as it stands in its file."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def files() -> dict[str, str]:
    """The file, by its path within `docs/`."""
    return {FILE: as_text()}

"""The JSON Schemas of all messages, one self-contained file each: what a partner's program checks against.

They are generated from the wire models (`hub schemas write`) and committed; `hub schemas check` finds drift.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema

from hub import generated
from hub.meanings import meanings
from hub.messages.base import Event
from hub.messages.catalogue import MESSAGES
from hub.messages.envelope import SCHEMA_BASE, Envelope, schema_id

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OWNED = ("*.json", "*/*.json")
ENVELOPE_FILE = "envelope.v1.json"

ENVELOPE_EXAMPLE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "3d0c3f0e-8f8b-5a0e-bb0a-9f4dfb0e8a52",
    "source": "/metalworks/hub",
    "type": "order.confirmed.v1",
    "subject": "O-7K3M9QX2WDRT",
    "time": "2026-11-22T08:00:00Z",
    "dataschema": schema_id("order.confirmed.v1"),
    "datacontenttype": "application/json",
    "correlationid": "O-7K3M9QX2WDRT",
    "causationid": "0b6a6f0e-5c1e-5d8f-9a56-2f1f8e2a7d11",
    "ordersequence": 3,
    "data": MESSAGES["order.confirmed.v1"].EXAMPLE,
}

_ABBREVIATIONS = {"po": "PO"}


def readable(name: str) -> str:
    """The name of a class as a title: ``MaterialPoPartReceived`` is "Material PO part received"."""
    words = [word.lower() for word in re.findall("[A-Z][a-z0-9]*", name)]
    text = " ".join(_ABBREVIATIONS.get(word, word) for word in words)
    return text[:1].upper() + text[1:]


class _Plain(GenerateJsonSchema):
    """Titles for what has a name of its own, as the key of a field is title enough; and the fields' meanings."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        for name, meaning in meanings(model).items():
            info = model.model_fields[name]
            if info.description is None:
                found["properties"][info.alias or name]["description"] = meaning
        return found


class _Shaper:
    """Makes one schema fit to be read: named parts stand once, under ``$defs``, with readable titles."""

    def __init__(self, *, open_to_more: bool) -> None:
        self.definitions: dict[str, Any] = {}
        self.open_to_more = open_to_more
        """of an event: unknown fields are allowed, within too"""

    def shape(self, node: Any) -> Any:
        """The node with all that is in it; a part that has a name of its own gives way to a reference."""
        if isinstance(node, list):
            return [self.shape(each) for each in node]
        if not isinstance(node, dict):
            return node
        node = {key: self.shape(value) for key, value in node.items() if (key, value) != ("default", None)}
        title = node.get("title")
        if not isinstance(title, str):
            return node
        if node.get("type") == "object":
            if self.open_to_more and node.get("additionalProperties") is False:
                node["additionalProperties"] = True
            return {**node, "title": readable(title)}
        self.definitions[title] = {**node, "title": readable(title)}
        return {"$ref": f"#/$defs/{title}"}


def schema_of(model: type[BaseModel], identifier: str, example: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a model, as it stands in its file."""
    shaper = _Shaper(open_to_more=issubclass(model, Event))
    body = shaper.shape(model.model_json_schema(schema_generator=_Plain, mode="validation"))
    definitions = {**body.pop("$defs", {}), **shaper.definitions}
    head = {"$schema": DIALECT, "$id": identifier, "title": body.pop("title")}
    head["description"], head["type"] = body.pop("description"), body.pop("type")
    return {**head, **body, "examples": [example], "$defs": dict(sorted(definitions.items()))}


def file_of(message_type: str) -> str:
    """Where the schema of a message stands: ``order.review.v1`` in ``order/review.v1.json``."""
    return schema_id(message_type).removeprefix(SCHEMA_BASE)


def files() -> dict[str, str]:
    """Every schema file: its path within the folder, and its text."""
    schemas = {file_of(name): schema_of(model, schema_id(name), model.EXAMPLE) for name, model in MESSAGES.items()}
    schemas[ENVELOPE_FILE] = schema_of(Envelope, SCHEMA_BASE + ENVELOPE_FILE, ENVELOPE_EXAMPLE)
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {name: orjson.dumps(schema, option=options).decode() for name, schema in schemas.items()}


def write(folder: Path) -> list[Path]:
    """Write the schema files into a folder, remove those of messages that are no more; give what changed."""
    return generated.write(folder, files(), OWNED)


def drift(folder: Path) -> list[str]:
    """How a folder differs from what `write` would make of it: missing, stale and surplus files."""
    return generated.drift(folder, files(), OWNED)

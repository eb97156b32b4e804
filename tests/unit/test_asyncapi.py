"""The AsyncAPI document: every message once, every reference leads somewhere, every schema judges as the files do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import orjson
import pytest

from hub.messages.catalogue import COMMANDS, EVENTS, MESSAGES
from hub.messages.envelope import CONTENT_TYPE, schema_id
from hub.messages.schemas import ENVELOPE_EXAMPLE
from hub.pages import asyncapi


@cache
def document() -> dict[str, Any]:
    """Return the document, made once, and not before a test needs it."""
    return asyncapi.document()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference: str) -> Any:
    node: Any = document()
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_every_message_has_a_channel_of_its_own_on_its_exchange() -> None:
    assert set(document()["channels"]) == set(MESSAGES)
    for name, channel in document()["channels"].items():
        exchange = channel["bindings"]["amqp"]["exchange"]
        assert channel["address"] == name
        assert exchange == {
            "name": "hub.commands" if name in COMMANDS else "hub.events",
            "type": "topic",
            "durable": True,
            "autoDelete": False,
        }


def test_the_hub_receives_commands_and_sends_events() -> None:
    actions = {
        each["channel"]["$ref"].removeprefix("#/channels/"): each["action"]
        for each in document()["operations"].values()
    }

    assert actions == dict.fromkeys(COMMANDS, "receive") | dict.fromkeys(EVENTS, "send")


def test_every_reference_leads_somewhere() -> None:
    found = set(references(document()))

    assert found
    assert all(reference.startswith("#/") for reference in found)
    for reference in found:
        assert resolve(reference)
    assert b'"#/$defs/' not in orjson.dumps(document())


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_payload_takes_the_example_in_its_envelope_and_nothing_else(name: str) -> None:
    message = document()["components"]["messages"][name]
    schema = {**message["payload"], "components": document()["components"]}
    judge = jsonschema.Draft202012Validator(schema)
    letter = {**ENVELOPE_EXAMPLE, "type": name, "dataschema": schema_id(name), "data": MESSAGES[name].EXAMPLE}

    assert message["contentType"] == CONTENT_TYPE
    assert judge.is_valid(letter)
    assert not judge.is_valid({**letter, "data": {"nonsense": 1}}) or not MESSAGES[name].model_json_schema().get(
        "required"
    )
    assert not judge.is_valid({**letter, "type": "other.thing.v1"})
    assert not judge.is_valid({key: value for key, value in letter.items() if key != "id"})


def test_the_document_is_the_same_each_time() -> None:
    assert orjson.dumps(asyncapi.document()) == orjson.dumps(document())
    assert orjson.loads(asyncapi.as_text()) == document()

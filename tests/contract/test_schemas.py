"""The schema files say the same as the hub does, and three validators read them alike."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from hub.messages import schemas
from hub.messages.catalogue import COMMANDS, EVENTS, MESSAGES
from hub.messages.envelope import Envelope, schema_id
from tests.contract.near_misses import STRINGS, Path, Seen, at, full, near_misses, places, put
from tests.contract.validators import SCHEMAS, by_pydantic, by_python, by_rust, schema, verdicts

EVERY_TYPE = sorted(MESSAGES)
EVERY_SCHEMA = [*EVERY_TYPE, "envelope.v1"]


def test_schema_files_follow_the_code() -> None:
    assert schemas.drift(SCHEMAS) == [], "run: hub schemas write"


@pytest.mark.parametrize("name", EVERY_SCHEMA)
def test_a_schema_is_sound_and_says_what_it_is(name: str) -> None:
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["title"]
    assert found["description"]
    assert found["required"]
    assert found["examples"]
    assert found["$id"] == (schema_id(name) if name in MESSAGES else schemas.SCHEMA_BASE + f"{name}.json")


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_every_example_is_valid(name: str) -> None:
    for example in schema(name)["examples"]:
        assert verdicts(name, example) == {"pydantic": True, "jsonschema": True, "jsonschema-rs": True}


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_data_with_every_field_is_valid(name: str) -> None:
    assert verdicts(name, full(schema(name))) == {"pydantic": True, "jsonschema": True, "jsonschema-rs": True}


def test_three_validators_judge_near_misses_alike() -> None:
    seen: Seen = set()
    apart = {}
    for name in EVERY_TYPE:
        root = schema(name)
        for what, value in near_misses(full(root), root, seen):
            found = verdicts(name, value)
            if len(set(found.values())) > 1:
                apart[name, what] = found
    assert apart == {}


def _one_of_each_kind() -> dict[str, tuple[str, Path]]:
    found: dict[str, tuple[str, Path]] = {}
    for name in sorted(EVERY_TYPE, key=lambda name: len(str(full(schema(name))))):
        data = full(schema(name))
        for kind, path, _ in places(schema(name), schema(name), data):
            if kind and isinstance(at(data, path), str):
                found.setdefault(kind, (name, path))
    return found


KINDS = _one_of_each_kind()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_three_validators_judge_every_kind_of_string_alike(kind: str) -> None:
    name, path = KINDS[kind]
    data = full(schema(name))
    found = {text: verdicts(name, put(data, path, text)) for text in STRINGS}
    assert {text: said for text, said in found.items() if len(set(said.values())) > 1} == {}
    assert any(said["pydantic"] for said in found.values())
    assert not all(said["pydantic"] for said in found.values())


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("Quantity", "0 12 12.50 007 0.000000001", "-1 +1 1e3 .5 5. 1,5 0x1 NaN \u0661 \uff11 12\n"),
        ("Money", "-12.50 0", "1e3 12.5€ \u0967"),
        ("Date", "2027-01-11 2028-02-29 1999-12-31", "2027-02-30 2027-02-29 27-01-11 20270111 9999-12-31"),
        (
            "Instant",
            "2026-11-22T08:00:00Z 2026-11-22T08:00:00.5+01:00",
            "2026-11-22T08:00:00 2026-11-22T08:00Z",
        ),
        ("Unit", "H87 KGM C62 MTR LBR", "kgm H\u0668\u0667 KILO K"),
        ("Currency", "EUR USD", "eur EURO €"),
        ("OrderId", "O-7K3M9QX2WDRT x ü-1", "\x00 O\x7f"),
    ],
)
def test_what_a_kind_of_string_takes(kind: str, good: str, bad: str) -> None:
    name, path = KINDS[kind]
    data = full(schema(name))
    for text in good.split(" "):
        _alike(name, put(data, path, text), True)
    for text in bad.split(" "):
        _alike(name, put(data, path, text), False)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_forbids_unknown_fields(name: str) -> None:
    example = MESSAGES[name].EXAMPLE
    assert not any(verdicts(name, {**example, "unknown": 1}).values())


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_allows_unknown_fields_within_too(name: str) -> None:
    root = schema(name)
    for what, value in near_misses(full(root), root):
        if what.endswith("with an unknown field"):
            assert all(verdicts(name, value).values()), what


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_message_survives_the_wire(name: str) -> None:
    message = MESSAGES[name].model_validate(MESSAGES[name].EXAMPLE, by_name=False, by_alias=True)
    again = MESSAGES[name].model_validate(json.loads(json.dumps(message.data())), by_name=False, by_alias=True)
    assert again == message
    assert message.subject_id or not hasattr(message, "order_id") or message.TYPE in NAMED_OTHERWISE


NAMED_OTHERWISE = {"shipment.dispatch.v1"}
"""Commands whose subject may be absent."""


def _alike(name: str, data: Any, expected: bool) -> None:
    assert verdicts(name, data) == dict.fromkeys(("pydantic", "jsonschema", "jsonschema-rs"), expected), data


@pytest.mark.parametrize(
    ("given", "valid"),
    [
        ({"order_id": "O-1"}, True),
        ({"customer_id": "C-1", "po_number": "4711"}, True),
        ({"order_id": "O-1", "po_number": "4711"}, True),
        ({"order_id": None, "customer_id": "C-1", "po_number": "4711"}, True),
        ({}, False),
        ({"order_id": None}, False),
        ({"customer_id": "C-1"}, False),
        ({"po_number": "4711"}, False),
        ({"customer_id": "C-1", "po_number": None}, False),
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "order.review.v1",
        "order.review-change.v1",
        "order.review-delay.v1",
        "cancellation.assess.v1",
        "penalty.answer.v1",
    ],
)
def test_an_order_is_named_by_its_id_or_by_customer_and_po(name: str, given: dict[str, Any], valid: bool) -> None:
    example = {key: value for key, value in MESSAGES[name].EXAMPLE.items() if key != "order_id"}
    _alike(name, {**example, **given}, valid)


@pytest.mark.parametrize(
    ("given", "valid"),
    [
        ({"quantity": "-3"}, True),
        ({"count": "410"}, True),
        ({"quantity": None, "count": "410"}, True),
        ({"quantity": "1", "count": "410"}, False),
        ({}, False),
        ({"quantity": None, "count": None}, False),
        ({"count": "-1"}, False),
    ],
)
def test_stock_is_adjusted_by_a_quantity_or_to_a_count(given: dict[str, Any], valid: bool) -> None:
    _alike("stock.adjust.v1", {"material": "STEEL", "unit": "KGM", **given}, valid)


def test_the_envelope_is_judged_alike() -> None:
    def by_hub(data: Any) -> bool:
        try:
            Envelope.model_validate(data, by_name=False, by_alias=True)
        except ValueError:
            return False
        return True

    example = schema("envelope.v1")["examples"][0]
    assert by_hub(example)
    slim = put(example, ("data",), {})
    for what, value in near_misses(slim, schema("envelope.v1")):
        found = {by_hub(value), by_python("envelope.v1", value), by_rust("envelope.v1", value)}
        assert len(found) == 1, what


def test_a_number_that_json_does_not_know_is_refused() -> None:
    assert not by_pydantic(
        "document.classify.v1", {**MESSAGES["document.classify.v1"].EXAMPLE, "message": {"x": float("nan")}}
    )

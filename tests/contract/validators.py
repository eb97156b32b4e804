"""The three judges of a message's data: pydantic, as the hub uses it, and two validators of JSON Schema."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

from hub.errors import HubError
from hub.messages.envelope import check_data
from hub.messages.schemas import file_of

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def schema(name: str) -> dict[str, Any]:
    """The committed schema of a message type, or of the envelope."""
    path = SCHEMAS / (f"{name}.json" if name.startswith("envelope") else file_of(name))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@cache
def _python(name: str) -> jsonschema.Draft202012Validator:
    validator = jsonschema.Draft202012Validator
    return validator(schema(name), format_checker=validator.FORMAT_CHECKER)


@cache
def _rust(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True)


def by_pydantic(name: str, data: Any) -> bool:
    """Whether the hub takes the data."""
    try:
        check_data(name, json.dumps(data).encode())
    except HubError:
        return False
    return True


def by_python(name: str, data: Any) -> bool:
    """Whether `jsonschema` takes the data, formats asserted."""
    return bool(_python(name).is_valid(data))


def by_rust(name: str, data: Any) -> bool:
    """Whether `jsonschema-rs` takes the data, formats asserted."""
    return bool(_rust(name).is_valid(data))


def verdicts(name: str, data: Any) -> dict[str, bool]:
    """What each of the three says."""
    return {
        "pydantic": by_pydantic(name, data),
        "jsonschema": by_python(name, data),
        "jsonschema-rs": by_rust(name, data),
    }

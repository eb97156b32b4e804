"""Reading what is stored: a row that is damaged is a finding, never the end of the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import InvalidOperation
from typing import Any

import orjson

from hub.audit.report import Notes


def loaded(text: str, subject: str, notes: Notes) -> dict[str, Any] | None:
    """The JSON of a row; none, with a finding, where it is not an object."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        notes.find("unreadable", subject, "what is stored of it is no JSON object")
        return None
    return found


@contextmanager
def damage(subject: str, notes: Notes) -> Iterator[None]:
    """Take what is missing, or of another kind than it has to be, for a finding about the subject."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, InvalidOperation) as error:
        notes.find("unreadable", subject, f"what is stored of it is not whole: {type(error).__name__} {error}"[:500])

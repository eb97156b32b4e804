"""Rows as they are shown: dictionaries, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def row_of(found: Any, names: Sequence[str]) -> Row:
    """A row as a dictionary with these names."""
    return {name: getattr(found, name) for name in names}

"""The tables as pictures and pages, for `docs/process`: written by `hub docs`, and watched for drift."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from hub import generated
from hub.messages.base import Command
from hub.pages.drawing.diagram import Label, Link, Node, Panel, draw
from hub.pages.overview import overview
from hub.pages.tables import index, page
from hub.pages.words import condition, roles, short_type, slug, words
from hub.sagas.address import TABLES
from hub.sagas.table import On, Table

MANY = 4
"""A row that holds in so many states or more is drawn once, from a box that stands for them all."""


KEY = (
    ("asks", "somebody decides"),
    ("final", "the end"),
    ("label event", "said elsewhere in the hub"),
    ("label stop", "cancelling"),
)


def stops(row: On) -> bool:
    """Whether the row belongs to cancelling."""
    marked = ("cancel", "release")
    return any(mark in text for mark in marked for text in (row.message.TYPE, row.to or ""))


def label(table: Table[Any], row: On) -> Label:
    """What stands on the arrow of a row; what other sagas say stands in italics."""
    kind = "" if issubclass(row.message, Command) else "event"
    guard = condition(table, row)
    return Label(short_type(row.message), guard, f"{kind} stop".strip() if stops(row) else kind)


def _open(table: Table[Any]) -> set[str]:
    return set(table.states) - set(table.final) - {table.initial}


def _group(table: Table[Any], row: On) -> str:
    if set(row.states) == _open(table):
        return "any open state"
    return "any of these: " + ", ".join(words(state) for state in row.states)


def _transitions(table: Table[Any]) -> Iterator[tuple[str, str, On]]:
    for row in table.rows:
        if not isinstance(row, On):
            continue
        if len(row.states) >= MANY:
            group = _group(table, row)
            yield group, row.to or group, row
        else:
            for state in row.states:
                yield state, row.to or state, row


def diagram(table: Table[Any]) -> str:
    """The table as a state diagram."""
    found: dict[tuple[str, str], list[On]] = {}
    for source, target, row in _transitions(table):
        found.setdefault((source, target), []).append(row)
    asked = roles(table)
    groups = [source for source, _ in found if source not in table.states]
    first, *states = [state for state in table.states if any(state in pair for pair in found)]
    nodes = []
    for key in dict.fromkeys([first, *groups, *states]):
        loops = tuple(label(table, row) for row in found.get((key, key), ()))
        kind = "start" if key == table.initial and key == "new" else "asks" if key in asked else ""
        captions: tuple[str, ...] = (asked[key],) if key in asked else ()
        title = words(key)
        if key in groups:
            title, _, several = key.partition(": ")
            kind, captions = "any", tuple(wrap(several, 32))
        final = key in table.final and key != table.initial
        nodes.append(Node(key, title, captions, kind, final, loops))
    links = [
        Link(source, target, tuple(label(table, row) for row in rows), all(stops(row) for row in rows))
        for (source, target), rows in found.items()
        if source != target
    ]
    return draw(f"The {table.name}", KEY, [[Panel("", nodes, links)]])


OWNED = ("process.svg", "process/*.md", "process/*.svg")


def files() -> dict[str, str]:
    """Every page and picture: its path within `docs`, and its text."""
    made = {"process.svg": overview(), "process/README.md": index(TABLES)}
    for table in TABLES:
        made[f"process/{slug(table)}.md"] = page(table)
        made[f"process/{slug(table)}.svg"] = diagram(table)
    return made


def write(folder: Path) -> list[Path]:
    """Write the pages into the folder `docs`, remove those of tables that are no more; give what changed."""
    return generated.write(folder, files(), OWNED)


def drift(folder: Path) -> list[str]:
    """How the folder `docs` differs from what `write` would make of it."""
    return generated.drift(folder, files(), OWNED)

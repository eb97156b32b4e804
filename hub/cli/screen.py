"""What a person sees: tables, JSON, notes. Nothing that came from outside reaches a terminal unescaped."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
import yaml
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""characters that turn the direction of a text around, and so what a person reads"""
_STEERING = re.compile(f"[{_CONTROLS}{_DIRECTIONS}\u2028\u2029]")
_STEERING_JSON = re.compile(f"(?!\n)[{_CONTROLS}{_DIRECTIONS}]")


def _escaped(found: re.Match[str]) -> str:
    """A character that is not to reach the terminal, spelt out."""
    return f"\\u{ord(found[0]):04x}"


def safe(value: object) -> str:
    """A value as text of one line: what could steer a terminal is spelt out."""
    return "" if value is None else _STEERING.sub(_escaped, str(value))


def as_json(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON that a terminal can show: control characters are escaped, letters are not."""
    return _STEERING_JSON.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent, default=str))


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def outline(value: Any) -> list[str]:
    """A value as lines of indented names and values, for a person to read; what is empty is left out."""
    text = yaml.dump(
        _filled(value), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100
    )
    return str(text).splitlines()


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(each) for name, each in value.items() if each not in (None, "", [], {})}
    return [_filled(each) for each in value] if isinstance(value, list | tuple) else value


def show_json(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(as_json(value))


def show_line(value: Any) -> None:
    """Print one line of JSON lines."""
    typer.echo(as_json(value, indent=None))


def say(text: str) -> None:
    """Print text."""
    typer.echo("\n".join(safe(line) for line in text.split("\n")))


def warn(text: str) -> None:
    """Tell the person something that is not part of the result, on standard error."""
    typer.echo("\n".join(safe(line) for line in text.split("\n")), err=True)


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {cell(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(cell(each) for each in value)
    return safe(value)


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], empty: str, title: str = "") -> None:
    """Print rows as a table without its empty columns; where the output is no terminal, as all columns, cut nowhere."""
    if not rows:
        say(empty)
        return
    heads = [column.replace("_", " ") for column in columns]
    cells = [[cell(row.get(column)) for column in columns] for row in rows]
    if title:
        say(title)
    if sys.stdout.isatty():
        filled = [place for place in range(len(heads)) if any(row[place] for row in cells)]
        _rich_table([heads[place] for place in filled], [[row[place] for place in filled] for row in cells])
    else:
        _plain_table(heads, cells)


def _rich_table(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    console = Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head, width in zip(heads, column_widths([heads, *cells], console.width - 2 * len(heads)), strict=True):
        table.add_column(head, overflow="fold", width=width)
    for row in cells:
        table.add_row(*(Text(each) for each in row))
    console.print(table)


def column_widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """How wide the columns are that share a room: as wide as their texts, or as their longest words and a fair rest.

    Where not even the longest words have room, the widest columns give way.
    """
    columns = [[row[place] for row in rows] for place in range(len(rows[0]))]
    full = [max(cell_len(text) for text in column) for column in columns]
    widths = [max(cell_len(word) for text in column for word in text.split() or [""]) for column in columns]
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    while sum(widths) < room and widths != full:
        short = min((place for place in range(len(full)) if widths[place] < full[place]), key=widths.__getitem__)
        widths[short] += 1
    return widths


def _plain_table(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    widths = [max(len(each[place]) for each in (heads, *cells)) for place in range(len(heads))]
    for row in (heads, *cells):
        typer.echo("  ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)).rstrip())


def shortly(moment: str | None) -> str:
    """An instant as a person reads it: to the second, in UTC."""
    return moment[:19].replace("T", " ") if moment else ""


def version_off(message_type: str) -> str:
    """A message type without its version."""
    stem, _, version = message_type.rpartition(".v")
    return stem if stem and version.isdigit() else message_type


def name_of(by: Any) -> str:
    """Who did something, in a word or two."""
    if not isinstance(by, Mapping):
        return safe(by)
    if "name" in by:
        return safe(f"{by['name']} ({by.get('role', '')})")
    return safe(by.get("system") or by.get("policy") or "")

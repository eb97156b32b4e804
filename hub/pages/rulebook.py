"""The rules beside what carries them out and what proves them: a page for `docs`, made from the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hub.pages.rules import RULES
from hub.pages.words import condition, short_type, slug, words
from hub.sagas.address import TABLES
from hub.sagas.table import Ignore, Never, On, Refuse, RefuseIf, Table

FILE = "rules.md"
INTRODUCTION = """\
What holds, by number; the rows of the [tables](process/README.md) that carry it out, the code that does so beside
them, and the tests that prove it. Made from the code by `hub docs`: rows and docstrings name their rules, tests are
marked with them."""
NAMED = re.compile(r"\bR(\d+)(?:-R?(\d+)|(a))?\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Something that names a rule: where it stands, and what it is called."""

    path: str
    name: str


def named(text: str) -> set[str]:
    """The rules that a text names, singly or as a range from one to another."""
    found: set[str] = set()
    for first, last, letter in NAMED.findall(text):
        found |= (
            {f"R{number}" for number in range(int(first), int(last or first) + 1)} if not letter else {f"R{first}a"}
        )
    return found & RULES.keys()


def _trees(root: Path, folders: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _marked(call: ast.AST) -> set[str]:
    """The rules that `pytest.mark.rule(...)` names."""
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "pytest.mark.rule":
        return set()
    return {each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _tests(body: list[ast.stmt], path: str, above: frozenset[str]) -> Iterator[tuple[str, Place]]:
    """The tests of a module or class, each with every rule that it is marked with, by itself or from above."""
    shared = above.union(
        *(_marked(part) for each in body if isinstance(each, ast.Assign) for part in ast.walk(each.value))
    )
    for each in body:
        if not isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = shared.union(*(_marked(part) for mark in each.decorator_list for part in ast.walk(mark)))
        if isinstance(each, ast.ClassDef):
            yield from _tests(each.body, path, own)
        elif each.name.startswith("test_"):
            yield from ((rule, Place(path, each.name)) for rule in own)


def tests_by_rule(root: Path) -> dict[str, list[Place]]:
    """Which tests prove which rule, as their marks say; ``root`` is the folder that holds `tests`."""
    found: dict[str, list[Place]] = {}
    for path, tree in _trees(root, ("tests",)):
        for rule, place in _tests(tree.body, path, frozenset()):
            found.setdefault(rule, []).append(place)
    return found


def code_by_rule(root: Path) -> dict[str, list[Place]]:
    """Which modules, classes and functions beside the tables name which rule in their docstrings."""
    found: dict[str, list[Place]] = {}
    rows = {function.__name__ for table in TABLES for row in table.rows for function in _functions(row)}
    for path, tree in _trees(root, ("hub", "adapters")):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            name = "" if isinstance(node, ast.Module) else node.name
            if path.startswith("hub/sagas/") and (name in rows or not name):
                continue
            for rule in named(ast.get_docstring(node) or ""):
                found.setdefault(rule, []).append(Place(path, name))
    return found


def _functions(row: Any) -> list[Any]:
    parts = (getattr(row, name, None) for name in ("guard", "action", "check"))
    return [part for part in parts if part is not None]


def _words(row: Any) -> str:
    """All that a row says of itself."""
    said = [function.__doc__ or "" for function in _functions(row)]
    said += [row.refusal.message] if isinstance(row, Refuse) else [row.why] if isinstance(row, Ignore | Never) else []
    return " ".join(said)


def _fate(table: Table[Any], row: Any) -> str:
    if isinstance(row, On):
        when = condition(table, row)
        return (f"→ `{row.to}`" if row.to else "done") + (f", if {when[0].lower()}{when[1:]}" if when else "")
    return "refused" if isinstance(row, Refuse | RefuseIf) else "ignored" if isinstance(row, Ignore) else "never comes"


@cache
def rows_by_rule() -> dict[str, list[str]]:
    """The rows of the tables that say they carry a rule out, as lines of Markdown."""
    found: dict[str, list[str]] = {}
    for table in TABLES:
        for row in table.rows:
            line = f"[{table.name}](process/{slug(table)}.md): `{short_type(row.message)}` {_fate(table, row)}"
            for rule in named(_words(row)):
                found.setdefault(rule, []).append(line)
    return {rule: list(dict.fromkeys(lines)) for rule, lines in found.items()}


def _by_file(places: list[Place], between: str, shown: Callable[[str], str]) -> str:
    files: dict[str, list[str]] = {}
    for place in places:
        files.setdefault(place.path, []).append(place.name)
    cells = []
    for path, names in sorted(files.items()):
        listed = between.join(shown(name) for name in dict.fromkeys(names) if name)
        cells.append(f"[{path}](../{path})" + (f": {listed}" if listed else ""))
    return "<br>".join(cells)


def _code(name: str) -> str:
    return f"`{name}`"


def _claim(name: str) -> str:
    """What a test proves: its name, as words."""
    return re.sub(r"\bpo(?=s?\b)", "PO", words(name.removeprefix("test_")))


def page(root: Path) -> str:
    """The page: rule by rule its rows, the code beside the tables, and its tests."""
    code, tests, rows = code_by_rule(root), tests_by_rule(root), rows_by_rule()
    parts = ["# The rules", INTRODUCTION]
    for rule, text in RULES.items():
        cells = (
            ("rows", "<br>".join(rows.get(rule, [])).replace("|", r"\|")),
            ("code", _by_file(code.get(rule, []), ", ", _code)),
            ("tests", _by_file(tests.get(rule, []), "; ", _claim)),
        )
        grid = "\n".join(["| | |", "|---|---|", *(f"| {name} | {cell} |" for name, cell in cells if cell)])
        parts += [f"## {rule}", text, grid]
    return "\n\n".join(parts) + "\n"


def files(docs: Path) -> dict[str, str]:
    """The page, where the folder `docs` lies in a checkout: it needs the tests."""
    root = docs.resolve().parent
    return {FILE: page(root)} if (root / "tests").is_dir() and (root / "hub").is_dir() else {}

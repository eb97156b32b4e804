"""The pages and pictures of the process follow from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hub.pages import process
from hub.pages.tables import refusal_rows
from hub.sagas.address import TABLES
from hub.sagas.document import DOCUMENT
from hub.sagas.table import On, Refuse, Table, Wait

DOCS = Path(__file__).parents[3] / "docs"
EVERY_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def test_pages_follow_the_tables() -> None:
    assert process.drift(DOCS) == [], "run: hub docs"


def test_a_changed_missing_or_left_over_file_is_found_and_mended(tmp_path: Path) -> None:
    assert len(process.write(tmp_path)) == 2 + 2 * len(TABLES)
    (tmp_path / "process/order.md").write_text("x", encoding="utf-8")
    (tmp_path / "process/stock.md").unlink()
    (tmp_path / "process/ghost.svg").write_text("x", encoding="utf-8")
    assert process.drift(tmp_path) == [
        "process/ghost.svg: surplus",
        "process/order.md: stale",
        "process/stock.md: missing",
    ]
    assert len(process.write(tmp_path)) == 3
    assert process.drift(tmp_path) == []


@EVERY_TABLE
def test_a_page_tells_every_row_refusal_and_task(table: Table[Any]) -> None:
    text = (DOCS / f"process/{table.name.lower().replace(' ', '-')}.md").read_text(encoding="utf-8")
    for row in table.rows:
        if isinstance(row, On) and row.to is not None:
            assert f"| `{row.to}` |" in text
        if isinstance(row, Refuse):
            assert row.refusal.message in text
    waits: tuple[Wait, ...] = table.waits
    assert all(wait.role.replace("-", " ") in text for wait in waits)


@EVERY_TABLE
def test_a_picture_shows_every_state(table: Table[Any]) -> None:
    picture = process.diagram(table)
    shown = {text.text for text in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")}
    reached = {row.to for row in table.rows if isinstance(row, On) and row.to}
    assert {state.replace("_", " ") for state in reached} <= shown


@EVERY_TABLE
def test_every_guard_check_and_action_says_what_it_is_about(table: Table[Any]) -> None:
    for row in table.rows:
        for name in ("guard", "action", "check"):
            function = getattr(row, name, None)
            assert function is None or function.__doc__, function


def test_codes_are_found_in_whatever_a_check_calls_and_by_their_names() -> None:
    codes = " ".join(row[3] for row in refusal_rows(DOCUMENT))
    assert "`wrong_role`" in codes
    assert "`schema_violation`" in codes  # given by another module
    assert "`po_number_in_use`" in codes  # a constant

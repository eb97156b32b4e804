"""What becomes of the versions of a layout profile, by people's decisions."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.layouts import Layout, Lesson
from hub.messages.customer_po import PO_EXAMPLE
from hub.messages.document import DocumentClassified
from hub.store import layouts, tables
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.layouts import states


def layout(*headings: str, unit: str = "KGM") -> Layout:
    return Layout(headings=headings, columns=(None,) * len(headings), unit=unit)


KNOWN = {
    1: layout("Kennung", "Menge"),
    2: layout("KENNUNG", " Menge", unit="MTR"),
    3: layout("Artikel", "Menge"),
    4: layout("kennung", "menge", unit="TNE"),
}


def test_a_version_is_proposed_until_it_is_accepted_and_takes_the_place_of_one_for_the_same_headings() -> None:
    assert set(states(KNOWN, []).values()) == {"proposed"}
    assert states(KNOWN, [(1, "accepted"), (3, "accepted")]) == {
        1: "active", 2: "proposed", 3: "active", 4: "proposed",
    }  # fmt: skip
    after = [(1, "accepted"), (3, "accepted"), (2, "accepted")]
    assert states(KNOWN, after) == {1: "superseded", 2: "active", 3: "active", 4: "proposed"}


def test_dropping_a_version_brings_none_back_and_accepting_an_earlier_one_does() -> None:
    dropped = [(1, "accepted"), (2, "accepted"), (2, "dropped")]
    assert states(KNOWN, dropped) == {1: "superseded", 2: "dropped", 3: "proposed", 4: "proposed"}
    assert states(KNOWN, [*dropped, (1, "accepted")])[1] == "active"


@given(st.lists(st.tuples(st.sampled_from(sorted(KNOWN)), st.sampled_from(["accepted", "dropped"]))))
def test_of_versions_with_the_same_headings_one_holds_at_most_and_it_was_accepted_last(
    decisions: list[tuple[int, str]],
) -> None:
    found = states(KNOWN, decisions)
    for group in ({1, 2, 4}, {3}):
        accepted = [number for number, decision in decisions if number in group and decision == "accepted"]
        held = [number for number in group if found[number] == "active"]
        assert len(held) <= 1
        assert not held or held == accepted[-1:]


# ------------------------------------------------------------------------------------------------- what is kept

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SOURCE = "metalworks-hub"
DOCUMENT = "D-2M8Q4ZK7T1XW"


@pytest.fixture
async def database(migrated_file: Path, tmp_path: Path) -> Any:
    shutil.copy(migrated_file, tmp_path / "hub.sqlite")
    found = Database(f"sqlite:///{tmp_path}/hub.sqlite")
    yield found
    await found.close()


async def correct(database: Database, *, document_id: str = DOCUMENT, number: str = "4711", **more: Any) -> None:
    """A person has made an order of a mail."""
    order = {**PO_EXAMPLE, "po_number": number}
    given = {
        "document_id": document_id,
        "kind": "email",
        "partner_id": "C-HOLT",
        "as": "new_po",
        "by": {"role": "sales-officer", "name": "Ada Lind"},
        "commands": [{"type": "customer-po.submit.v1", "data": order}],
        **more,
    }
    journal = Journal()
    journal.follow_correction(DocumentClassified.model_validate(given), NOW)
    async with database.write() as connection:
        await journal.write(connection)


async def corrections(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(tables.corrections))).all())


async def kept(database: Database, lesson: Lesson) -> int | None:
    """Keep what the only correction teaches."""
    [row] = await corrections(database)
    async with database.write() as connection:
        return await layouts.keep(connection, dict(row._mapping), lesson, NOW, SOURCE)


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "x12"},
        {"by": {"system": "erp"}},
        {"by": {"policy": "take-all"}},
        {"learn": False},
        {"commands": []},
        {"partner_id": None},
    ],
)
async def test_nothing_but_a_person_s_order_of_a_customer_s_mail_is_noted(database: Database, more: Any) -> None:
    await correct(database, **more)
    assert await corrections(database) == []


async def test_what_a_person_says_of_a_mail_later_counts(database: Database) -> None:
    await correct(database)
    assert await kept(database, Lesson(None, "nothing fits")) is None
    await correct(database, number="4712", learn=True)
    [row] = await corrections(database)
    assert (row.studied_at, row.why, row.learn, orjson.loads(row.said)["po_number"]) == (None, None, True, "4712")


async def test_a_lesson_is_kept_once_and_accepted_by_who_wanted_it(database: Database) -> None:
    await correct(database, learn=True)
    assert [await kept(database, Lesson(KNOWN[1])), await kept(database, Lesson(KNOWN[1]))] == [1, 1]
    [version] = await layouts.listed(database)
    assert (version["state"], [each["by"] for each in version["decisions"]]) == ("active", ["Ada Lind"])

    await correct(database)
    assert await kept(database, Lesson(KNOWN[2])) == 2
    assert [each["state"] for each in await layouts.listed(database, "C-HOLT")] == ["active", "proposed"]
    assert await layouts.decide(database, "C-HOLT", 2, "accepted", "Bo Ek", NOW, SOURCE) == [1]
    async with database.read() as connection:
        assert [each.number for each in await layouts.active(connection, "C-HOLT")] == [2]
        assert await layouts.active(connection, "C-CASCADE") == ()

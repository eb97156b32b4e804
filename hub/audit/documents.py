"""Documents: those that came in led to commands, a question or a reason; those that go out went, or visibly not."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.ledger import Ledger
from hub.audit.post import Post, each_row
from hub.audit.readable import loaded
from hub.audit.report import Notes
from hub.store import tables
from hub.store.documents import REPLACED, reissued_id

ASKED = "set_aside"
STATES = {
    "in": {"received", "duplicate", "rejected", "quarantined"},
    "out": {"to_send", "sent", "undeliverable", REPLACED},
}
COPIED = ("kind", "partner_id", "order_id", "intent", "size", "duplicate_of")
"""what events repeat of what is archived beside a document"""


def root(document_id: str) -> str:
    """The file that one of several documents in it came in: ``D-7K3M9QX2WDRT-2`` came in ``D-7K3M9QX2WDRT``."""
    return "-".join(document_id.split("-")[:2])


async def check_questions(
    connection: AsyncConnection, ledger: Ledger, homes: dict[str, str], notes: Notes
) -> dict[str, dict[str, Any]]:
    """Compare what people are asked about with the events, and see that somebody is asked; all of it, by id."""
    table, found = tables.quarantine, {}
    async for row in each_row(connection, select(table.c.document_id, table.c.state, table.c.body)):
        question = orjson.loads(row.body)
        key = row.document_id
        found[key] = question
        notes.count("documents_asked_about")
        homes |= {task_id: task["kind"] for task_id, task in question["tasks"].items()}
        said = ledger.questions.get(key)
        if {row.state, question["state"]} != {said}:
            notes.find("document_state", key, f"is stored as {row.state}; its events leave it {said or 'unknown'}")
        asked = any(task["kind"].startswith("document.classify.") for task in question["tasks"].values())
        if question["state"] == ASKED and not asked:
            notes.find("document_unasked", key, "it waits for a person, and nobody is asked")
        if question["state"] != ASKED and asked:
            notes.find("task_surplus", key, "document.classify: nothing waits for it")
        if not question["findings"]:
            notes.find("document_without_reason", key, "a person is asked about it, and no reason is recorded")
    for key in ledger.questions.keys() - found:
        notes.find("document_lost", key, "its events ask a person about it, but it is not stored")
    return found


async def check_documents(
    connection: AsyncConnection,
    post: Post,
    ledger: Ledger,
    orders: set[str],
    questions: dict[str, dict[str, Any]],
    at_rest: bool,
    notes: Notes,
) -> dict[str, Any]:
    """Every document in led to a command, a question or a recorded reason; every document out was sent; all, by id."""
    table = tables.documents
    columns = [column for column in table.columns if column.name != "raw"]
    rows = (await connection.execute(select(*columns))).all()
    known = {row.document_id for row in rows}
    said = _verbs(ledger)
    asked = {root(key) for key in questions}
    for row in rows:
        notes.count(f"documents_{row.direction}")
        if row.order_id and row.order_id not in orders:
            notes.find("orphan_document", row.document_id, f"its order {row.order_id} does not exist")
        if row.duplicate_of and row.duplicate_of not in known:
            notes.find("orphan_document", row.document_id, f"it repeats {row.duplicate_of}, which does not exist")
        if row.direction == "in":
            _document_in(row, said[row.document_id], asked, notes)
        else:
            _document_out(row, said[row.document_id], known, at_rest, notes)
        if row.state not in STATES[row.direction]:
            notes.find("document_differs", row.document_id, f"it is stored as {row.state}, which no document is")
        _as_told(row, ledger.arrived.get(row.document_id), notes)
    for key, question in questions.items():
        original = question["original_id"] or (key if question["kind"] != "api" else None)
        if original and original not in known:
            notes.find("orphan_document", key, f"it came in {original}, which is not archived")
    _check_commands(post, ledger, notes)
    for document_id in said.keys() - known - {root(key) for key in questions}:
        notes.find("document_lost", document_id, "its events tell of it, but it is not archived")
    return {row.document_id: row for row in rows}


def _verbs(ledger: Ledger) -> defaultdict[str, set[str]]:
    """What the events say of each file and the documents in it."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    for key, verbs in ledger.documents.items():
        said[root(key)] |= verbs
    return said


def _check_commands(post: Post, ledger: Ledger, notes: Notes) -> None:
    """As many commands came of a document as were read in it, and as a person has taken it for."""
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for key, count in ledger.commands_of_documents.items():
        wanted[root(key)] += count
    for cause, count in post.caused.items():
        if cause.startswith("D-"):
            found[root(cause)] += count
    for key in wanted.keys() | found.keys():
        if wanted[key] != found[key]:
            text = f"its events tell of {wanted[key]} commands, {found[key]} came of it"
            notes.find("document_commands", key, text)


def _as_told(row: Any, told: dict[str, Any] | None, notes: Notes) -> None:
    """Compare what is archived beside a document with what was said when it came or went."""
    for name in COPIED if told else ():
        if told and name in told and told[name] != getattr(row, name):
            text = f"{name} is stored as {getattr(row, name)}, its event says {told[name]}"
            notes.find("document_differs", row.document_id, text)
    if told and "findings" in told and row.state in {"received", "rejected"}:
        stored = loaded(f'{{"findings":{row.findings}}}', row.document_id, notes)
        if stored is not None and stored["findings"] != told["findings"]:
            text = "other findings are stored than its event says"
            notes.find("document_differs", row.document_id, text)


def _document_in(row: Any, said: set[str], asked: set[str], notes: Notes) -> None:
    document_id = row.document_id
    if row.state not in said:
        notes.find("document_unsaid", document_id, f"it is {row.state}, and no document.{row.state} says so")
    if row.state == "rejected" and row.findings in {"", "[]"}:
        notes.find("document_without_reason", document_id, "it was rejected, and no reason is recorded")
    if row.state == "quarantined" and document_id not in asked:
        notes.find("document_unasked", document_id, "it waits for a person, and nobody is asked")


def _document_out(row: Any, said: set[str], known: set[str], at_rest: bool, notes: Notes) -> None:
    document_id = row.document_id
    if row.state == "to_send" and at_rest:
        notes.find("document_unsent", document_id, f"{row.name} is still to be sent")
    if row.state == "sent" and "sent" not in said:
        notes.find("document_unsaid", document_id, "it was sent, and no document.sent says so")
    if row.state == REPLACED and reissued_id(document_id) not in known:
        notes.find("document_lost", document_id, "it gave way to another, which is not archived")
    if row.state == "undeliverable" and "delivery-failed" not in said:
        notes.find("document_unsaid", document_id, "it could not be sent, and no document.delivery-failed says so")

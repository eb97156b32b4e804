"""Writing to our own people: what they have to decide, by when, and how; one task a mail, or many in one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from adapters.email.sending.body import one_line
from adapters.email.sending.letter import Letterhead, named, written
from adapters.email.sending.phrasing import Phrasing, Table, order_line, table
from adapters.email.sending.wording import FALLBACK, Wording
from hub.messages.catalogue import MESSAGES
from hub.ports import Composed, Notice

MOST = 60
"""lines of an order, and reasons, that a mail shows"""
PLAINEST: dict[str, dict[str, Any]] = {"order.review.v1": {"decision": "confirm"}}
"""answers that are shown in the place of the command's own example"""
_NOT_SAID = frozenset({"by", "task_id", "note"})
"""what an answer need not say, beside the ids, which its task knows"""


class TaskWriter:
    """Writes to our own people, with the same templates as to partners."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def write(self, notice: Notice, now: datetime) -> Composed:
        """The mail that tells of these tasks."""
        several = len(notice.tasks) > 1
        name = "task.digest" if several else f"task.{notice.tasks[0][0]}"
        language = notice.language if self._wording.has(notice.language, name) else FALLBACK
        say = Phrasing(self._wording.words(language), now.tzinfo)
        role = _of(say, "roles", notice.role)
        common = {"role": role, "role_id": notice.role, "count": len(notice.tasks)}
        if several:
            link = notice.console_url
            title, paragraphs = self._wording.render(language, name, {**common, "link": link})
            tables = {"tasks": _digest(say, notice)}
        else:
            task = notice.tasks[0][1]
            link = f"{notice.console_url.rstrip('/')}/tasks/{task['task_id']}" if notice.console_url else ""
            title, paragraphs = self._wording.render(language, name, {**common, **_values(say, task), "link": link})
            tables = {"facts": _facts(say, task), "lines": _lines(say, task["facts"]), "reasons": _reasons(say, task)}
        digest = hashlib.sha256(f"{notice.role} {notice.number}".encode()).hexdigest()[:40]
        head = Letterhead(
            sender=named("MetalWorks Hub", f"orders@{notice.our_domain}"),
            to=", ".join(notice.addresses),
            subject=title[:200],
            message_id=f"<{digest}@{notice.our_domain}>",
        )
        content = written(head, paragraphs, tables, language, now)
        return Composed("email", content, "eml", head.subject, head.message_id, notice.addresses[0])


def decision(say: Phrasing, kind: str) -> str:
    """What is to be decided, in words."""
    plain = re.sub(r"\.v\d+$", "", kind)
    return _of(say, "decisions", plain)


def _of(say: Phrasing, group: str, name: str) -> str:
    found: Mapping[str, Any] = say.words.get(group) or {}
    return str(found.get(name, name))


def about(task: Mapping[str, Any]) -> str:
    """What the task is about, in a few words: the PO, its customer and line, the material."""
    facts = task["facts"]
    line = facts.get("line")
    named_first = [facts.get("po_number"), f"{line}" if line else "", facts.get("material")]
    first = "/".join(str(each) for each in named_first[:2] if each)
    parts = [first, named_first[2], task.get("material_po_id"), facts.get("customer_id") or facts.get("partner_id")]
    said = ", ".join(one_line(each) for each in parts if each)
    return (said or one_line(facts.get("name") or task.get("document_id") or task["task_id"]))[:150]


def _values(say: Phrasing, task: Mapping[str, Any]) -> dict[str, str]:
    return {
        "what": decision(say, task["kind"]),
        "about": about(task),
        "due": say.instant(task["due_at"]) if task.get("due_at") else "",
        "task_id": task["task_id"],
        "command": f"hub answer {task['task_id']} '{_answer(task['kind'], task['facts'])}'",
    }


def _answer(kind: str, facts: Mapping[str, Any]) -> str:
    """An answer of this kind, without what the task knows already; of a document, that it is nothing."""
    model = MESSAGES.get(kind)
    example: dict[str, Any] = PLAINEST.get(kind) or dict(model.EXAMPLE if model else {})
    if "as" in example:
        example = {"as": (facts.get("form") or {}).get("as") or "discard"}
    kept = {name: value for name, value in example.items() if name not in _NOT_SAID and not name.endswith("_id")}
    return orjson.dumps(kept).decode().replace("'", "’")


def _facts(say: Phrasing, task: Mapping[str, Any]) -> Table:
    """The task's facts, each with its name; those that the mail's tables show are left out."""
    facts = task["facts"]
    item = facts.get("item") or {}
    rows = [
        (say.word("task"), task["task_id"]),
        (say.word("order"), facts.get("po_number")),
        (say.word("customer"), facts.get("customer_id")),
        (
            say.word("supplier"),
            facts.get("supplier_id") or (None if facts.get("customer_id") else facts.get("partner_id")),
        ),
        (say.word("line"), facts.get("line")),
        (say.word("product"), say.product(item)),
        (say.word("material"), facts.get("material")),
        (say.word("quantity"), say.quantity(facts.get("quantity"), facts.get("unit"))),
        (say.word("date"), say.day(facts.get("due") or facts.get("line_due"))),
        (say.word("work_order"), task.get("work_order_id")),
        (say.word("material_po"), task.get("material_po_id")),
        (say.word("document"), facts.get("name") or task.get("document_id")),
        (say.word("reason"), facts.get("reason") if isinstance(facts.get("reason"), str) else None),
        (say.word("due"), say.instant(task["due_at"]) if task.get("due_at") else None),
        (say.word("given_to"), task.get("assignee")),
    ]
    shown = [(name, one_line(value)[:500]) for name, value in rows if value]
    return (*shown, *_remarks(say, facts))


def _remarks(say: Phrasing, facts: Mapping[str, Any]) -> Table:
    """What the customer wrote besides: a row for each remark that is more than a courtesy."""
    rows = []
    for each in [each for each in facts.get("remarks") or () if each["says"]][:MOST]:
        line = f" ({say.word('line')} {each['line']})" if each["line"] else ""
        rows.append((f"{say.word('remark')}{line}", one_line(each["text"])[:1000]))
    return tuple(rows)


def _lines(say: Phrasing, facts: Mapping[str, Any]) -> Table:
    lines = [each for each in facts.get("lines") or [] if isinstance(each, Mapping) and each.get("product")]
    names = ("line", "product", "quantity", "price", "requested")
    currency = str(facts.get("currency") or "")
    rows = [order_line(say, line, currency, line.get("requested_date")) for line in lines[:MOST]]
    return _with_head([say.word(name) for name in names], rows, len(lines))


def _reasons(say: Phrasing, task: Mapping[str, Any]) -> Table:
    found = [each for each in task["facts"].get("reasons") or [] if isinstance(each, Mapping)]
    rows = [(one_line(each.get("message"))[:1000],) for each in found[:MOST]]
    return _with_head([say.word("reason")], rows, len(found))


def _digest(say: Phrasing, notice: Notice) -> Table:
    rows = [
        (
            _of(say, "news_words", news),
            decision(say, task["kind"]),
            about(task),
            say.instant(task["due_at"]) if task.get("due_at") else "",
            str(task["task_id"]),
        )
        for news, task in notice.tasks
    ]
    return _with_head([say.word(name) for name in ("news", "decision", "about", "due", "task")], rows, len(rows))


def _with_head(head: Sequence[str], rows: Sequence[tuple[str, ...]], count: int) -> Table:
    more = [tuple("…" for _ in head)] if count > len(rows) else []
    return table(head, [*rows, *more])

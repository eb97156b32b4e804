"""The books at the end: the hub's own audit, what a subscriber saw, and what was sent, against what is stored."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hub.audit import audit, audit_events
from hub.simulation.chaos.outside import SOURCE, Outside
from hub.simulation.chaos.post import Post
from hub.store.database import Database


class Books:
    """Looks into the store without the hub's help."""

    def __init__(self, path: Path) -> None:
        self._store = sqlite3.connect(path, isolation_level=None)

    def close(self) -> None:
        """Close them."""
        self._store.close()

    def rows(self, query: str, *values: object) -> list[tuple[str, ...]]:
        """What a query finds."""
        return self._store.execute(query, values).fetchall()

    def under_way(self, now: str) -> int:
        """How much the hub still has to do by itself."""
        return sum(
            int(self.rows(f"SELECT count(*) FROM {what}")[0][0])  # noqa: S608  # no one's input
            for what in (
                "outbox WHERE sent_at IS NULL",
                "documents WHERE state = 'to_send'",
                "waiting",
                "failures WHERE state = 'retry'",
                f"timers WHERE due_at <= '{now}'",
            )
        )

    def digest(self) -> str:
        """The same for the same content of every table."""
        found = hashlib.sha256()
        for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            for row in sorted(map(repr, self.rows(f"SELECT * FROM {name}"))):  # noqa: S608  # no one's input
                found.update(row.encode())
        return found.hexdigest()

    # ------------------------------------------------------------------------------------------- complaints

    async def complaints(self, database: Database, outside: Outside, post: Post) -> list[str]:
        """What is wrong; empty is good."""
        reports = await audit(database), audit_events(outside.seen)
        findings = [
            f"audit of {name}: {finding.code} {finding.subject}: {finding.text}"
            for name, report in zip(("the store", "the subscriber's events"), reports, strict=True)
            for finding in report
        ]
        return [*findings, *self._commands(outside), *self._events(outside), *self._failures(), *self._letters(post)]

    def _commands(self, outside: Outside) -> Iterator[str]:
        """Every command that was sent has its outcome."""
        taken = {identifier for (identifier,) in self.rows("SELECT id FROM inbox WHERE source = ?", SOURCE)}
        aside = {identifier for (identifier,) in self.rows("SELECT message_id FROM failures WHERE source = ?", SOURCE)}
        for message_id, kind in outside.sent.items():
            if message_id not in taken | aside:
                yield f"command lost: {kind} {message_id}"

    def _events(self, outside: Outside) -> Iterator[str]:
        """Every event that was said was seen, and no other."""
        said = {identifier for (identifier,) in self.rows("SELECT message_id FROM outbox WHERE kind = 'event'")}
        seen = {letter.envelope.id: letter.envelope.type for letter in outside.seen}
        yield from (f"event lost: {identifier}" for identifier in sorted(said - seen.keys()))
        yield from (f"event from nowhere: {seen[each]} {each}" for each in sorted(seen.keys() - said))

    def _failures(self) -> Iterator[str]:
        for code, kind, text in self.rows("SELECT code, type, message FROM failures WHERE state = 'open'"):
            yield f"set aside: {code} {kind}: {text}"

    def _letters(self, post: Post) -> Iterator[str]:
        """Every partner is told once of each thing, and what counts as sent was sent."""
        told = Counter(self.rows("SELECT partner_id, cause, purpose FROM documents WHERE direction = 'out'"))
        yield from (f"told {count} times: {what}" for what, count in sorted(told.items()) if count > 1)
        sent = "SELECT partner_id, document_id FROM documents WHERE direction = 'out' AND state = 'sent'"
        stored, left = set(self.rows(sent)), set(post.sent)
        yield from (f"counts as sent, and was not: {each}" for each in sorted(stored - left))
        yield from (f"was sent, and does not count so: {each}" for each in sorted(left - stored))

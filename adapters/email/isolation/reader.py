"""Mails read in processes of their own, with a limit on time and memory: no mail can stop the hub, or the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from adapters.email.isolation.apart import Apart, Gone
from adapters.email.isolation.packing import pack, pack_lesson, unpack, unpack_lesson
from adapters.email.isolation.several import Several
from adapters.email.limits import DEFAULT, Limits
from hub.layouts import Lesson
from hub.messages.customer_po import SubmitCustomerPo
from hub.partners import Partners
from hub.ports import Context, Finding, Reader, Reading, Student

AT_ONCE = 3
"""mails that are read at a time, each within the limit of memory"""
_NOBODY = Partners()


class ReaderClosed(Exception):
    """The reader was closed before the mail was read; nothing is known of the mail."""


@dataclass(slots=True)
class ReadingService:
    """What the process does: it keeps the partners, which come only when they are others than before."""

    reader: Reader
    partners: Partners = field(default_factory=Partners)

    def answer(self, *given: Any) -> bytes:
        """The reading of a mail of that name; or what it teaches, given the order that a person has made of it."""
        partners, context, raw, about = given
        if partners is not None:
            self.partners = partners
        known = replace(context, partners=self.partners)
        if isinstance(about, SubmitCustomerPo):
            assert isinstance(self.reader, Student)  # noqa: S101  # as its caller has made sure
            return pack_lesson(self.reader.study(raw, known, about))
        return pack(self.reader.read(raw, about, known))


class _Process:
    """One process, and the partners that it knows."""

    def __init__(self, reader: Reader, limits: Limits) -> None:
        self.apart = Apart(ReadingService(reader), limits)
        self._partners: Partners | None = None

    def ask(self, raw: bytes, context: Context, about: str | SubmitCustomerPo) -> bytes:
        """What the service answers. Raises Gone."""

        def given(fresh: bool) -> tuple[Any, ...]:
            partners = context.partners if fresh or context.partners is not self._partners else None
            self._partners = context.partners
            return partners, replace(context, partners=_NOBODY), raw, about

        return self.apart.ask(given)


class IsolatedReader:
    """A reader whose work is done in processes of their own, `AT_ONCE` at most, each killed when a mail takes too long.

    A mail that takes long holds up what comes after it in its own mailbox, so that a conversation is read in its order,
    and nothing else. Safe to use from several threads. `read` blocks: call it outside the event loop.
    """

    def __init__(self, reader: Reader, limits: Limits = DEFAULT) -> None:
        self._reader = reader
        self._several = Several(lambda: _Process(reader, limits), AT_ONCE)
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The processes that there are: the first begins with the first mail, others when all before are busy."""
        return [process.apart.pid for process in self._several.all if process.apart.pid is not None]

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether these bytes are a document for the reader."""
        return self._reader.recognises(raw, name)

    def read(self, raw: bytes, name: str, context: Context) -> Reading:
        """What the document says; one that cannot be read within the limits goes to a person. Raises ReaderClosed."""
        try:
            return unpack(self._ask(raw, context, name))
        except Gone as error:
            if self._closed:
                raise ReaderClosed(name) from error
            finding = Finding("limit_exceeded", "error", f"reading failed: {error}", name)
        except (ValueError, KeyError, TypeError) as error:
            finding = Finding("unreadable", "error", f"the reading process failed: {type(error).__name__}", name)
        return Reading("email", "quarantine", "quarantine", findings=(finding,), likely_intent="not_an_order")

    def study(self, raw: bytes, context: Context, said: SubmitCustomerPo) -> Lesson:
        """What a person's answer teaches of the layout of a mail. Raises ReaderClosed."""
        try:
            return unpack_lesson(self._ask(raw, context, said))
        except Gone as error:
            if self._closed:
                raise ReaderClosed(said.po_number) from error
            return Lesson(None, f"studying it failed: {error}")

    def _ask(self, raw: bytes, context: Context, about: str | SubmitCustomerPo) -> bytes:
        with self._several.one() as process:
            return process.ask(raw, context, about)

    def close(self) -> None:
        """End the processes, in the middle of a mail too; nothing is read any more."""
        self._closed = True
        for process in self._several.all:
            process.apart.close()

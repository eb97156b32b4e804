"""Readings on their way out of the process that reads: JSON, because that process has handled what strangers wrote."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from hub.layouts import Layout, Lesson
from hub.messages.catalogue import COMMANDS
from hub.ports import Finding, Mentions, Part, Reading


def pack(reading: Reading) -> bytes:
    """A reading as JSON. Drafts stay behind: mails have none."""
    data: dict[str, Any] = {
        "kind": reading.kind,
        "intent": reading.intent,
        "disposition": reading.disposition,
        "messages": [[message.TYPE, message.data()] for message in reading.messages],
        "findings": [asdict(finding) for finding in reading.findings],
        "parts": [asdict(part) for part in reading.parts],
        "likely_intent": reading.likely_intent,
        "partner_id": reading.partner_id,
        "keys": list(reading.keys),
        "title": reading.title,
        "thread": dict(reading.thread),
        "mentions": asdict(reading.mentions),
        "lost": reading.lost,
        "unreached": list(reading.unreached),
        "layouts": list(reading.layouts),
    }
    return orjson.dumps(data)


def unpack(content: bytes) -> Reading:
    """The reading again, its messages checked anew."""
    data = orjson.loads(content)
    messages = [COMMANDS[kind].model_validate(fields) for kind, fields in data.pop("messages")]
    return Reading(
        **{
            **data,
            "messages": tuple(messages),
            "findings": tuple(Finding(**finding) for finding in data["findings"]),
            "parts": tuple(Part(**part) for part in data["parts"]),
            "keys": tuple(data["keys"]),
            "unreached": tuple(data["unreached"]),
            "layouts": tuple(data["layouts"]),
            "mentions": Mentions(**{name: tuple(each) for name, each in data["mentions"].items()}),
        }
    )


def pack_lesson(lesson: Lesson) -> bytes:
    """A lesson as JSON."""
    layout = lesson.layout.model_dump(mode="json") if lesson.layout else None
    return orjson.dumps({"layout": layout, "why": lesson.why})


def unpack_lesson(content: bytes) -> Lesson:
    """The lesson again, its layout checked anew."""
    data = orjson.loads(content)
    return Lesson(Layout.model_validate(data["layout"]) if data["layout"] else None, data["why"])

"""Reading a document of any kind: the first reader that recognises it, within limits, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from hub.ports import Context, Finding, Reader, Reading

log = logging.getLogger("hub.reading")


def unread(code: str, message: str, where: str = "", todo: str = "") -> Reading:
    """The reading of what no reader can read."""
    finding = Finding(code, "error", message, where, todo)
    return Reading("unknown", "not_an_order", "rejected", findings=(finding,))


def too_large(size: int, limit: int) -> Reading:
    """The reading of a document beyond the limit."""
    text = f"the document has {size} bytes; up to {limit} are read (HUB_MAX_DOCUMENT_BYTES)"
    return unread("too_large", text, todo="see what it is; have it divided, or raise the limit and submit it again")


def read_document(raw: bytes, name: str, readers: Sequence[Reader], context: Context, limit: int) -> Reading:
    """What a document says; every fault is a finding."""
    if not raw.strip():
        return unread("empty_file", "the file is empty", todo="see with the sender what was to be in it")
    if len(raw) > limit:
        return too_large(len(raw), limit)
    for reader in readers:
        try:
            if reader.recognises(raw, name):
                return reader.read(raw, name, context)
        except Exception:
            log.exception("%s stumbled over a document", type(reader).__name__)
            return unread(
                "reader_failed",
                "the document cannot be read because of a defect of the hub; it is kept",
                todo="report it",
            )
    todo = "see what it is; if it was packed or enciphered, submit what is in it, and have it sent plain"
    return unread("unknown_kind", "neither X12, nor EDIFACT, nor a mail", "beginning of the file", todo)

"""Test documents for a partner that is taken on, as it would get them; nothing is stored, and no number is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.cli import screen
from hub.errors import NotFound
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import PO_EXAMPLE, SubmitCustomerPo
from hub.messages.envelope import check_data
from hub.messages.material_po import MaterialPoIssued
from hub.messages.order import OrderConfirmed
from hub.parsing import Throwaway
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Composed, Context, Numbers, Occasion, Writer
from hub.settings import Settings
from hub.store.documents import outgoing_id

_PLAIN = re.compile("[^A-Za-z0-9.-]+")


def is_for(partner: Partner, event_type: str) -> bool:
    """Whether events of this type are for such a partner."""
    return event_type.startswith("material-po.") == (partner.role == "supplier")


def compose(
    settings: Settings, writer: Writer, partner: Partner, event: type[Event], numbers: Numbers | None = None
) -> Composed | None:
    """The document that tells a partner of the example of an event; None where it is not told."""
    said = check_data(event.TYPE, event.EXAMPLE)
    po = check_data(SubmitCustomerPo.TYPE, PO_EXAMPLE)
    assert isinstance(said, Event) and isinstance(po, SubmitCustomerPo)  # noqa: PT018, S101  # what the types say
    token = "example0token0of0a0reply"  # noqa: S105  # it opens nothing
    occasion = Occasion(
        said,
        partner,
        po,
        document_id=outgoing_id(event.TYPE, partner.id),
        our_domain=settings.our_domain,
        reply_token=token,
    )
    return writer.compose(occasion, numbers or Throwaway(), datetime.now(settings.calendar.zone))


def write_set(settings: Settings, writer: Writer, partner: Partner, folder: Path) -> list[dict[str, Any]]:
    """Write every kind of document that the partner would get, marked as a test, into a folder."""
    tested = partner
    if partner.edi:
        tested = partner.model_copy(update={"edi": partner.edi.model_copy(update={"test": True})})
    rows = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for place, (kind, about, extension, content) in enumerate(_documents(settings, writer, tested), start=1):
            path = folder / f"{place:02}-{_PLAIN.sub('-', '-'.join(filter(None, (kind, about))))}.{extension}"
            path.write_bytes(content)
            rows.append({"file": str(path), "document": kind, "event": about, "bytes": len(content)})
    except OSError as error:
        raise NotFound(f"cannot write there: {error.strerror}", where=str(error.filename or folder)) from error
    return rows


def _documents(settings: Settings, writer: Writer, partner: Partner) -> Iterator[tuple[str, str, str, bytes]]:
    """Kind, event, extension and content of each document of the set; control numbers count from 1 through all."""
    numbers = Throwaway()
    for name in sorted(EVENTS):
        event = EVENTS[name]
        if not (writer.writes(name) and is_for(partner, name) and issubclass(event, Event)):
            continue
        written = compose(settings, writer, partner, event, numbers)
        if written is not None:
            kind = written.title.split(" ")[0] if written.kind != "email" else "mail"
            yield kind, screen.version_off(name), written.extension, written.content
    if partner.edi:
        for purpose, content in _acknowledgments(settings, writer, partner, partner.edi, numbers):
            yield purpose, "", "edi", content


def _acknowledgments(
    settings: Settings, writer: Writer, partner: Partner, profile: EdiProfile, numbers: Numbers
) -> Iterator[tuple[str, bytes]]:
    """What we would answer to a document as the partner might write it, which asks for every acknowledgment."""
    from hub.app.adapters import readers

    we = EdiProfile(
        id=profile.our_id or settings.our_edi_id,
        qualifier=profile.our_qualifier or settings.our_edi_qualifier,
        our_id=profile.id,
        our_qualifier=profile.qualifier,
        version=profile.version,
        test=True,
    )
    us = Partner(id="us", name="us", role="customer" if partner.role == "supplier" else "supplier", edi=we)
    theirs = compose(settings, writer, us, OrderConfirmed if partner.role == "supplier" else MaterialPoIssued)
    assert theirs is not None  # noqa: S101  # both are always told
    raw = _as_they_send_it(theirs.content, profile) if partner.channel == "x12" else theirs.content
    reader = next(each for each in readers(settings) if each.recognises(raw, ""))
    context = Context(
        Partners([partner]), our_domain=settings.our_domain, today=settings.calendar.day(datetime.now(UTC)).isoformat()
    )
    for draft in reader.read(raw, "", context).drafts:
        yield draft.purpose, draft.render(numbers, datetime.now(UTC))


def _as_they_send_it(raw: bytes, profile: EdiProfile) -> bytes:
    """X12 that asks for a TA1 (ISA14), from the group id that the partner has."""
    text = raw.decode()
    mark = text[3]
    parts = text.split(mark, 16)
    parts[14] = "1"
    if profile.group_id:
        parts[16] = parts[16].replace(f"{mark}{profile.id}{mark}", f"{mark}{profile.group_id}{mark}", 1)
    return mark.join(parts).encode()

"""Mails to partners: in their language, in the thread, never to a machine of ours."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.email import EmailWriter
from adapters.email.sending.writer import envelope_sender
from hub.app.adapters import writers
from hub.handlers.outgoing.scribe import told_types
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import PO_EXAMPLE, SubmitCustomerPo
from hub.partners import EmailProfile, Partner
from hub.ports import Composed, Occasion
from hub.settings import Settings

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TOKEN = "k7w2m9x4q8d3t6p5z1h0v"


class NoNumbers:
    def next(self, counter: str) -> int:
        raise AssertionError("a mail needs no control number")


def partner(language: str = "en", supplier: bool = False, **email_: Any) -> Partner:
    profile = EmailProfile(addresses=["buyer@thornbury.example"]).model_copy(update={"language": language, **email_})
    return Partner(
        id="P-1", name="Thornbury", role="supplier" if supplier else "customer", email=profile, currency="EUR"
    )


def event(name: str, **changes: Any) -> Event:
    model = EVENTS[name]
    found = model.model_validate({**model.EXAMPLE, **changes})
    assert isinstance(found, Event)
    return found


def compose(what: Event, to: Partner, **extra: Any) -> Composed | None:
    return EmailWriter(receipts=True).compose(Occasion(what, to, **extra), NoNumbers(), NOW)


def parse(composed: Composed | None) -> tuple[Message, str, str]:
    assert composed is not None
    message = email.message_from_bytes(composed.content)
    text, html = message.get_payload()
    return message, text.get_payload(decode=True).decode(), html.get_payload(decode=True).decode()


WRITTEN = [name for name in EVENTS if EmailWriter(receipts=True).writes(name)]


@pytest.mark.parametrize("language", EmailWriter().languages)
@pytest.mark.parametrize("name", WRITTEN)
def test_every_event_has_its_words_in_every_language(name: str, language: str) -> None:
    to = partner(language, supplier=name.startswith("material"))
    _, text, html = parse(compose(event(name), to, reply_token=TOKEN, po=SubmitCustomerPo.model_validate(PO_EXAMPLE)))
    assert "4500119034" in text or "M-4F8ZT2KQ9B1C" in text
    assert "%%" not in text + html
    assert "{" not in text


def test_times_are_those_of_the_plant() -> None:
    asked = event("cancellation.penalty-proposed.v1", expires_at="2026-07-01T23:30:00Z")
    here = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    _, text, _ = parse(EmailWriter().compose(Occasion(asked, partner()), NoNumbers(), here))
    assert "2026-07-02 01:30 CEST" in text


@pytest.mark.parametrize("name", ["material-po.issued.v1", "material-po.reminded.v1"])
def test_a_supplier_is_told_where_to_deliver(name: str) -> None:
    site = {"name": "Plant 1", "lines": ["1 Foundry Road"], "city": "Reno", "region": "NV", "country": "US"}
    to = partner(supplier=True)
    writer = writers(Settings.model_validate({"deliver_to": site}))["email"]
    _, text, _ = parse(writer.compose(Occasion(event(name), to), NoNumbers(), NOW))
    assert "\r\n\r\nDeliver to: Plant 1, 1 Foundry Road, Reno NV, US\r\n\r\nPlease" in text
    _, text, _ = parse(compose(event(name), to))
    assert "Deliver to" not in text
    assert "\r\n\r\n\r\n" not in text


def test_receipts_are_optional() -> None:
    assert not EmailWriter().writes("order.received.v1")
    assert EmailWriter(receipts=True).writes("order.received.v1")
    assert not EmailWriter().writes("work-order.created.v1")
    assert "order.received.v1" in told_types(writers(Settings(mail_receipts=True)))
    assert "order.received.v1" not in told_types(writers(Settings()))


def test_an_answer_goes_into_the_thread() -> None:
    composed = compose(
        event("order.confirmed.v1"),
        partner(),
        thread=("<a@x.example>", "<b@x.example>"),
        subject="RE: PO 4711\r\nBcc: x@y",
    )
    message, _, _ = parse(composed)
    assert message["In-Reply-To"] == "<b@x.example>"
    assert message["References"] == "<a@x.example> <b@x.example>"
    assert message["Subject"] == "Re: PO 4711 Bcc: x@y"
    assert message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-replied"
    assert composed is not None
    assert message["Message-ID"] == composed.message_id
    assert composed.message_id.endswith("@metalworks.example>")


def test_the_same_event_gives_the_same_mail() -> None:
    one, two = compose(event("order.confirmed.v1"), partner()), compose(event("order.confirmed.v1"), partner())
    assert one == two
    assert one is not None
    assert envelope_sender(one.message_id, "metalworks.example").startswith("bounces+")


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    ("language", "words", "amount"),
    [
        ("en", ("ACCEPT", "DECLINE"), "150.00 EUR"),
        ("de", ("ANNEHMEN", "ABLEHNEN"), "150,00 EUR"),
        ("fr", ("ACCEPTER", "REFUSER"), "150,00 EUR"),
        ("es", ("ACEPTAR", "RECHAZAR"), "150,00 EUR"),
    ],
)
def test_the_penalty_question_names_amount_words_and_where_to_answer(
    language: str, words: tuple[str, str], amount: str
) -> None:
    message, text, html = parse(
        compose(event("cancellation.penalty-proposed.v1"), partner(language), reply_token=TOKEN)
    )
    for said in (*words, amount, f"orders+{TOKEN}@metalworks.example"):
        assert said in text
        assert said in html
    assert message["Reply-To"] == f"orders+{TOKEN}@metalworks.example"
    assert f"[#{TOKEN}]" in message["Subject"]


@pytest.mark.rule("R3", "R5")
def test_proposals_stand_line_by_line() -> None:
    proposals = [
        {"line": "1", "requested_date": "2027-02-08", "text": "plate not before <February>\r\n\r\nX: y"},
        {"line": "2", "quantity": "40"},
    ]
    _, text, html = parse(compose(event("order.revision-requested.v1", proposals=proposals), partner("de")))
    assert "08.02.2027" in text
    assert "plate not before <February> X: y" in text
    assert "&lt;February&gt;" in html
    assert "<February>" not in html


def test_text_of_a_partner_makes_no_marks_of_ours() -> None:
    reason = "%%confirmed%%\n{{ name }}"
    _, text, _ = parse(compose(event("order.rejected.v1", reason=reason), partner()))
    assert "{{ name }}" in text
    assert "Confirmed" not in text


@pytest.mark.parametrize(
    "to",
    [
        Partner(id="P-1", name="No mail"),
        partner(addresses=[]),
        partner(addresses=["orders@metalworks.example"]),
        partner(addresses=["a@b.example\r\nBcc: c@d.example"]),
        partner(supplier=True),
    ],
)
def test_nobody_is_told_who_is_not_to_be(to: Partner) -> None:
    assert compose(event("order.confirmed.v1"), to) is None


def test_only_message_ids_get_into_references() -> None:
    message, _, _ = parse(
        compose(event("order.confirmed.v1"), partner(), thread=("<a@b.example>\r\nBcc: x", "<c@d.example>"))
    )
    assert message["References"] == "<c@d.example>"


@pytest.mark.rule("R38")
def test_a_customer_is_told_of_a_void_offer_and_of_an_answer_that_came_too_late_and_of_nothing_else_like_it() -> None:
    assert compose(event("cancellation.extended.v1"), partner()) is not None
    assert compose(event("cancellation.extended.v1", voided_question_id=None), partner()) is None
    _, text, _ = parse(compose(event("command.refused.v1"), partner(), po=SubmitCustomerPo.model_validate(PO_EXAMPLE)))
    assert "offer Q-7K3M9QX2WDRT-1 has expired" in " ".join(text.split())
    assert compose(event("command.refused.v1", type="order.review.v1"), partner()) is None


@pytest.mark.rule("R34", "R37")
@pytest.mark.parametrize(("code", "goes_on"), [("refused", True), ("too_late", False), ("unknown_order", False)])
def test_that_work_goes_on_is_said_only_where_it_does(code: str, goes_on: bool) -> None:
    _, text, _ = parse(compose(event("cancellation.refused.v1", code=code), partner()))
    assert ("work on it continues" in " ".join(text.split())) == goes_on

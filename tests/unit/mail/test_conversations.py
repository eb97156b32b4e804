"""Cancelling, answering the penalty question, suppliers, and machines that are never answered."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import pytest

from hub.ports import Reading
from tests.unit.mail.support import DOMAINS, SUPPLIER, TOKEN, codes, context, mail, order, read

TO = f"orders+{TOKEN}@metalworks.example"
QUESTION: Mapping[str, Any] = {
    "kind": "penalty_question",
    "po_number": "4711-88",
    "party": DOMAINS["en-US"],
    "message_id": "<pq@metalworks.example>",
    "reply_token": TOKEN,
    "order_id": "O-1",
    "question_id": "Q-1",
}
OTHER = {**QUESTION, "po_number": "4711-99", "message_id": "<pq2@metalworks.example>", "reply_token": "z" + TOKEN[1:]}


def answer(text: str, *, to: str = TO, question: Mapping[str, Any] = QUESTION, **extra: Any) -> Reading:
    return read(mail(text, subject="Re: Cancellation of 4711-88", to=to, **extra), context((question, OTHER)))


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ACCEPT\n", "penalty_accept"),
        ("\n  accept.\n\nThanks\nMarta\n", "penalty_accept"),
        ("*ACCEPT*\n", "penalty_accept"),
        ("DECLINE\n\nRegards\n", "penalty_decline"),
        ("Annehmen\n", "penalty_accept"),
        ("ABLEHNEN\n", "penalty_decline"),
        ("ACCEPTER\n", "penalty_accept"),
        ("RECHAZAR\n", "penalty_decline"),
        ("ACCEPT\n\n> Reply ACCEPT or DECLINE if you agree.\n", "penalty_accept"),
    ],
)
def test_an_answer_of_one_word_is_taken(text: str, intent: str) -> None:
    reading = answer(text)
    assert (reading.intent, codes(reading)) == (intent, set())
    data = reading.messages[0].data()
    assert (data["order_id"], data["question_id"], data["answer"]) == ("O-1", "Q-1", intent.removeprefix("penalty_"))


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    ("code", "text", "extra"),
    [
        ("answer_unclear", "We accept the charge.\n", {}),
        ("answer_unclear", "Fine with us, go ahead.\n", {}),
        ("answer_unclear", "I do not accept.\n", {}),
        ("answer_unclear", "> ACCEPT\n\nLet me ask my boss.\n", {}),
        ("answer_unclear", "ACCEPT or DECLINE?\n", {}),
        ("answer_conditional", "ACCEPT\n\nbut only if you waive half of it\n", {}),
        ("answer_conditional", "ACCEPT\nDECLINE\n", {}),
        ("answer_conditional", "ACCEPT\n\nWe will pay 100 USD.\n", {}),
        ("answer_conditional", "ACCEPT\n\nIs that all?\n", {}),
        (
            "token_missing",
            "ACCEPT\n",
            {"to": "orders@metalworks.example", "headers": "In-Reply-To: <pq@metalworks.example>\n"},
        ),
        ("token_missing", "ACCEPT\n", {"to": "orders+nosuchtoken0@metalworks.example"}),
        ("token_missing", "ACCEPT\n", {"to": f"orders+{TOKEN}@metalworks.example.evil.example"}),
        ("party_differs", "ACCEPT\n", {"sender": f"buyer@{DOMAINS['en-GB']}"}),
        ("dmarc_not_passed", "ACCEPT\n", {"dmarc": "fail"}),
        ("unknown_sender", "ACCEPT\n", {"sender": "marta@freemail.example"}),
        ("conversation_conflict", "ACCEPT\n", {"headers": "In-Reply-To: <pq2@metalworks.example>\n"}),
        ("conversation_conflict", "ACCEPT\n", {"headers": f"Cc: orders+z{TOKEN[1:]}@metalworks.example\n"}),
    ],
)
def test_a_token_locates_and_does_not_authorise(code: str, text: str, extra: dict[str, str]) -> None:
    reading = answer(text, **extra)
    assert reading.intent == "quarantine"
    assert (reading.likely_intent or "").startswith("penalty_")
    assert code in codes(reading)


def test_a_token_may_be_stored_hashed_and_may_stand_in_the_subject() -> None:
    question = {**QUESTION, "reply_token": None, "reply_token_sha256": sha256(TOKEN.encode()).hexdigest()}
    assert answer("ACCEPT\n", question=question).intent == "penalty_accept"
    raw = mail("ACCEPT\n", subject=f"Re: Cancellation [#{TOKEN}]")
    assert read(raw, context((question,))).intent == "penalty_accept"


def test_in_a_long_thread_it_is_the_mail_answered_that_counts() -> None:
    asked = {**QUESTION, "kind": "revise_request", "message_id": "<rr@metalworks.example>", "question_id": None}
    asked["reply_token"] = None
    thread = "In-Reply-To: <pq@metalworks.example>\nReferences: <rr@metalworks.example> <pq@metalworks.example>\n"
    raw = mail("ACCEPT\n", subject="Re: 4711-88", to=TO, headers=thread)
    for known in ((asked, QUESTION), (QUESTION, asked)):
        reading = read(raw, context(known))
        assert (reading.intent, codes(reading)) == ("penalty_accept", set())


def test_a_mail_says_what_it_mentions() -> None:
    raw = mail(
        "please cancel PO 4711-88, our ref AB-12.\n", subject="Re: 4711-88", to=TO, headers="In-Reply-To: <a@b>\n"
    )
    found = read(raw, context()).mentions
    assert (found.tokens, found.message_ids) == ((TOKEN,), ("<a@b>",))
    assert found.numbers[0] == "4711-88"
    assert "AB-12" in found.numbers


CANCELLATIONS = [
    ("en-US", "Please cancel PO 4711-88, the job was pulled. Confirm by return please.\n\nDana\n"),
    ("en-GB", "Hi,\n\nwe have to cancel our order 4711-88.\n\nRegards\nPat\n020 7946 0018\n"),
    (
        "de-DE",
        "Guten Tag,\n\nbitte stornieren Sie unsere Bestellung 4711-88 vollständig.\n\nMit freundlichen Grüßen\nTel. 0711 555 01 20\n",
    ),
    ("fr-FR", "Bonjour,\n\nNous vous prions d'annuler la commande 4711-88.\n\nCordialement\n"),
    ("es-ES", "Buenos días:\n\nRogamos anulen nuestro pedido 4711-88.\n\nSaludos\n"),
    ("fi-FI", "Hei,\n\npyydämme peruuttamaan tilauksen 4711-88.\n\nTerveisin\n"),
    ("sv-SE", "Hej,\n\nvänligen annullera vår order 4711-88.\n\nMvh\n"),
    ("nl-NL", "Graag onze inkooporder 4711-88 annuleren.\n\nGroeten\n"),
    ("it-IT", "Buongiorno,\n\nVi preghiamo di annullare il nostro ordine n. 4711-88.\n\nCordiali saluti\n"),
    ("pl-PL", "Dzień dobry,\n\nprosimy o anulowanie zamówienia nr 4711-88.\n\nPozdrawiam\n"),
]


@pytest.mark.rule("R30")
@pytest.mark.parametrize(("locale", "text"), CANCELLATIONS)
def test_a_plain_request_to_cancel(locale: str, text: str) -> None:
    reading = read(mail(text, locale, "4711-88"), context(known=((locale, "4711-88"),)))
    assert (reading.intent, reading.findings) == ("cancel", ())
    data = reading.messages[0].data()
    assert data["po_number"] == "4711-88"
    assert "lines" not in data


@pytest.mark.rule("R30", "R37")
def test_single_lines_are_cancelled() -> None:
    for text, expected in [("lines 2 and 3", ["2", "3"]), ("line 10, line 20", ["10", "20"])]:
        reading = order(f"Please cancel {text} of PO 4711-88.\n", subject="Change")
        assert reading.intent == "cancel"
        assert reading.messages[0].data()["lines"] == expected


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("cancel_conditional", "If you cannot ship by January 5, please cancel PO 4711-88.\n"),
        ("cancel_conditional", "Can we still cancel PO 4711-88?\n"),
        ("cancel_unclear", "Please do not cancel PO 4711-88.\n"),
        ("cancel_unclear", "The cancelled meeting about PO 4711-88 is on Monday.\n"),
        ("cancel_partial", "Please cancel 20 of the 48 pcs on PO 4711-88.\n"),
        ("cancel_partial", "Please cancel the remaining lines of PO 4711-88.\n"),
        ("po_number_missing", "Please cancel our order.\n"),
        ("po_number_conflict", "Please cancel PO 4711-88 and PO 4711-89.\n"),
    ],
)
def test_an_unclear_request_to_cancel_is_for_a_person(code: str, text: str) -> None:
    reading = order(text, subject="Our order")
    assert (reading.intent, reading.likely_intent) == ("quarantine", "cancel")
    assert code in codes(reading)


MATERIAL_PO: Mapping[str, Any] = {
    "kind": "material_po",
    "po_number": "M-77X",
    "material_po_id": "M-77X",
    "party": SUPPLIER,
    "message_id": "<mpo@metalworks.example>",
    "reply_token": "s" + TOKEN[1:],
}
ROW = "1  S355-6  1.200 kg  0,98 EUR/kg  Liefertermin 14.12.2026\n"


def supplier(text: str, subject: str = "AW: Bestellung M-77X", **changes: Any) -> Reading:
    raw = mail(text, subject=subject, sender=f"sales@{SUPPLIER}", to=f"orders+s{TOKEN[1:]}@metalworks.example")
    return read(raw, context(({**MATERIAL_PO, **changes},)))


@pytest.mark.rule("R20")
def test_a_supplier_confirms() -> None:
    reading = supplier(f"Wir bestätigen Ihre Bestellung M-77X unverändert.\n\n{ROW}")
    assert (reading.intent, codes(reading), reading.partner_id) == ("supplier_confirm", set(), "S-HALLSTROM")
    assert reading.messages[0].data() == {
        "material_po_id": "M-77X",
        "lines": [
            {
                "line": "1",
                "answer": "accepted",
                "promised_date": "2026-12-14",
                "quantity": "1200",
                "unit": "KGM",
                "unit_price": "0.98",
            }
        ],
    }


@pytest.mark.rule("R20")
def test_a_supplier_changes_a_line() -> None:
    reading = supplier(f"Wir bestätigen M-77X, jedoch mit späterem Termin:\n\n{ROW}")
    assert reading.messages[0].data()["lines"][0]["answer"] == "changed"


@pytest.mark.rule("R20")
def test_a_supplier_without_lines_confirms_those_of_the_material_po() -> None:
    assert supplier("Wir bestätigen wie bestellt.\n", lines=[{"line": "1"}]).messages[0].data()["lines"] == [
        {"line": "1", "answer": "accepted"}
    ]
    whole = supplier("Wir bestätigen wie bestellt.\n").messages[0].data()
    assert (whole["answer"], whole["lines"]) == ("accepted", [])


@pytest.mark.parametrize(
    ("code", "text", "changes"),
    [
        ("answer_unclear", "Leider können wir M-77X nicht liefern.\n", {}),
        ("answer_unclear", "Was meinen Sie damit?\n", {}),
        ("answer_unclear", "Wir bestätigen M-77X, jedoch später.\n", {}),
        ("po_number_conflict", f"Wir bestätigen M-99X.\n\n{ROW}", {}),
        ("party_differs", f"Wir bestätigen M-77X.\n\n{ROW}", {"party": "other.example"}),
        ("quantity_unreadable", "Wir bestätigen M-77X.\n\n" + ROW.replace("1.200", "1.20"), {}),
    ],
)
def test_a_supplier_that_is_unclear(code: str, text: str, changes: dict[str, str]) -> None:
    reading = supplier(text, **changes)
    assert reading.intent == "quarantine"
    assert code in codes(reading)


def called_off(text: str, **changes: Any) -> Reading:
    given = {"kind": "material_po_cancellation", "material_po_id": "M-77X", **changes}
    return supplier(text, "AW: Bestellung M-77X: bitte stornieren", **given)


@pytest.mark.rule("R35")
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Wir bestätigen die Stornierung von M-77X.\n\nMit freundlichen Grüßen\nE. Hallström\n", "accepted"),
        ("Einverstanden.\n", "accepted"),
        ("Agreed, we have stopped work on M-77X.\n\nRegards\nEva\n", "accepted"),
        ("ACCEPT\n", "accepted"),
        ("Nous acceptons l'annulation.\n", "accepted"),
        ("Aceptamos la cancelación.\n", "accepted"),
        ("We cannot accept the cancellation of M-77X: the plates are on the truck.\n", "refused"),
        ("Die Stornierung lehnen wir ab, das Material ist zugeschnitten.\n", "refused"),
        ("DECLINE\n", "refused"),
    ],
)
def test_a_supplier_answers_our_request_to_cancel(text: str, answer: str) -> None:
    reading = called_off(text)
    assert (reading.intent, codes(reading)) == ("supplier_confirm", set())
    [message] = reading.messages
    said = message.data()
    assert (message.TYPE, said["material_po_id"], said["answer"]) == (
        "material-po.answer-cancellation.v1",
        "M-77X",
        answer,
    )
    assert (said.get("reason") is None) is (answer == "accepted")


@pytest.mark.rule("R35")
@pytest.mark.parametrize(
    ("code", "text", "changes"),
    [
        ("answer_unclear", "Wir melden uns.\n", {}),
        ("answer_unclear", "We agree, but we do not accept the amount.\n", {}),
        ("answer_unclear", "Einverstanden?\n", {}),
        ("answer_conditional", "We accept if you pay the cut plates.\n", {}),
        ("answer_conditional", "We accept, at a fee of 200 EUR.\n", {}),
        ("answer_conditional", "We accept at a fee of ten per cent (10 %).\n", {}),
        ("answer_conditional", "We accept for the rest of the order.\n", {}),
        ("answer_conditional", "We refuse, unless it is only for line 2.\n", {}),
        ("answer_conditional", f"Wir bestätigen M-77X.\n\n{ROW}", {}),
        ("po_number_conflict", "Wir bestätigen die Stornierung von M-99X.\n", {}),
        ("party_differs", "Wir bestätigen die Stornierung.\n", {"party": "other.example"}),
        ("token_expired", "Wir bestätigen die Stornierung.\n", {"expired": True}),
        ("answer_unclear", "Wir bestätigen die Stornierung.\n", {"reply_token": None, "reply_token_sha256": None}),
    ],
)
def test_what_is_not_a_plain_answer_to_it_goes_to_a_person(code: str, text: str, changes: dict[str, Any]) -> None:
    reading = called_off(text, **changes)
    assert reading.intent == "quarantine"
    assert code in codes(reading)


@pytest.mark.rule("R35")
def test_agreeing_to_cancel_what_we_did_not_ask_to_cancel_confirms_nothing() -> None:
    reading = supplier("Wir bestätigen die Stornierung von M-77X.\n")
    assert (reading.intent, codes(reading)) == ("quarantine", {"answer_unclear"})


def test_a_supplier_ships() -> None:
    reading = supplier(
        "Lieferavis zu M-77X: heute versandt\n\n1  S355-6  1.200 kg  ankommend 14.12.2026\n", "Lieferavis M-77X"
    )
    assert reading.intent == "supplier_ship"
    assert reading.messages[0].data()["lines"] == [{"line": "1", "quantity": "1200", "unit": "KGM"}]


def bounce() -> bytes:
    message = EmailMessage()
    message["From"] = "MAILER-DAEMON@mx.metalworks.example"
    message["Subject"] = "Undelivered Mail Returned to Sender"
    message["Return-Path"] = "<>"
    message.set_content("Your message could not be delivered.")
    return message.as_bytes()


MACHINES = [
    pytest.param("bounce", bounce(), id="bounce"),
    pytest.param(
        "auto_reply", mail("Ich bin im Urlaub. ACCEPT\n", to=TO, headers="Auto-Submitted: auto-replied\n"), id="rfc3834"
    ),
    pytest.param(
        "auto_reply", mail("Ich bin abwesend.\n", subject="Abwesenheitsnotiz: Bestellung 4711-88"), id="subject"
    ),
    pytest.param(
        "auto_reply",
        mail(
            "I am out of the office until Monday.\n", subject="Re: PO 4711-88", headers="In-Reply-To: <a@b.example>\n"
        ),
        id="no-header",
    ),
    pytest.param("auto_reply", mail("read\n", subject="Read: PO 4711-88"), id="receipt"),
    pytest.param(
        "not_an_order",
        mail(
            "Order today! 12 issues for EUR 99.00.\n",
            sender="news@weekly.example",
            headers="List-Id: <w.example>\nPrecedence: bulk\n",
        ),
        id="newsletter",
    ),
]


def test_a_strangers_advertisement_is_no_order() -> None:
    raw = mail("12 EA for $99.00 each!\n", sender="news@weekly.example", headers="Precedence: bulk\n")
    assert (read(raw).intent, read(raw).messages) == ("not_an_order", ())


@pytest.mark.parametrize(("intent", "raw"), MACHINES)
def test_machines_are_recognised_and_never_answered(intent: str, raw: bytes) -> None:
    reading = read(raw, context((QUESTION,)))
    assert (reading.intent, reading.messages) == (intent, ())
    assert "answer_to" not in reading.thread


def test_an_erp_orders_and_is_answered_at_its_reply_to_only() -> None:
    text = "PO 4711-88\n\nLine  Part     Qty  UM  Price  Need by\n1     X-100    10   EA  12.50  01/15/2027\n"
    reading = order(text, headers="Auto-Submitted: auto-generated\nReply-To: joe@larkspur-conveyors.example\n")
    assert (reading.intent, reading.thread["answer_to"]) == ("new_po", "joe@larkspur-conveyors.example")
    assert "answer_to" not in order(text, headers="Auto-Submitted: auto-generated\n").thread
    assert "answer_to" not in order(text, headers="Reply-To: loop@metalworks.example\n").thread


@pytest.mark.rule("R68")
@pytest.mark.parametrize(
    "text", ["When will PO 4711-88 ship?\n", "Please find our invoice attached.\n", "Please quote for 20 plates.\n"]
)
def test_other_mail_of_a_customer_is_seen_by_a_person(text: str) -> None:
    reading = order(text, subject="Question")
    assert (reading.intent, reading.disposition, reading.messages) == ("not_an_order", "quarantine", ())

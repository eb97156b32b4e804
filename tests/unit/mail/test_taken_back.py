"""Requests and answers that the rest of their mail takes back, narrows or makes depend on something."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.mail.support import codes, context, mail, order, read
from tests.unit.mail.test_conversations import ROW, answer, supplier

KNOWN = tuple((locale, "4711-88") for locale in ("en-US", "de-DE", "fr-FR", "es-ES"))


def cancelling(text: str, locale: str = "en-US", subject: str = "4711-88") -> Any:
    return read(mail(text, locale, subject), context(known=((locale, "4711-88"),)))


@pytest.mark.rule("R30", "R37")
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "Please cancel line 2 of PO 4711-88 and keep line 1."),
        ("en-US", "Please cancel line 2 of PO 4711-88; line 1 stays as is."),
        ("en-US", "Please cancel PO 4711-88 apart from line 2."),
        ("en-US", "Please cancel half of line 2 of PO 4711-88."),
        ("en-US", "Please cancel the last twenty pieces of line 2 of PO 4711-88."),
        ("en-US", "Please cancel the second line of PO 4711-88."),
        ("en-US", "Please cancel PO 4711-88 once line 1 has shipped."),
        ("en-US", "Should you be unable to ship by Friday, please cancel PO 4711-88."),
        ("en-US", "We may have to cancel PO 4711-88 next week."),
        ("en-US", "Please disregard our cancellation of PO 4711-88, we need the parts after all."),
        ("en-US", "Thank you for confirming the cancellation of PO 4711-88."),
        ("en-US", "We are surprised about the fee for the cancellation of PO 4711-88."),
        ("en-US", "Please cancel the express surcharge for PO 4711-88, normal shipping is fine."),
        ("en-US", "We have to cancel the meeting about PO 4711-88 on Tuesday."),
        ("en-US", "Please cancel tomorrow's delivery for PO 4711-88."),
        ("en-US", "Please cancel PO 4711-88 and enter it again with new prices."),
        ("en-US", "Please cancel the cutting for PO 4711-88, we will pick up the plates uncut."),
        ("de-DE", "Bitte stornieren Sie Pos. 10 der Bestellung 4711-88 und liefern Sie Pos. 20 wie bestellt."),
        ("de-DE", "Bitte stornieren Sie Bestellung 4711-88 bis auf Pos. 20."),
        ("de-DE", "Bitte stornieren Sie die Hälfte von Pos. 10 der Bestellung 4711-88."),
        ("de-DE", "Sollte sich der Termin verschieben, stornieren Sie bitte die Bestellung 4711-88."),
        ("de-DE", "Bitte machen Sie die Stornierung der Bestellung 4711-88 rückgängig."),
        ("de-DE", "Bitte stornieren Sie Ihre Rechnung zu Bestellung 4711-88, der Preis ist falsch."),
        ("fr-FR", "À défaut de livraison vendredi, veuillez annuler la commande 4711-88."),
        ("es-ES", "De retrasarse la entrega, rogamos anulen el pedido 4711-88."),
    ],
)
def test_what_is_not_plainly_to_be_cancelled_is_for_a_person(locale: str, text: str) -> None:
    reading = cancelling(text + "\n", locale)
    assert (reading.intent, reading.likely_intent) == ("quarantine", "cancel")
    assert codes(reading) & {"cancel_unclear", "cancel_partial", "cancel_conditional"}


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "Sorry to say we need to cancel order 4711-88, the customer pulled the plug."),
        ("de-DE", "Leider müssen wir die Bestellung 4711-88 stornieren."),
        ("fr-FR", "Nous annulons notre commande 4711-88. Merci de nous confirmer."),
    ],
)
def test_who_has_to_cancel_asks_for_it(locale: str, text: str) -> None:
    assert cancelling(text + "\n", locale, "our order").intent == "cancel"


def test_a_subject_asks_only_where_the_text_adds_nothing() -> None:
    known = context(known=KNOWN)
    assert read(mail("Guten Tag,\n\nDanke\n", "de-DE", "Storno Bestellung 4711-88"), known).intent == "cancel"
    assert read(mail("siehe unten, bitte prüfen\n", "de-DE", "Storno Bestellung 4711-88"), known).intent == "quarantine"
    assert read(mail("Danke\n", "de-DE", "AW: Storno Bestellung 4711-88"), known).intent == "quarantine"
    titled = mail("Hello,\n\nCancellation of PO 4711-88\n\nThe job was pulled.\n", subject="Our order")
    assert read(titled, known).intent == "cancel"


def test_the_greeting_ends_a_request_in_german() -> None:
    text = "Bitte stornieren Sie die Bestellung 4711-88.\nMit freundlichen Grüßen\nA. Meier, 2. Stock, Tel. 0711 5550\n"
    assert cancelling(text, "de-DE").intent == "cancel"


def test_a_person_who_mentions_a_holiday_is_no_program() -> None:
    thread = {"headers": "In-Reply-To: <a@b.example>\n"}
    reading = order("Please cancel PO 4711-88.\n\nI am on annual leave from Monday.\n", subject="Re: order", **thread)
    assert reading.intent == "cancel"
    assert answer("ACCEPT\n\nThanks\nMarta\nout of the office on Fridays\n", **thread).intent == "penalty_accept"
    away = order("Je suis absente jusqu'au 30 novembre.\n", "fr-FR", "Re: 4711-88", **thread)
    assert (away.intent, "answer_to" in away.thread) == ("auto_reply", False)


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    "below",
    [
        "Only for line 2 please.\nJoe",
        "We will pay 100 at most.",
        "Half of it now, half next year.",
        "The new delivery date suits us.",
        "Under protest, our lawyer will write to you.",
        "Please keep line 1 running.",
        "Call me before you do anything.",
        "Thanks\nJoe\nOnly line 2, of course",
    ],
)
def test_an_answer_with_more_than_thanks_and_a_name_is_for_a_person(below: str) -> None:
    assert codes(answer(f"ACCEPT\n\n{below}\n")) == {"answer_conditional"}


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    "below", ["", "Joe Miller\nPurchasing Manager\nTel. 970 555 0100", "Best, Joe", "--\nM. Reyes"]
)
def test_thanks_and_a_name_below_an_answer_change_nothing(below: str) -> None:
    assert answer(f"ACCEPT\n\n{below}\n").intent == "penalty_accept"


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    "text",
    [
        "Wir bestätigen den Eingang von M-77X; die Auftragsbestätigung folgt.",
        "We confirm receipt of your order M-77X.",
        "Wir bestätigen M-77X. Liefertermin KW 51.",
        "Wir bestätigen M-77X mit Lieferung am 20.12.2026.",
        "Wir bestätigen M-77X. Der Preis beträgt nun 1,05 EUR/kg.",
        "Wir bestätigen M-77X zzgl. Legierungszuschlag.",
        "Wir bestätigen M-77X, Position 1 in zwei Teilen.",
        "Wir bestätigen M-77X gegen Vorkasse.",
        "Wir bestätigen M-77X mit Mengentoleranz.",
        "We confirm M-77X in the next thicker gauge.",
        "Wir bestätigen M-77X, liefern S355J0 anstelle von S355J2.",
        f"Wir bestätigen M-77X.\n\n{ROW}\nGesamt netto 1.400,00 EUR",
        f"Wir bestätigen M-77X.\n\n{ROW}\nAlles weitere 5 Tage später: 40 kg S355-8",
    ],
)
def test_a_confirmation_that_is_none_or_of_something_else(text: str) -> None:
    reading = supplier(text + "\n", lines=[{"line": "1"}])
    assert (reading.intent, reading.likely_intent) == ("quarantine", "supplier_confirm")


@pytest.mark.rule("R20")
def test_a_confirmation_whose_telephone_number_follows_the_greeting() -> None:
    text = "Wir bestätigen M-77X wie bestellt.\n\nMit freundlichen Grüßen\nK. Süd, Tel. 0711 5550\n"
    assert supplier(text, lines=[{"line": "1"}]).intent == "supplier_confirm"


@pytest.mark.parametrize(
    "text", ["Die Ware zu M-77X konnte heute nicht versandt werden:", "Zu M-77X wird nächste Woche versandt:"]
)
def test_goods_that_have_not_left_are_not_dispatched(text: str) -> None:
    reading = supplier(f"{text}\n\n1  S355-6  1.200 kg  ankommend 14.12.2026\n", "Lieferavis M-77X")
    assert (reading.likely_intent, codes(reading)) == ("supplier_ship", {"answer_unclear"})


@pytest.mark.rule("R8")
def test_a_revision_that_shows_only_some_lines_is_for_a_person() -> None:
    text = "Revised PO 4711-88\n\nLine  Part     Qty  UM  Price  Need by\n2     X-200    40   EA  4.00   01/22/2027\n"
    known = context(known=KNOWN)
    assert read(mail(text), known).intent == "revision"
    assert codes(read(mail(text + "\nAll other lines remain unchanged.\n"), known)) == {"revision_partial"}

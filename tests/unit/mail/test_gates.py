"""One failed gate sends an order to a person, with what is sure filled in; each gate alone is enough."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

import pytest

from tests.unit.mail.support import codes, context, lines, mail, order, read

HEAD = "PO 4711-88\n\nLine  Part     Qty  UM  Price  Need by\n"
LINE = "1     X-100    10   EA  12.50  01/15/2027\n"
GOOD = HEAD + LINE
GERMAN = "Bestellung 4711-88\n\nPos  Artikelnr.   Menge   ME   Preis   Termin\n"


def test_the_order_that_the_gates_are_tried_on_is_good() -> None:
    assert order(GOOD).intent == "new_po"
    assert order(GERMAN + "10   X-100        24      Stk  118,50  15.01.2027\n", "de-DE").intent == "new_po"


SENDERS = [
    ("dmarc_not_passed", {"dmarc": "fail"}),
    ("dmarc_not_passed", {"dmarc": "none"}),
    ("not_authenticated", {"authserv": "mx.metalworks.example.evil.example"}),
    ("not_authenticated", {"authserv": "evil.example"}),
    ("from_not_single", {"headers": "From: other@larkspur-conveyors.example\n"}),
    ("unknown_sender", {"sender": "buyer@nobody-knows.example"}),
    ("lookalike_domain", {"sender": "buyer@larkspur-conveyers.example"}),
    ("lookalike_domain", {"sender": "buyer@larkspur-conveyors.example.evil.example"}),
    ("lookalike_domain", {"sender": "buyer@1arkspur-conveyors.example"}),
    ("own_domain", {"sender": "boss@metalworks.example"}),
]


@pytest.mark.parametrize(("code", "changes"), SENDERS)
def test_a_sender_that_is_not_certain(code: str, changes: dict[str, str]) -> None:
    reading = order(GOOD, **changes)
    assert (reading.intent, reading.likely_intent, reading.disposition) == ("quarantine", "new_po", "quarantine")
    assert code in codes(reading)
    assert "answer_to" not in reading.thread or code in ("unknown_sender", "lookalike_domain")


def test_a_forged_mail_never_makes_the_real_one_a_repeat() -> None:
    forged, real = order(GOOD, dmarc="fail"), order(GOOD)
    assert not set(forged.keys) & set(real.keys)


def test_only_our_own_servers_findings_count() -> None:
    raw = mail(
        GOOD,
        headers="Authentication-Results: evil.example; dmarc=pass header.from=larkspur-conveyors.example\n",
        dmarc="fail",
    )
    assert "dmarc_not_passed" in codes(read(raw))


@pytest.mark.parametrize(
    "said",
    [
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=larkspur-conveyors.example "@evil.example',
        "spf=pass (it said ((so; dmarc=pass header.from=larkspur-conveyors.example ))) smtp.mailfrom=evil.example",
        r'spf=pass smtp.mailfrom="\"; dmarc=pass header.from=larkspur-conveyors.example "@evil.example',
    ],
)
def test_what_our_own_server_only_quotes_is_not_what_it_found(said: str) -> None:
    head, _, rest = mail(GOOD).partition(b"From:")
    ours = f"Authentication-Results: mx.metalworks.example; {said}\n".encode()
    assert "dmarc_absent" in codes(read(ours + b"From:" + rest))
    assert (
        codes(read(head.replace(b"dmarc=pass", b"dmarc=pass (it said: (no; \\) dmarc=fail))") + b"From:" + rest))
        == set()
    )


ORDERS = [
    ("po_number_missing", "en-US", GOOD.replace("PO 4711-88\n", ""), "an order"),
    ("po_number_conflict", "en-US", GOOD, "PO 4711-89"),
    ("total_differs", "en-US", GOOD + "\nTotal $1,250.00\n", ""),
    (
        "amount_differs",
        "en-US",
        HEAD.replace("Need", "Amount   Need") + "1     X-100    10   EA  12.50  12.50    01/15/2027\n",
        "",
    ),
    ("quantity_fraction", "en-US", HEAD + "1     X-100    1.5  EA  12.50  01/15/2027\n", ""),
    ("quantity_unreadable", "en-US", HEAD + "1     X-100    1,5  EA  12.50  01/15/2027\n", ""),
    ("quantity_not_positive", "en-US", HEAD + "1     X-100    0    EA  12.50  01/15/2027\n", ""),
    ("unit_unknown", "en-US", HEAD + "1     X-100    10   BX  12.50  01/15/2027\n", ""),
    ("quantity_unreadable", "en-US", GOOD + "2     X-200    tbd  EA  12.50  01/15/2027\n", ""),
    ("quantity_missing", "en-US", GOOD + "2     X-200         EA  12.50  01/15/2027\n", ""),
    ("price_missing", "en-US", HEAD + "1     X-100    10   EA         01/15/2027\n", ""),
    ("price_unreadable", "en-US", HEAD + "1     X-100    10   EA  12,50  01/15/2027\n", ""),
    ("price_unreadable", "en-US", HEAD + "1     X-100    10   EA  tba    01/15/2027\n", ""),
    ("date_unreadable", "en-US", HEAD + "1     X-100    10   EA  12.50  asap\n", ""),
    ("date_unreadable", "en-US", HEAD + "1     X-100    10   EA  12.50  15.01.2027\n", ""),
    ("date_ambiguous", "en-CA", HEAD + "1     X-100    10   EA  12.50  01/02/2027\n", ""),
    ("date_missing", "en-US", "PO 4711-88\n\nLine  Part     Qty  UM  Price\n1     X-100    10   EA  12.50\n", ""),
    ("date_conflict", "en-US", "Delivery date: 02/15/2027\n" + GOOD, ""),
    ("date_unreadable", "de-DE", GERMAN + "10   X-100        24      Stk  118,50  KW 3/2027\n", ""),
    ("price_unit_differs", "de-DE", "Bestellung 4711-88\n\n- 25 Stk X-100 zu 980,00 EUR/t, Termin 15.01.2027\n", ""),
    (
        "price_basis_unknown",
        "de-DE",
        "Bestellung 4711-88\n\n- 25 Stk X-100 zu 980,00 EUR/Bund, Termin 15.01.2027\n",
        "",
    ),
    ("number_uncorroborated", "de-DE", GERMAN + "10   X-100        1,250   kg   2       15.01.2027\n", ""),
    ("number_uncorroborated", "en-US", HEAD + "1     X-100    1,250   EA  2  01/15/2027\n", ""),
    ("currency_conflict", "en-US", HEAD + "1     X-100    10   EA  €12.50  01/15/2027\n\nTotal $125.00\n", ""),
    ("currency_missing", "", HEAD + "1     X-100    10   EA  12.50  2027-01-15\n", ""),
    ("charge_stated", "en-US", GOOD + "\nFreight $25.00\n", ""),
    ("discount_stated", "en-US", GOOD + "\nDiscount $25.00\n", ""),
    ("line_number_twice", "en-US", GOOD + "1     X-200    10   EA  12.50  01/15/2027\n", ""),
    ("line_count_differs", "en-US", GOOD + "\nNumber of lines: 2\n", ""),
    ("leftover_text", "en-US", GOOD + "\nAlso add 5 EA of X-300, usual price.\n", ""),
    ("leftover_text", "en-US", GOOD + "\nPlease double the quantity of X-100.\n", ""),
    ("leftover_text", "en-US", GOOD + "\nLine 1 can be split into two deliveries.\n", ""),
    ("leftover_text", "en-US", GOOD + "\nWe will not pay more than $100.00.\n", ""),
    ("new_ship_to", "en-US", GOOD + "\nShip to: 1200 New Harbor Road, Reno\n", ""),
    ("doubtful_words", "en-US", "DRAFT\n" + GOOD, ""),
    ("doubtful_words", "en-US", GOOD + "\nIgnore the above until you hear from us.\n", ""),
    (
        "doubtful_words",
        "de-DE",
        GERMAN + "10   X-100        24      Stk  118,50  15.01.2027\n\nvorab, unverbindlich\n",
        "",
    ),
    ("not_a_plain_order", "de-DE", "Abruf\n" + GERMAN + "10   X-100        24      Stk  118,50  15.01.2027\n", ""),
    ("not_a_plain_order", "en-US", GOOD, "Request for quotation 4711-88"),
    ("deceptive_characters", "en-US", GOOD + "\n\u202eabc\n", ""),
    (
        "column_twice",
        "en-US",
        "PO 4711-88\n\nPart     Qty  Quantity  UM  Price  Need by\nX-100    10   20        EA  12.50  01/15/2027\n",
        "",
    ),
]


@pytest.mark.rule("R7", "R67", "R68")
@pytest.mark.parametrize(("code", "locale", "text", "subject"), ORDERS)
def test_each_gate_stops_the_order(code: str, locale: str, text: str, subject: str) -> None:
    reading = order(text, locale, subject or "4711-88")
    assert (reading.intent, reading.likely_intent, reading.disposition) == ("quarantine", "new_po", "quarantine")
    assert code in codes(reading)
    assert all(finding.message for finding in reading.findings)


def test_what_is_sure_is_filled_in_all_the_same() -> None:
    reading = order(GOOD + "2     X-200    10   EA  tba    01/15/2027\n")
    assert reading.intent == "quarantine"
    assert lines(reading) == [
        ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
        ("X-200", "10", "H87", None, "1", "2027-01-15"),
    ]
    finding = next(f for f in reading.findings if f.code == "price_unreadable")
    assert finding.where == "line 2, body, row 5"


def test_numbers_of_an_unknown_locale_count_where_they_mean_one_thing_everywhere() -> None:
    text = "PO 4711-88 in EUR\n\nLine  Part     Qty  UM  Price  Need by\n1     X-100    10   EA  12.50  2027-01-15\n"
    assert order(text, "").intent == "new_po"
    assert "quantity_ambiguous" in codes(order(text.replace("10   EA", "1.250 kg"), ""))


def test_a_known_delivery_address_is_no_obstacle() -> None:
    raw = mail(GOOD + "\nShip to: 14 Mill Road, Fort Collins\n")
    assert read(raw, context(ship_to=["14 Mill Road"])).intent == "new_po"


def test_products_must_be_known_where_the_profile_says_so() -> None:
    assert "product_unknown" in codes(read(mail(GOOD), context(known_parts_only=True)))


def test_nothing_is_taken_from_a_quote() -> None:
    quoted = "".join(f"> {line}\n" for line in GOOD.splitlines())
    reading = order(f"See below\n\nOn Fri, Nov 20, 2026 at 4:12 PM A <a@b.example> wrote:\n{quoted}")
    assert reading.intent == "quarantine"
    assert reading.messages == ()


def test_a_forwarded_order_is_not_the_senders_own() -> None:
    text = f"Please see below.\n\n-----Original Message-----\nFrom: A <a@b.example>\nSent: Monday\nTo: B\nSubject: x\n\n{GOOD}"
    assert (order(text).intent, order(text).messages) == ("quarantine", ())


@pytest.mark.rule("R7")
def test_a_number_in_use_without_a_word_of_revision_is_for_a_person() -> None:
    known = context(known=(("en-US", "4711-88"),))
    reading = read(mail(GOOD), known)
    assert (reading.intent, reading.likely_intent, codes(reading)) == ("quarantine", "revision", {"po_number_in_use"})
    assert read(mail("Revised purchase order\n" + GOOD), known).intent == "revision"
    assert "po_of_other_customer" in codes(read(mail(GOOD), context(known=(("en-GB", "4711-88"),))))


@pytest.mark.rule("R4")
def test_a_change_in_words_alone_is_for_a_person() -> None:
    reading = read(mail("Please change line 1 of PO 4711-88 to 14 EA.\n"), context(known=(("en-US", "4711-88"),)))
    assert (reading.intent, reading.likely_intent) == ("quarantine", "revision")


def test_a_sentence_that_says_what_the_line_says_is_no_obstacle() -> None:
    text = (
        "Änderung: bitte die Menge von Pos. 10 auf 52 Stk erhöhen.\nGeänderte Bestellung 4711-88\n\n"
        + GERMAN.partition("\n\n")[2]
    )
    known = context(known=(("de-DE", "4711-88"),))
    right = text + "10   X-100        52      Stk  118,50  15.01.2027\n"
    wrong = text + "10   X-100        48      Stk  118,50  15.01.2027\n"
    assert read(mail(right, "de-DE"), known).intent == "revision"
    assert "leftover_text" in codes(read(mail(wrong, "de-DE"), known))


@pytest.mark.rule("R7")
def test_duplicates_are_known_by_message_id_and_content_and_by_the_order() -> None:
    first = order(GOOD)
    hop = read(mail(GOOD, "en-US", headers="X-Forwarded-For: accounts\n"))
    assert set(first.keys) == set(hop.keys)
    other = order(GOOD.replace("10   EA", "12   EA"))
    assert not set(first.keys) & set(other.keys)
    again = order(GOOD, message_id="<m2@mail.example>")
    assert set(first.keys) & set(again.keys) == {key for key in first.keys if key.startswith("po:")}
    assert all(len(key) < 300 for key in order(GOOD, message_id=f"<{'x' * 900}@y>").keys)

"""Words beside the order lines, or in them, that make the order another one; and those that change nothing."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

import pytest

from tests.unit.mail.files import with_files
from tests.unit.mail.support import codes, lines, order, read

US = "PO 4711-88\n\nLine  Part     Qty  UM  Price  Need by\n1     X-100    10   EA  12.50  01/15/2027\n2     X-200    20   EA  4.00   01/22/2027\n"
DE = "Bestellung 4711-88\n\nPos  Artikelnr.   Menge   ME   Preis   Termin\n10   X-100        24      Stk  118,50  15.01.2027\n20   X-200        1.200   kg   2,15    22.01.2027\n"
FR = "Commande 4711-88\n\nRéférence  Qté   PU HT    Livraison\nX-100      24    118,50   15/01/2027\n"
ES = "Pedido 4711-88\n\nReferencia  Cantidad  Precio    Entrega\nX-100       24        118,50    15/01/2027\n"
NL = "Inkooporder 4711-88\n\nArtikelnr  Aantal  Prijs     Leverdatum\nX-100      24      118,50    15-01-2027\n"
SV = "Inköpsorder 4711-88\n\nArtikelnr  Antal  Pris      Leveransdatum\nX-100      24     118,50    2027-01-15\n"
FI = "Ostotilaus 4711-88\n\nTuotenro  Määrä  Hinta     Toimitus\nX-100     24     118,50    15.1.2027\n"
IT = "Ordine n. 4711-88\n\nCodice   Quantità  Prezzo    Consegna\nX-100    24        118,50    15/01/2027\n"
ORDERS = {"it-IT": IT, "en-US": US, "de-DE": DE, "fr-FR": FR, "es-ES": ES, "nl-NL": NL, "sv-SE": SV, "fi-FI": FI}


@pytest.mark.parametrize(
    ("locale", "remark"),
    [
        ("en-US", "This order is subject to approval by our board next week."),
        ("en-US", "Please double all quantities."),
        ("en-US", "Plus five of the X-300 brackets at the usual price."),
        ("en-US", "Also send the X-300 cover plates."),
        ("en-US", "Send 5 EA of them by registered mail."),
        ("en-US", "All prices less 5 % as agreed."),
        ("en-US", "All prices plus 4 % alloy surcharge."),
        ("de-DE", "Alle Preise zzgl. 10 % Legierungszuschlag."),
        ("en-US", "Prices are per dozen."),
        ("en-US", "The second item is optional."),
        ("en-US", "This is only to confirm what we already ordered."),
        ("en-US", "Formal PO will follow."),
        ("en-US", "The goods go directly to our customer Acme Mills, 77 River Street, Boise."),
        ("en-US", "If you cannot make January, forget it."),
        ("en-US", "Please send us your best price first."),
        ("en-US", "ORDER CONFIRMATION"),
        ("en-US", "INVOICE 2026-17"),
        ("en-US", "-- \nJoe Miller\nPS: please make that 30 EA of X-200."),
        ("en-US", "-- \nJoe Miller\n\nPS: I was told to double the quantity."),
        ("en-US", "My boss still has to sign this."),
        ("en-US", "Treat this as a heads-up only."),
        ("en-US", "Our lawyers in Ohio look at this tomorrow."),
        ("en-US", "Our engineer is revising the print as we speak."),
        ("de-DE", "Die Zeichnung wird gerade überarbeitet."),
        ("fr-FR", "Nous fournirons la matière nous-mêmes."),
        ("en-US", "Ten of these are for Boise."),
        ("de-DE", "Bitte erst einmal nur reservieren."),
        ("fr-FR", "La vraie commande partira lundi."),
        ("es-ES", "¿Pueden mejorar esto?"),
        ("en-US", "Quantities are placeholders."),
        ("en-US", "Oops, I swapped the two quantities."),
        ("en-US", "Kindly check the prices first, I took them from an old list."),
        ("en-US", "This is not a firm order yet."),
        ("en-US", "Deliver everything to the Boise site this time."),
        ("de-DE", "Die Mengen sind leider vertauscht."),
        ("de-DE", "Die Bestellung ist intern noch nicht freigegeben."),
        ("fr-FR", "Merci d'attendre notre feu vert avant de lancer la fabrication."),
        ("nl-NL", "Nog niet in productie nemen, wij geven nog akkoord."),
        ("sv-SE", "Vänta med tillverkningen tills vi hör av oss."),
        ("de-DE", "Die Bestellung gilt vorbehaltlich der Freigabe durch unsere Geschäftsleitung."),
        ("de-DE", "Alle Preise abzüglich 3 % Rabatt."),
        ("de-DE", "Alle Preise inkl. 19 % MwSt."),
        ("de-DE", "Auftragsbestätigung Nr. 99871"),
        ("fr-FR", "Commande sous réserve d'acceptation par notre client."),
        ("es-ES", "Pedido sujeto a la aprobación de gerencia."),
        ("nl-NL", "Alleen geldig na goedkeuring door directie."),
        ("sv-SE", "Med förbehåll för godkännande av ledningen."),
        ("fi-FI", "Tilaus tehdään varauksella."),
    ],
)
def test_a_remark_that_makes_the_order_another_one_is_for_a_person(locale: str, remark: str) -> None:
    reading = order(f"{ORDERS[locale]}\n{remark}\n", locale, "4711-88")
    assert (reading.intent, reading.likely_intent) == ("quarantine", "new_po")


@pytest.mark.parametrize(
    ("locale", "remark"),
    [
        ("en-US", "Please let us know if you cannot meet these dates."),
        ("en-US", "This order is subject to our general terms and conditions."),
        ("en-US", "Drawing X-100 rev C applies. Certificates required with shipment."),
        ("en-US", "Prices per your quote Q-2291 dated 11/02/2026."),
        ("en-US", "This e-mail is intended for the addressee only. If you received it in error please delete it."),
        ("en-US", "Total qty: 30\nTotal $205.00"),
        ("en-US", "Our order no 4711-88 must be on all papers."),
        ("en-US", "Plant 2, 12 River Street, Boise ID"),
        ("en-US", "Seller shall not assign this order without the written consent of Buyer."),
        ("de-DE", "Über eine zügige Bearbeitung freuen wir uns."),
        ("nl-NL", "Lossen via de achterzijde."),
        ("it-IT", "Restiamo in attesa di conferma d'ordine."),
        ("en-US", "Thanks Sam, hope you had a good weekend!"),
        ("en-US", "Ship on our account, UPS 55-A12."),
        ("de-DE", "Versand per DHL, Kundennr. 55120."),
        ("fr-FR", "Merci par avance pour votre réactivité."),
        ("de-DE", "Sollten Sie den Termin nicht halten können, informieren Sie uns bitte umgehend."),
        ("de-DE", "Alle Preise zzgl. gesetzlicher MwSt."),
        ("de-DE", "-- \nOstwald GmbH, Industriestr. 12, 70565 Stuttgart\nHRB 1234, Stammkapital 50.000 EUR"),
        ("fr-FR", "N'hésitez pas à nous contacter si vous avez des questions."),
        ("es-ES", "IVA no incluido. Si tienen alguna duda, contacten conmigo."),
        ("nl-NL", "Prijzen exclusief btw, conform uw offerte 2026-118."),
        ("sv-SE", "Kontakta mig om du har frågor."),
        ("sv-SE", "Ha en fin dag."),
        ("it-IT", "Buona giornata e un saluto a tutti."),
        ("fr-FR", "Bien à vous, nous comptons sur vous."),
        ("fi-FI", "Ilmoittakaa, jos toimitusaika ei sovi."),
    ],
)
def test_a_remark_that_changes_nothing_is_no_obstacle(locale: str, remark: str) -> None:
    reading = order(f"{ORDERS[locale]}\n{remark}\n", locale, "4711-88")
    assert (reading.intent, codes(reading)) == ("new_po", set())


def test_a_stated_total_quantity_is_that_of_the_lines() -> None:
    assert codes(order(f"{US}\nTotal qty: 31\n")) == {"total_differs"}


def test_the_subject_is_read_too() -> None:
    assert order(US, subject="PO 4711-88 - 20 x X-200").intent == "new_po"
    assert order(US, subject="PO 4711-88 - 30 x X-200").intent == "quarantine"
    assert order(US, subject="CANCELLED: PO 4711-88").intent == "quarantine"
    assert order(US, subject="Copy of PO 4711-88").intent == "quarantine"
    assert order(US, subject="PO 4711-88 (subject to approval)").intent == "quarantine"
    assert order(US, subject="Order confirmation for PO 4711-88").intent == "quarantine"


def test_a_mail_inside_the_mail_may_say_otherwise() -> None:
    enclosed = b"From: a@b.example\nSubject: correction\n\nLine 1 is 15 EA\n"
    head, _, body = with_files("en-US", "4711-88", US, (b"x,y\n", "text/csv", "a.csv")).partition(b"\r\n\r\n")
    raw = head + b"\r\n\r\n" + body.replace(b"Content-Type: text/csv", b"Content-Type: message/rfc822", 1)
    raw = raw.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 7bit")
    reading = read(raw.replace(b"eCx5Cg==", enclosed))
    assert codes(reading) == {"mail_enclosed"}


BULLET = "PO 4711-88\n\n- {} @ $5.00 each, need by 01/15/2027\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("quantity_ambiguous", "about 20 pcs X-100 plate"),
        ("quantity_ambiguous", "up to 24 pcs X-100 plate"),
        ("quantity_ambiguous", "20 to 24 pcs X-100 plate"),
        ("quantity_ambiguous", "2 4 pcs X-100 plate"),
        ("quantity_ambiguous", "10 boxes of 50 pcs X-100 screw"),
        ("product_ambiguous", "24 pcs X-100 or X-101"),
        ("line_void", "(not needed any more: 24 pcs X-100)"),
    ],
)
def test_a_line_in_words_that_is_not_exact(code: str, text: str) -> None:
    assert codes(order(BULLET.format(text))) == {code}


def test_packs_and_hundreds_are_told_apart_from_pieces() -> None:
    table = "PO 4711-88\n\nPart   Description        Qty  Price  Need by\nX-100  Screws, box of 50  10{}  12.50  01/15/2027\n"
    assert codes(order(table.format("   "))) == {"unit_ambiguous"}
    assert order(table.format(" EA")).intent == "new_po"
    assert "price_basis_unknown" in codes(order("PO 4711-88\n\n- 250 pcs X-100 @ $5.00 hundred, need by 01/15/2027\n"))


def test_a_size_before_a_quantity_is_no_doubt() -> None:
    assert lines(order(BULLET.format("X-100 plate 10 mm, 24 pcs")))[0][:2] == ("X-100", "24")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de-DE", "15.01.2027 (Mo)"),
        ("de-DE", "nicht vor 15.01.2027"),
        ("de-DE", "ab 15.01.2027"),
        ("en-GB", "w/c 11/01/2027"),
        ("en-GB", "15/01/2027 at the earliest"),
        ("en-US", "Jan-27"),
    ],
)
def test_what_bounds_a_delivery_is_not_its_day(locale: str, text: str) -> None:
    table = f"Order 4711-88\n\nPart   Qty  Unit  Price   Delivery\nX-100  10   kg    12     {text}\n"
    assert codes(order(table, locale, "4711-88")) & {"date_unreadable", "date_ambiguous"}
    assert codes(order(BULLET.replace("by 01/15/2027", "not before 01/15/2027").format("9 pcs X-100"))) == {
        "date_unreadable"
    }


@pytest.mark.parametrize("text", ["Welle ENTFÄLLT", "Alternativ zu Pos. 10", "~~Welle~~", "optional"])
def test_a_line_that_takes_itself_back_is_for_a_person(text: str) -> None:
    table = f"Bestellung 4711-88\n\nPos  Artikelnr.  Bezeichnung            Menge  ME   Preis  Termin\n10   X-100       {text:22} 24     Stk  2,50   15.01.2027\n"
    assert codes(order(table, "de-DE", "4711-88")) == {"line_void"}
    stated = table.replace("Bezeichnung", "Status     ")
    assert "line_void" in codes(order(stated, "de-DE", "4711-88"))


@pytest.mark.parametrize(
    ("text", "currency"), [("All prices in US dollars.", "USD"), ("Preise in Schweizer Franken.", "CHF")]
)
def test_a_currency_in_words_is_that_of_the_order(text: str, currency: str) -> None:
    assert order(f"{DE}\n{text}\n", "de-DE", "4711-88").messages[0].data()["currency"] == currency

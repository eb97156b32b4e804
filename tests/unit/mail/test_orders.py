"""Orders in every form and language: what is certain is read without a person."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.mail.support import codes, lines, order

PLATE_AND_BAR = [
    ("X-100", "24", "H87", "118.50", "1", "2027-01-15"),
    ("X-200", "1200", "KGM", "2.15", "1", "2027-01-22"),
]

TABLES = {
    "en-GB": """Purchase order 4711-88

Line  Part     Description     Qty     Unit  Price    Deliver by
1     X-100    Plate 10 mm     24      off   £118.50  15/01/2027
2     X-200    Bar C45         1,200   kg    £2.15    22/01/2027

Total £5,424.00
""",
    "en-US": """PO 4711-88

Item\tPart Number\tDescription\tQty\tUOM\tPrice\tDue
1\tX-100\tPlate, 3/8" A36\t24\tEA\t118.50\t1/15/2027
2\tX-200\tBar 1018\t1,200\tKG\t2.15\t1/22/2027

Total $5,424.00
""",
    "en-CA": """PO 4711-88

| # | Part  | Qty  | UM | Price  | Need by    |
|---|-------|------|----|--------|------------|
| 1 | X-100 | 24   | ea | 118.50 | 2027-01-15 |
| 2 | X-200 | 1200 | kg | 2.15   | 2027-01-22 |

Total CAD 5,424.00
""",
    "de-DE": """Sehr geehrte Damen und Herren,

wir bestellen wie folgt (Bestell-Nr. 4711-88):

Pos  Artikelnr.   Bezeichnung           Menge   ME   Preis    Liefertermin
10   X-100        Platte 16MnCr5        24      Stk  118,50   15.01.2027
20   X-200        Welle C45 d=40        1.200   kg   2,15     22.01.2027

Gesamtsumme netto: 5.424,00 EUR
""",
    "de-CH": """Bestellung 4711-88

Pos  Artikel-Nr   Menge  Einheit  Preis CHF   Termin
1    X-100        24     Stk      118.50      15.1.2027
2    X-200        1'200  kg       2.15        22.1.2027

Total CHF 5'424.00
""",
    "fr-FR": """Bonjour,

Veuillez enregistrer notre commande n° 4711-88 :

Ligne  Référence    Désignation         Qté    Unité  PU HT     Livraison
1      X-100        Tôle S355 ép. 10    24     pce    118,50    15/01/2027
2      X-200        Rond C45 Ø40        1 200  kg     2,15      22/01/2027

Total HT : 5 424,00 €
TVA 20 % : 1 084,80 €
Total TTC : 6 508,80 €
""",
    "es-ES": """Buenos días:

Adjuntamos nuestro pedido nº 4711-88.

Línea  Referencia   Descripción         Cantidad  Ud   Precio    Fecha entrega
1      X-100        Chapa S275 10 mm    24        ud   118,50    15/01/2027
2      X-200        Redondo C45         1.200     kg   2,15      22/01/2027

Total sin IVA: 5.424,00 €
""",
    "fi-FI": """Ostotilaus 4711-88

Rivi  Tuotenro    Kuvaus         Määrä   Yks  Hinta €   Toimitus
1     X-100       Levy 10 mm     24      kpl  118,50    15.1.2027
2     X-200       Tanko C45      1 200   kg   2,15      22.1.2027

Yhteensä 5 424,00 €
""",
    "sv-SE": """Hej,

Inköpsorder 4711-88

Rad  Artikelnr   Benämning        Antal  Enhet  Pris SEK   Leveransdatum
1    X-100       Plåt S355        24     st     118,50     2027-01-15
2    X-200       Stång C45        1 200  kg     2,15       2027-01-22

Summa exkl. moms 5 424,00 SEK
""",
    "nl-NL": """Beste,

Hierbij onze inkooporder 4711-88:

Regel  Artikelnr   Omschrijving      Aantal  Eenheid  Prijs      Leverdatum
10     X-100       Plaat S355        24      st       € 118,50   15-01-2027
20     X-200       Staf C45          1.200   kg       € 2,15     22-01-2027

Totaal excl. btw € 5.424,00
""",
    "it-IT": """Buongiorno,

Vi inviamo il nostro ordine n. 4711-88:

Pos  Codice   Descrizione     Quantità  UM   Prezzo    Consegna
1    X-100    Piastra 10 mm   24        pz   118,50    15/01/2027
2    X-200    Tondo C45       1.200     kg   2,15      22/01/2027

Totale netto € 5.424,00

Cordiali saluti
""",
    "pl-PL": """Dzień dobry,

zamawiamy (zamówienie nr 4711-88):

Lp.  Indeks   Nazwa          Ilość   J.m.  Cena      Termin dostawy
1    X-100    Płyta 10 mm    24      szt.  118,50    15.01.2027
2    X-200    Pręt C45       1 200   kg    2,15      22.01.2027

Razem netto 5 424,00 zł

Pozdrawiam
""",
}

SENTENCES = {
    "en-GB": "Order 4711-88\n\n- 24 off X-100 plate @ £118.50 each, delivery 15/01/2027\n"
    "- 1,200 kg X-200 bar\n  @ £2.15 per kg\n  delivery 22/01/2027\n",
    "en-US": "Please enter PO 4711-88 for 24 pcs of X-100 at $118.50 each need by January 15, 2027 and 1,200 kg of X-200 "
    "at $2.15/kg need by January 22, 2027.\n",
    "de-DE": "Bestellung 4711-88\n\n- 24 Stk X-100 Platte zu 118,50 EUR, Liefertermin 15.01.2027\n"
    "- 1.200 kg X-200 Welle zu 2,15 EUR/kg, Liefertermin 22. Januar 2027\n",
    "fr-FR": "Commande 4711-88 :\n\n- 24 pièces X-100 Tôle à 118,50 € la pièce, livraison le 15/01/2027\n"
    "- 1 200 kg X-200 Rond à 2,15 €/kg, livraison le 22 janvier 2027\n",
    "es-ES": "Pedido 4711-88:\n\n- 24 uds X-100 chapa a 118,50 € la unidad, entrega el 15/01/2027\n"
    "- 1.200 kg X-200 redondo a 2,15 €/kg, entrega el 22 de enero de 2027\n",
    "fi-FI": "Tilaus 4711-88\n\n - 24 kpl X-100 levy à 118,50 €, toimitus 15.1.2027\n"
    " - 1 200 kg X-200 tanko à 2,15 €/kg, toimitus 22.1.2027\n",
    "sv-SE": "Order 4711-88\n\n- 24 st X-100 plåt à 118,50 kr, leverans 2027-01-15\n"
    "- 1 200 kg X-200 stång à 2,15 kr/kg, leverans 2027-01-22\n",
    "it-IT": "Ordine d'acquisto 4711-88\n\n- 24 pz X-100 piastra a 118,50 € cad., consegna 15/01/2027\n"
    "- 1.200 kg X-200 tondo a 2,15 €/kg, consegna 22/01/2027\n",
    "nl-NL": "Bestelling 4711-88\n\n- 24 st X-100 plaat à € 118,50 per stuk, levering 15-01-2027\n"
    "- 1.200 kg X-200 staf à € 2,15 per kg, levering 22-01-2027\n",
}

RECORDS = {
    "en-US": "PO Number: 4711-88\nTerms: Net 30\n\nPart: X-100\nDescription: Plate\nQuantity: 24 EA\nUnit price: $118.50\n"
    "Delivery date: 01/15/2027\n\nPart: X-200\nQuantity: 1,200 kg\nUnit price: $2.15\nDelivery date: 01/22/2027\n",
    "de-DE": "Bestellnummer: 4711-88\nDatum: 18.11.2026\n\nPosition 10\nArtikel: X-100\nMenge: 24 Stk\nPreis: 118,50 EUR\n"
    "Liefertermin: 15.01.2027\n\nPosition 20\nArtikel: X-200\nMenge: 1.200 kg\nPreis: 2,15 EUR\nLiefertermin: 22.01.2027\n",
    "fr-FR": "Bon de commande : 4711-88\n\nRéférence : X-100\nQuantité : 24 pièces\nPrix unitaire : 118,50 €\n"
    "Livraison : 15/01/2027\n\nRéférence : X-200\nQuantité : 1 200 kg\nPrix unitaire : 2,15 €/kg\nLivraison : 22/01/2027\n",
    "es-ES": "Pedido: 4711-88\n\nReferencia: X-100\nCantidad: 24 ud\nPrecio: 118,50 €\nEntrega: 15/01/2027\n\n"
    "Referencia: X-200\nCantidad: 1.200 kg\nPrecio: 2,15 €\nEntrega: 22/01/2027\n",
    "nl-NL": "Inkooporder: 4711-88\n\nArtikelnr: X-100\nAantal: 24 st\nPrijs: € 118,50\nLeverdatum: 15-01-2027\n\n"
    "Artikelnr: X-200\nAantal: 1.200 kg\nPrijs: € 2,15\nLeverdatum: 22-01-2027\n",
    "fi-FI": "Tilausnumero: 4711-88\n\nTuote: X-100 Levy\nMäärä: 24 kpl\nHinta: 118,50 €\nToimitus: 15.1.2027\n\n"
    "Tuote: X-200 Tanko\nMäärä: 1 200 kg\nHinta: 2,15 €\nToimitus: 22.1.2027\n",
    "sv-SE": "Ordernummer: 4711-88\n\nArtikel: X-100 Plåt\nAntal: 24 st\nPris: 118,50 kr\nLeveransdatum: 2027-01-15\n\n"
    "Artikel: X-200 Stång\nAntal: 1 200 kg\nPris: 2,15 kr\nLeveransdatum: 2027-01-22\n",
}

FORMS = [
    pytest.param(locale, text, id=f"{form}-{locale}")
    for form, texts in (("table", TABLES), ("sentences", SENTENCES), ("records", RECORDS))
    for locale, text in texts.items()
]


@pytest.mark.parametrize(("locale", "text"), FORMS)
def test_the_same_order_is_read_in_every_form_and_language(locale: str, text: str) -> None:
    reading = order(text, locale, "4711-88")
    assert codes(reading) == set()
    assert (reading.intent, reading.disposition) == ("new_po", "accepted")
    assert reading.messages[0].data()["po_number"] == "4711-88"
    assert lines(reading) == PLATE_AND_BAR


HEAD = "Line  Part     Qty  UM  Price  Need by\n"


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        pytest.param(
            "de-DE",
            "Bestellung 4711-88\n\nPos  Artikelnr.   Menge   ME   Preis   PE    Termin\n"
            "10   X-100        2.500   Stk  11,80   100   15.01.2027\n\nGesamt 295,00 EUR\n",
            ("X-100", "2500", "H87", "11.80", "100", "2027-01-15"),
            id="price-basis-in-a-column",
        ),
        pytest.param(
            "de-DE",
            "Bestellung 4711-88\n\nPos  Artikelnr.   Menge   ME   Preis/100   Termin\n"
            "10   X-100        2.500   Stk  11,80       15.01.2027\n",
            ("X-100", "2500", "H87", "11.80", "100", "2027-01-15"),
            id="price-basis-in-the-heading",
        ),
        pytest.param(
            "de-DE",
            "Bestellung 4711-88\n\n- 2.500 Stk X-100 zu 11,80 EUR je 100 Stk, Termin 15.01.2027\n",
            ("X-100", "2500", "H87", "11.80", "100", "2027-01-15"),
            id="price-basis-in-words",
        ),
        pytest.param(
            "de-DE",
            "Bestellung 4711-88\n\n- 2.500 kg X-100 zu 980,00 EUR/t, Termin 15.01.2027\n\nGesamt 2.450,00 EUR\n",
            ("X-100", "2500", "KGM", "980.00", "1000", "2027-01-15"),
            id="price-per-tonne",
        ),
        pytest.param(
            "en-US",
            f"PO 4711-88\n\n{HEAD}1     X-100    2,000 EA  38.75/M  01/15/2027\n",
            ("X-100", "2000", "H87", "38.75", "1000", "2027-01-15"),
            id="price-per-thousand",
        ),
        pytest.param(
            "de-DE",
            "Bestellung 4711-88\n\nPos  Artikelnr.   Menge     ME   Preis   Termin\n"
            "10   X-100        14,000    Stk  11,80   15.01.2027\n",
            ("X-100", "14", "H87", "11.80", "1", "2027-01-15"),
            id="fourteen-is-not-fourteen-thousand",
        ),
        pytest.param(
            "en-US",
            "PO 4711-88\nDelivery date: 01/15/2027\n\nPart: X-100\nQty: 10\nPrice: 12.50\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="one-date-for-all",
        ),
        pytest.param(
            "en-US",
            "PO 4711-88\n\nLn Part Number Description Qty UOM Unit Price Ext Price Due Date\n"
            "1  X-100       Plate       10  EA  12.50      125.00    01/15/2027\n\nTotal 125.00\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="headings-one-space-apart",
        ),
        pytest.param(
            "en-US",
            "PO 4711-88\n______________________________\nFrom: stock\n"
            f"{HEAD}______________________________\n1     X-100    10   EA  12.50  01/15/2027\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="underscores-are-no-quote",
        ),
        pytest.param(
            "en-GB",
            "Order 4711-88\n\nPart       Qty  Price    Deliver\nX-100      10   £12.50   15/01/2027\n\n"
            "Net total  £125.00\nVAT 20%    £25.00\nTotal inc VAT  £150.00\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="with-tax",
        ),
        pytest.param(
            "de-DE",
            "Guten Tag,\n\nhiermit bestellen wir unter der Bestellnummer 4711-88 insgesamt 10\n"
            "Stück X-100 Ritzel zum Preis von 12,50 EUR je Stück mit\nLiefertermin 15.01.2027.\n\nGruß\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="a-sentence-over-several-lines",
        ),
        pytest.param(
            "en-GB",
            "Order No - 4711-88\nPart No - X-100\nQty - 10\nPrice - £12.50 each\nDelivery date - 15/01/2027\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="labels-with-dashes",
        ),
        pytest.param(
            "en-US",
            f"PO 4711-88\n\n{HEAD}1     X-100    10   EA  12.50  01/15/2027\n\n"
            "Please acknowledge by 11/25/2026. Terms 2% 10 net 30. Call 970-555-0163 ext 12.\n"
            "Material certs EN 10204 3.1 required.\n",
            ("X-100", "10", "H87", "12.50", "1", "2027-01-15"),
            id="remarks-that-order-nothing",
        ),
    ],
)
def test_one_line(locale: str, text: str, expected: tuple[Any, ...]) -> None:
    reading = order(text, locale, "4711-88")
    assert codes(reading) == set()
    assert reading.intent == "new_po"
    assert lines(reading) == [expected]


def test_an_order_as_sap_writes_it() -> None:
    text = (
        "Bestellnummer 4711-88\n\nPos.   Material          Menge  ME   Preis pro Einheit     Nettowert\n       Bezeichnung\n"
        "00010  X-100                24  ST   118,50 EUR / 1 ST     2.844,00\n       Ritzel 16MnCr5\n       Liefertermin: 15.01.2027\n"
        "00020  X-200             1.200  KG   2,15 EUR / 1 KG       2.580,00\n       Welle C45\n       Liefertermin: 22.01.2027\n\n"
        "Gesamtnettowert EUR 5.424,00\n"
    )
    reading = order(text, "de-DE", "4711-88")
    assert codes(reading) == set()
    assert lines(reading) == PLATE_AND_BAR
    first = reading.messages[0].data()["lines"][0]
    assert (first["line"], first["product"]["description"]) == ("00010", "Ritzel 16MnCr5")


def test_numbers_before_products_in_a_sentence_are_quantities() -> None:
    text = "Can you do us 24 of X-100 at £118.50 each and 12 X-200 at £2.15 each, order no 4711-88. Need the lot by 15 Jan.\n"
    reading = order(text, "en-GB", "4711-88")
    assert codes(reading) == set()
    assert [line[:2] for line in lines(reading)] == [("X-100", "24"), ("X-200", "12")]
    rows = "Order 4711-88\n\n1 X-100 £118.50 15/01/2027\n2 X-200 £2.15 15/01/2027\n"
    assert order(rows, "en-GB", "4711-88").intent == "quarantine"


def test_a_description_goes_on_below() -> None:
    text = (
        "PO 4711-88\n\nLine  Part     Description            Qty  UM  Price  Need by\n"
        "1     X-100    Plate, laser cut,      10   EA  12.50  01/15/2027\n               deburred both sides\n"
        "2     X-200                           4    EA   8.00  01/15/2027\n\nTotal: $157.00\n"
    )
    reading = order(text)
    assert codes(reading) == set()
    products = [line["product"] for line in reading.messages[0].data()["lines"]]
    assert products[0]["description"] == "Plate, laser cut, deburred both sides"
    assert products[1].get("description") is None


def test_a_description_below_may_be_longer_than_its_column() -> None:
    text = (
        "Bestellung 4711-88\n\nPos  Material   Menge   ME   Preis     Lieferdatum\n"
        "10   X-100      24      Stk  118,50    15.01.2027\n     Ritzel 16MnCr5 einsatzgehärtet\n"
        "20   X-200      1.200   kg   2,15      22.01.2027\n     Rundstahl C45\n\nGesamtwert netto: 5.424,00 EUR\n"
    )
    reading = order(text, "de-DE", "4711-88")
    assert (codes(reading), lines(reading)) == (set(), PLATE_AND_BAR)
    assert [line["product"]["description"] for line in reading.messages[0].data()["lines"]] == [
        "Ritzel 16MnCr5 einsatzgehärtet",
        "Rundstahl C45",
    ]


def test_what_a_line_specifies_is_carried_along() -> None:
    text = (
        "PO 4711-88\n\nLine  Part     Grade    Drawing   Colour  Qty  UM  Price  Need by\n"
        "1     X-100    S355J2   D-771/C   blue    10   EA  12.50  01/15/2027\n"
    )
    data = order(text).messages[0].data()
    assert {c["name"]: c["value"] for c in data["lines"][0]["characteristics"]} == {
        "grade": "S355J2",
        "drawing": "D-771/C",
    }
    assert any(entry["text"] == "blue" for entry in data["unmapped"])


def test_terms_references_and_remarks_are_kept() -> None:
    text = (
        "PO 4711-88\nContract: RV-22\nPayment terms: net 30\n\nWe look forward to working with you.\n\n"
        f"{HEAD}1     X-100    10   EA  12.50  01/15/2027\n"
    )
    data = order(text).messages[0].data()
    assert data["terms"]["payment"] == "net 30"
    assert {"kind": "Contract", "value": "RV-22"} in data["references"]
    assert "We look forward" in data["notes"][0]


CELLS = """Bestellung 4711-88

{}
"""


@pytest.mark.parametrize(
    ("row", "quantity"),
    [
        ("1 | X-100 | Konsole gekantet | 12 | je 14,50 EUR | 15.01.2027", "12"),
        ("1 | 12 | X-100 | Konsole | je 14,50 EUR | 15.01.2027", "12"),
        ("7\tX-100\tKonsole\t12\t14,50 EUR/Stk\t15.01.2027", "12"),
        ("12 Stk X-100 14,50 EUR 15.01.2027\n\nSumme 174,00 EUR", "12"),
        ("1 Stk X-100 14,50 EUR 15.01.2027", "1"),
    ],
)
def test_a_row_of_cells_without_headings(row: str, quantity: str) -> None:
    [line] = lines(order(CELLS.format(row), "de-DE"))
    assert (line[0], line[1], line[3]) == ("X-100", quantity, "14.50")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("12 | X-100 | Konsole | je 14,50 EUR | 15.01.2027", "lines_missing"),
        ("X-100 | Konsole | 4 | 12 | je 14,50 EUR | 15.01.2027", "lines_missing"),
        ("12 Stk X-100 | 6 | je 14,50 EUR | 15.01.2027", "quantity_ambiguous"),
        ("12 Stk X-100 zusammen 174,00 EUR, Termin 15.01.2027", "price_unlabelled"),
        ("12 Stk X-100 174,00 EUR 15.01.2027\n\nSumme 174,00 EUR", "price_unlabelled"),
    ],
)
def test_what_a_number_is_for_is_not_guessed(row: str, code: str) -> None:
    assert code in codes(order(CELLS.format(row), "de-DE"))

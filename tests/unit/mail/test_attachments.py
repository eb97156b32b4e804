"""Orders in HTML, CSV, workbooks, PDF and EDI; what cannot be read is never taken for nothing."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

import datetime
from email.message import Message
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from adapters.edi.reader import EdifactReader, X12Reader
from adapters.email import EmailReader
from hub.ports import Reading
from tests.unit.mail.files import EXCEL, bomb, pdf, with_files, workbook
from tests.unit.mail.support import codes, context, lines, mail, read

EXPECTED = [
    ("X-100", "24", "H87", "118.50", "1", "2027-01-15"),
    ("X-200", "1200", "KGM", "2.15", "1", "2027-01-22"),
]
READER = EmailReader([X12Reader(), EdifactReader()])


def read_files(*files: tuple[bytes, str, str], locale: str = "de-DE", body: str = "anbei\n", html: str = "") -> Reading:
    return READER.read(with_files(locale, "Bestellung 4711-88", body, *files, html=html), "mail.eml", context())


def values(reading: Reading) -> list[tuple[Any, ...]]:
    """The lines, with prices as numbers: a workbook knows no zeros at their end."""
    return [(*line[:3], float(line[3]), *line[4:]) for line in lines(reading)]


OUTLOOK = """<html><body lang=DE><div class=WordSection1><p class=MsoNormal>anbei unsere Bestellung <b>4711-88</b>:<o:p></o:p></p>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal><b>Pos.<o:p></o:p></b></p></td><td><p>Artikel-Nr.</p></td>
<td><p>Bezeichnung</p></td><td><p>Menge</p></td><td><p>ME</p></td><td><p>Einzelpreis</p></td><td><p>Gesamtpreis</p></td>
<td><p>Liefertermin</p></td></tr>
<tr><td>1</td><td>X-100</td><td><p>Ritzel</p><p>16MnCr5</p></td><td>24</td><td>Stk</td><td>118,50&nbsp;&euro;</td>
<td>2.844,00&nbsp;&euro;</td><td>15.01.2027</td></tr>
<tr><td>2</td><td>X-200</td><td>Welle</td><td>1.200</td><td>kg</td><td>2,15 &euro;</td><td>2.580,00 &euro;</td><td>22.01.2027</td></tr>
<tr><td colspan=6>Summe netto</td><td>5.424,00 &euro;</td><td></td></tr></table>
<p>Ostwald Getriebe GmbH, HRB 1234, Stammkapital 50.000 EUR</p></div></body></html>"""
FLAT = """Bestellung 4711-88
Pos.
Artikel-Nr.
Menge
ME
1
X-100
Ritzel
24
Stk
118,50 €
2.844,00 €
15.01.2027
2
X-200
Welle
1.200
kg
2,15 €
2.580,00 €
22.01.2027
Summe netto
5.424,00 €
"""


@pytest.mark.parametrize(
    ("html", "body"),
    [
        pytest.param(OUTLOOK, "", id="outlook"),
        pytest.param(f"<table><tr><td>Logo</td><td>{OUTLOOK}</td></tr></table>", "", id="inside-a-layout-table"),
        pytest.param(OUTLOOK, FLAT, id="with-a-flattened-text-version"),
        pytest.param(
            "<div>Bestellung 4711-88</div><ul><li>24 Stk X-100 zu 118,50&nbsp;&euro;, Termin 15.01.2027</li>"
            "<li>1.200 kg X-200 zu 2,15 &euro;/kg, Termin 22.01.2027</li></ul>",
            "",
            id="list",
        ),
        pytest.param(
            "<pre>Bestellung 4711-88\nPos  Artikelnr.  Menge  ME   Preis   Termin\n1    X-100       24     Stk  118,50  15.01.2027\n"
            "2    X-200       1.200  kg   2,15    22.01.2027</pre>",
            "",
            id="preformatted",
        ),
    ],
)
def test_html(html: str, body: str) -> None:
    reading = read_files(html=html, body=body)
    assert codes(reading) == set()
    assert lines(reading) == EXPECTED


def test_html_and_text_that_say_different_things() -> None:
    reading = read_files(html=OUTLOOK, body="Bestellung 4711-88\n\n- 30 Stk X-100 zu 118,50 EUR, Termin 15.01.2027\n")
    assert "alternatives_disagree" in codes(reading)


@pytest.mark.parametrize(
    "style", ["display:none", "font-size:0", "color:#ffffff", "visibility:hidden", "max-height:0px;overflow:hidden"]
)
def test_hidden_text_is_for_a_person(style: str) -> None:
    reading = read_files(html=OUTLOOK.replace("<p>Ostwald", f'<p style="{style}">Menge 500</p><p>Ostwald'), body="")
    assert "hidden_text" in codes(reading)
    inside = read_files(html=OUTLOOK.replace("<td>24</td>", f'<td>24<span style="{style}">0</span></td>'), body="")
    assert "hidden_text" in codes(inside)


CSV = (
    "Bestellnummer;Pos;Artikelnummer;Bezeichnung;Menge;ME;Einzelpreis;Währung;Liefertermin\r\n"
    '4711-88;10;X-100;"Ritzel; gehärtet";24;ST;118,50;EUR;15.01.2027\r\n'
    "4711-88;20;X-200;Welle;1.200;KG;2,15;EUR;22.01.2027\r\n"
)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("kind", ["text/csv", "application/octet-stream"])
def test_csv_in_every_charset(charset: str, kind: str) -> None:
    reading = read_files((CSV.encode(charset), kind, "bestellung.csv"))
    assert codes(reading) == set()
    assert lines(reading) == EXPECTED
    assert reading.messages[0].data()["lines"][0]["product"]["description"] == "Ritzel; gehärtet"


@pytest.mark.parametrize(("delimiter", "sep"), [("\t", ""), ("|", ""), (";", "sep=;\r\n")])
def test_csv_with_other_delimiters(delimiter: str, sep: str) -> None:
    text = sep + CSV.replace('"Ritzel; gehärtet"', "Ritzel").replace(";", delimiter)
    assert lines(read_files((text.encode(), "text/csv", "b.csv"))) == EXPECTED


def test_csv_with_commas() -> None:
    text = (
        "PO Number,PO Line,Part Number,Description,Order Qty,UOM,Unit Price,Currency,Need By Date\r\n"
        '4711-88,1,X-100,"Plate, 3/8""",24,EA,118.50,USD,2027-01-15\r\n4711-88,2,X-200,Bar,"1,200",KG,2.15,USD,2027-01-22\r\n'
    )
    assert lines(read_files((text.encode(), "text/csv", "b.csv"), locale="en-US")) == EXPECTED


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("quantity_unreadable", ('"Ritzel; gehärtet"', "Ritzel; gehärtet")),
        ("po_number_conflict", ("4711-88;20", "4711-89;20")),
        ("quantity_unreadable", ("1.200", "1.20")),
    ],
)
def test_csv_that_is_not_certain(code: str, change: tuple[str, str]) -> None:
    assert code in codes(read_files((CSV.replace(*change).encode(), "text/csv", "b.csv")))


GRADES = (
    "Bestellnummer;Pos;Artikelnummer;Menge;ME;Einzelpreis;Währung;Liefertermin;Werkstoff\r\n"
    "4711-88;10;X-100;24;ST;118,50;EUR;15.01.2027;{}\r\n4711-88;20;X-200;1.200;KG;2,15;EUR;22.01.2027;{}\r\n"
)


@pytest.mark.parametrize(
    "grades",
    [
        pytest.param(('"S235', "S355"), id="a-quotation-mark-swallows-all-that-follows"),
        pytest.param(('"S235', 'S355"'), id="a-quotation-mark-swallows-a-row"),
        pytest.param(("S235", '"S355'), id="the-last-cell-is-cut-off"),
        pytest.param(("S235", "S" * 140_000), id="a-cell-that-the-csv-reader-gives-up-on"),
    ],
)
def test_csv_rows_that_may_be_missing_are_for_a_person(grades: tuple[str, str]) -> None:
    assert "attachment_unreadable" in codes(read_files((GRADES.format(*grades).encode(), "text/csv", "b.csv")))


def test_csv_cells_of_several_lines() -> None:
    reading = read_files((GRADES.format('"S235, S275\r\noder besser"', "S355").encode(), "text/csv", "b.csv"))
    assert codes(reading) == set()
    assert lines(reading) == EXPECTED


def test_body_and_attachment_must_agree() -> None:
    body = "Bestellung 4711-88\n\n- 24 Stk X-100 zu 118,50 EUR, Termin 15.01.2027\n- {} kg X-200 zu 2,15 EUR, Termin 22.01.2027\n"
    same = read_files((CSV.encode(), "text/csv", "b.csv"), body=body.format("1.200"))
    assert (same.intent, lines(same)) == ("new_po", EXPECTED)
    assert "parts_disagree" in codes(read_files((CSV.encode(), "text/csv", "b.csv"), body=body.format("1.300")))
    said = read_files((CSV.encode(), "text/csv", "b.csv"), body="anbei, aber bitte nur 12 Stk X-100\n")
    assert "leftover_text" in codes(said)


def book(book: openpyxl.Workbook) -> None:
    sheet = book.active
    sheet.title = "Bestellung"
    for row in (
        ["Ostwald Getriebe GmbH"],
        [],
        ["Bestellung", "4711-88"],
        ["Datum", datetime.date(2026, 11, 18)],
        [],
        [],
        ["Pos", "Artikel-Nr", "Bezeichnung", "Menge", "ME", "Preis EUR", "Gesamt", "Liefertermin"],
        [10, "X-100", "Ritzel", 24, "Stk", 118.5, "=D8*F8", datetime.date(2027, 1, 15)],
        [20, "X-200", "Welle", "1.200", "kg", "2,15", "=D9*F9", datetime.datetime(2027, 1, 22, tzinfo=None)],  # noqa: DTZ001 - workbooks know no zones
        ["Summe", None, None, None, None, None, "=SUM(G8:G9)"],
    ):
        sheet.append(row)
    book.create_sheet("Bedingungen")["A1"] = "Es gelten unsere Einkaufsbedingungen."


def changed(change: str, value: Any = None) -> bytes:
    def fill(target: openpyxl.Workbook) -> None:
        book(target)
        sheet = target["Bestellung"]
        if change == "row":
            sheet.row_dimensions[9].hidden = True
        elif change == "column":
            sheet.column_dimensions["D"].hidden = True
        elif change == "sheet":
            target["Bedingungen"].sheet_state = "hidden"
        else:
            sheet[change] = value

    return workbook(fill)


def test_a_workbook_with_headings_further_down() -> None:
    reading = read_files((workbook(book), EXCEL, "b.xlsx"))
    assert codes(reading) == set()
    assert values(reading) == [(*line[:3], float(line[3]), *line[4:]) for line in EXPECTED]
    assert reading.messages[0].data()["order_date"] == "2026-11-18"


@pytest.mark.parametrize(
    ("code", "change", "value"),
    [
        ("hidden_cells", "row", None),
        ("hidden_cells", "column", None),
        ("hidden_cells", "sheet", None),
        ("quantity_unreadable", "D8", "=20+4"),
        ("quantity_fraction", "D8", 24.5),
        ("cell_empty", "H8", None),
        ("date_unreadable", "H8", "15/13/2027"),
        ("po_number_conflict", "B3", "4711-89"),
    ],
)
def test_a_workbook_that_is_not_what_it_shows(code: str, change: str, value: Any) -> None:
    assert code in codes(read_files((changed(change, value), EXCEL, "b.xlsx")))


COLUMNS = (40, 80, 150, 290, 330, 380, 450)
ROWS = (
    ("Pos", "Artikel-Nr", "Bezeichnung", "Menge", "ME", "Preis EUR", "Liefertermin"),
    ("10", "X-100", "Ritzel 16MnCr5", "24", "Stk", "118,50", "15.01.2027"),
    ("20", "X-200", "Welle C45", "1.200", "kg", "2,15", "22.01.2027"),
)


def sheet(rows: tuple[tuple[str, ...], ...], top: int = 700) -> list[tuple[int, int, str]]:
    return [(x + 3, top - 20 * n, text) for n, row in enumerate(rows) for x, text in zip(COLUMNS, row, strict=True)]


HEADER = [(40, 780, "Ostwald Getriebe GmbH"), (40, 760, "Bestellung Nr. 4711-88")]
TOTAL = [(40, 600, "Gesamtsumme netto: 5.424,00 EUR")]


def test_a_pdf_with_ruled_tables() -> None:
    edges = [*COLUMNS, 530]
    ruled = [(40, y, 530, y) for y in (715, 695, 675, 655)] + [(x, 655, x, 715) for x in edges]
    reading = read_files((pdf([[*HEADER, *sheet(ROWS), *TOTAL]], ruled), "application/pdf", "b.pdf"))
    assert codes(reading) == set()
    assert lines(reading) == EXPECTED


def test_a_pdf_without_rules() -> None:
    reading = read_files((pdf([[*HEADER, *sheet(ROWS), *TOTAL]]), "application/pdf", "b.pdf"))
    assert codes(reading) == set()
    assert lines(reading) == EXPECTED


@pytest.mark.parametrize("headed", [True, False])
def test_a_pdf_over_two_pages(headed: bool) -> None:
    second = (ROWS[0], ROWS[2]) if headed else (ROWS[2],)
    one = [*HEADER, *sheet(ROWS[:2]), (40, 40, "Seite 1 von 2"), (300, 40, "Übertrag 2.844,00")]
    two = [(40, 780, "Ostwald Getriebe GmbH"), *sheet(second), (40, 40, "Seite 2 von 2"), *TOTAL]
    reading = read_files((pdf([one, two]), "application/pdf", "b.pdf"))
    assert codes(reading) == set()
    assert lines(reading) == EXPECTED


@pytest.mark.parametrize(
    ("code", "content", "name"),
    [
        ("image_only", pdf([[]]), "b.pdf"),
        ("attachment_unreadable", b"%PDF-1.4 broken", "b.pdf"),
        ("attachment_dangerous", b"MZ\x90\x00", "b.pdf"),
        ("attachment_dangerous", b"whatever", "order.pdf.exe"),
        ("attachment_packed", b"Rar!\x1a\x07", "b.rar"),
        ("attachment_unreadable", b"PK\x03\x04 broken", "b.xlsx"),
        ("attachment_unreadable", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "b.xls"),
        ("attachment_unreadable", b"<?xml version='1.0'?><Order/>", "b.xml"),
        ("attachment_unreadable", b"\x00\x01\x02\x03", "b.dat"),
    ],
)
def test_what_cannot_be_read_is_for_a_person(code: str, content: bytes, name: str) -> None:
    _is_for_a_person(code, content, name)


def test_a_workbook_that_unpacks_to_too_much_is_for_a_person() -> None:
    _is_for_a_person("limit_exceeded", bomb(80_000_000), "b.xlsx")


def _is_for_a_person(code: str, content: bytes, name: str) -> None:
    body = "Bestellung 4711-88\n\n- 24 Stk X-100 zu 118,50 EUR, Termin 15.01.2027\n"
    reading = read_files((content, "application/octet-stream", name), body=body)
    assert reading.intent == "quarantine"
    assert code in codes(reading)


def test_a_logo_is_no_obstacle() -> None:
    body = "Bestellung 4711-88\n\n- 24 Stk X-100 zu 118,50 EUR, Termin 15.01.2027\n"
    assert read_files((b"\x89PNG\r\n\x1a\n", "image/png", "logo.png"), body=body).intent == "new_po"


EDIFACT = (
    "UNB+UNOC:3+OSTWALD:ZZ+METALWORKS:ZZ+261119:1200+77'UNH+1+ORDERS:D:96A:UN'BGM+220+{}+9'DTM+137:20261119:102'"
    "DTM+2:20270115:102'NAD+BY+OSTWALD::92'CUX+2:EUR:9'LIN+1++X-100:BP'QTY+21:24:PCE'PRI+AAA:118.5'UNS+S'CNT+2:1'"
    "UNT+12+1'UNZ+1+77'"
)


@pytest.mark.rule("R5")
def test_an_edi_order_attached_is_the_senders() -> None:
    reading = read_files((EDIFACT.format("4711-88").encode(), "application/EDIFACT", "o.edi"))
    assert (reading.intent, codes(reading)) == ("new_po", set())
    data = reading.messages[0].data()
    assert (data["customer"]["id"], data["source"]["channel"]) == ("C-OSTWALD", "email")
    assert values(reading) == [("X-100", "24", "H87", 118.5, "1", "2027-01-15")]


def test_an_edi_order_and_its_mail_must_agree() -> None:
    other = EDIFACT.format("4711-90").encode()
    assert "po_number_conflict" in codes(read_files((other, "application/EDIFACT", "o.edi")))
    same = EDIFACT.format("4711-88").encode()
    body = "- 24 Stk X-100 zu 118,50 EUR, Termin 15.01.2027\n"
    assert "parts_disagree" in codes(read_files((same, "application/EDIFACT", "o.edi"), body=body))
    for words in ("Bitte die Menge verdoppeln.", "Bitte 30 Stk von X-100.", "Das ist ein Entwurf."):
        assert read_files((same, "application/EDIFACT", "o.edi"), body=words + "\n").intent == "quarantine"
    assert "attachment_unreadable" in codes(
        read(with_files("de-DE", "4711-88", "x\n", (same, "application/EDIFACT", "o.edi")))
    )


def test_a_mail_whose_attachment_says_all_needs_no_words() -> None:
    reading = read_files((CSV.encode(), "text/csv", "b.csv"), body=" \n")
    assert lines(reading) == EXPECTED


def test_file_names_are_never_paths() -> None:
    reading = read_files((CSV.encode(), "text/csv", "../../etc/passwd.csv"))
    places = {entry["part"] for entry in reading.messages[0].data()["source"]["read_from"]}
    assert places <= {"attachment 1", "subject"}


def test_a_text_with_a_mark_of_utf_16() -> None:
    raw = mail("Bestellung 4711-88".encode("utf-16"), "de-DE", "x")
    assert read(raw).intent in ("quarantine", "not_an_order")


def test_an_attachment_that_cannot_even_be_decoded_is_not_taken_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library has raised on odd parts in every version; nobody knows then what the part says."""
    body = "Bestellung 4711-88\n\n- 30 Stk X-100 zu 118,50 EUR, Termin 15.01.2027\n"
    picture = (b"\x89PNG\r\n\x1a\n", "image/png", "logo.png")
    assert read_files(picture, body=body).intent == "new_po"
    payload_of = Message.get_payload

    def raising(part: Message, i: Any = None, decode: bool = False) -> Any:
        if decode and part.get_filename():
            raise LookupError("unknown encoding")
        return payload_of(part, i, decode)

    monkeypatch.setattr(Message, "get_payload", raising)
    reading = read_files(picture, body=body)

    assert "attachment_unreadable" in codes(reading)
    assert reading.disposition == "quarantine"

"""Attachments and HTML are read as their reader sees them; what shows otherwise than it is stored is for a person."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from openpyxl.comments import Comment  # type: ignore[import-untyped]
from openpyxl.styles import Font, PatternFill  # type: ignore[import-untyped]

from adapters.email import EmailReader
from adapters.email.formats.number_format import number_format
from hub.ports import Reading
from tests.unit.mail.files import EXCEL, pdf, with_files, workbook
from tests.unit.mail.support import codes, context, lines

EXPECTED = [
    ("X-100", "24", "H87", "118.50", "1", "2027-01-15"),
    ("X-200", "1200", "KGM", "2.15", "1", "2027-01-22"),
]
HEAD = "<tr><td>Pos</td><td>Artikel-Nr.</td><td>Menge</td><td>ME</td><td>Preis EUR</td><td>Termin</td></tr>"
FIRST = "<tr><td>1</td><td>X-100</td><td>24</td><td>Stk</td><td>118,50</td><td>15.01.2027</td></tr>"
SECOND = "<tr><td>2</td><td>X-200</td><td>1.200</td><td>kg</td><td>2,15</td><td>22.01.2027</td></tr>"


def shown(rows: str, after: str = "", style: str = "") -> Reading:
    page = f"<html><head><style>{style}</style></head><body><p>Bestellung 4711-88</p><table>{rows}</table>{after}</body></html>"
    return EmailReader().read(with_files("de-DE", "4711-88", "", html=page), "mail.eml", context())


def attached(content: bytes, kind: str, name: str) -> Reading:
    raw = with_files("de-DE", "Bestellung 4711-88", "anbei\n", (content, kind, name))
    return EmailReader().read(raw, "mail.eml", context())


def test_the_table_that_is_tried_is_good() -> None:
    assert lines(shown(HEAD + FIRST + SECOND)) == EXPECTED


@pytest.mark.parametrize(
    ("code", "rows", "style"),
    [
        ("struck_text", FIRST + SECOND.replace("<td>", "<td><s>").replace("</td>", "</s></td>"), ""),
        ("struck_text", FIRST.replace("24", "<del>24</del><ins>30</ins>") + SECOND, ""),
        ("struck_text", FIRST + SECOND.replace("<tr>", '<tr style="text-decoration:line-through">'), ""),
        ("struck_text", FIRST.replace("24", '<span style="text-decoration: line-through">24</span>') + SECOND, ""),
        ("hidden_text", FIRST + SECOND.replace("<tr>", "<tr class=x>"), ".x{display:none}"),
        ("hidden_text", FIRST + SECOND.replace("<tr>", '<tr style="color:#fefefe">'), ""),
        ("hidden_text", FIRST.replace("24", "2<input value=4>") + SECOND, ""),
        ("price_unreadable", FIRST.replace("118,50", "118<sup>50</sup>") + SECOND, ""),
        ("quantity_unreadable", FIRST.replace("24", "24<sup>1</sup>") + SECOND, ""),
        ("quantity_missing", FIRST.replace("<td>24", "<td rowspan=2>24") + SECOND.replace("<td>1.200</td>", ""), ""),
    ],
)
def test_html_that_shows_otherwise_than_it_reads(code: str, rows: str, style: str) -> None:
    assert code in codes(shown(HEAD + rows, style=style))


def test_what_html_shows_is_read() -> None:
    white = HEAD.replace("<tr>", '<tr bgcolor="#003366">').replace("<td>", '<td><font style="color:#fff">')
    assert lines(shown(white + FIRST + SECOND)) == EXPECTED
    square = shown(HEAD + FIRST.replace("Stk", "m<sup>2</sup>"))
    assert lines(square) == [("X-100", "24", "MTK", "118.50", "1", "2027-01-15")]
    one_date = FIRST.replace("<td>15.01", "<td rowspan=2>15.01") + SECOND.replace("<td>22.01.2027</td>", "")
    assert [line[-1] for line in lines(shown(HEAD + one_date))] == ["2027-01-15", "2027-01-15"]
    quoted = "<blockquote>Menge <s>24</s></blockquote>"
    assert lines(shown(HEAD + FIRST + SECOND, quoted)) == EXPECTED


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("General", "118.5", "118.5"),
        ("#,##0.00", "1118.5", "1118.5"),
        ('0 "kg"', "24", "24 kg"),
        ("[$€-407] #,##0.00", "118.5", "€ 118.5"),
        ("$#,##0.00;[Red]-$#,##0.00", "118.5", "$ 118.5"),
        ('#,##0.00\\ "USD"', "118.5", "118.5 USD"),
        ("00000", "123", "00123"),
        ("0%", "0.24", "0 (scaled)"),
        ("0.00", "118.505", "118.51"),
        ("#,##0,", "1200", "1200 (scaled)"),
        ("0", "24.4", "24"),
        ("_-* #,##0.00_-", "7", "7"),
        ("0.00E+00", "4500120034", "4500120034"),
    ],
)
def test_a_number_as_its_format_shows_it(code: str, value: str, text: str) -> None:
    assert number_format(code).text(Decimal(value)) == text


def book(change: Callable[[Any], None]) -> Reading:
    def fill(target: openpyxl.Workbook) -> None:
        sheet = target.active
        for row in (
            ["Bestellung", "4711-88"],
            ["Pos", "Artikel-Nr", "Menge", "ME", "Preis", "Liefertermin"],
            [1, "X-100", 24, "Stk", 118.5, date(2027, 1, 15)],
            [2, "X-200", 1200, "kg", 2.15, date(2027, 1, 22)],
        ):
            sheet.append(row)
        change(sheet)

    return attached(workbook(fill), EXCEL, "b.xlsx")


def styled(place: str, **style: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for name, value in style.items():
            setattr(sheet[place], name, value)

    return change


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("struck_text", styled("C3", font=Font(strike=True))),
        ("hidden_cells", styled("C3", font=Font(color="FFFFFFFF"))),
        ("cell_comment", styled("C3", comment=Comment("bitte nur 20 Stk", "AM"))),
        ("quantity_unreadable", styled("C3", number_format='0" x 100"')),
        ("quantity_unreadable", styled("C4", number_format="#,##0,")),
        ("unit_ambiguous", styled("C3", number_format='0 "kg"')),
        ("currency_missing", styled("E3", number_format='#,##0.00 "USD"')),
        ("cell_rounded", styled("E3", value=118.505, number_format="0.00")),
        ("cell_rounded", styled("C3", value=24.4, number_format="0")),
        ("date_unreadable", styled("F3", number_format="mmm yy")),
        ("date_unreadable", styled("F3", value=46402, number_format="General")),
        ("product_odd", styled("B3", value="4,50012E+09")),
        ("product_odd", styled("B3", value="02. Mrz")),
    ],
)
def test_a_workbook_that_shows_otherwise_than_it_holds(code: str, change: Callable[[Any], None]) -> None:
    assert code in codes(book(change))


def test_what_a_workbook_shows_is_read() -> None:
    assert [line[:3] for line in lines(book(styled("A1", font=Font(bold=True))))] == [line[:3] for line in EXPECTED]
    assert lines(book(styled("B3", value=123, number_format="00000")))[0][0] == "00123"
    headed = styled("C2", font=Font(color="FFFFFFFF"), fill=PatternFill("solid", fgColor="FF003366"))
    assert codes(book(headed)) == set()

    def in_dollars(sheet: Any) -> None:
        sheet["E3"].number_format = sheet["E4"].number_format = "[$$-409]#,##0.00"
        sheet["E2"] = "Preis USD"

    assert book(in_dollars).messages[0].data()["currency"] == "USD"


def test_a_text_that_a_workbook_must_not_take_for_a_number() -> None:
    text = 'Bestellnr;Pos;Artikelnr;Menge;ME;Preis;Liefertermin\r\n="4711-88";1;="00123";24;ST;118,50;15.01.2027\r\n'
    assert lines(attached(text.encode(), "text/csv", "b.csv"))[0][:2] == ("00123", "24")


COLUMNS = (40, 80, 200, 250, 300, 370)
TITLES = ("Pos", "Artikel-Nr", "Menge", "ME", "Preis", "Termin")
ROWS = (("1", "X-100", "24", "Stk", "118,50", "15.01.2027"), ("2", "X-200", "1.200", "kg", "2,15", "22.01.2027"))
PAGE = [(40, 760, "Bestellung 4711-88")] + [
    (x, 700 - 20 * n, text) for n, row in enumerate((TITLES, *ROWS)) for x, text in zip(COLUMNS, row, strict=True)
]


def test_the_terms_of_trade_behind_an_order_are_nobodys_remarks() -> None:
    terms = [(40, 740 - 20 * n, text) for n, text in enumerate((
        "Allgemeine Einkaufsbedingungen",
        "Der Besteller kann die Bestellung stornieren, falls der Termin nicht eingehalten wird.",
        "Zahlung erfolgt erst nach Wareneingang.",
    ))]  # fmt: skip
    assert lines(attached(pdf([PAGE, terms]), "application/pdf", "b.pdf")) == EXPECTED
    said = [(40, 560, "Zahlung erfolgt erst nach Wareneingang.")]
    assert codes(attached(pdf([[*PAGE, *said]]), "application/pdf", "b.pdf")) == {"doubtful_words"}


@pytest.mark.parametrize(
    ("code", "more", "ruled"),
    [
        ("", [(40, 40, "Seite 1 von 1")], [(38, 658, 430, 658)]),
        ("pages_missing", [(40, 40, "Seite 1 von 2")], []),
        ("struck_text", [], [(38, 663, 430, 663)]),
        ("not_a_plain_order", [(40, 780, "RECHNUNG 2026-17")], []),
        ("not_a_plain_order", [(40, 780, "Angebot 2026-55")], []),
    ],
)
def test_a_pdf_as_its_reader_sees_it(
    code: str, more: list[tuple[int, int, str]], ruled: list[tuple[int, int, int, int]]
) -> None:
    reading = attached(pdf([[*PAGE, *more]], ruled), "application/pdf", "b.pdf")
    assert codes(reading) == ({code} if code else set())
    assert code or lines(reading) == EXPECTED

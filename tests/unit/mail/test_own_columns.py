"""Column headings that a partner's profile explains, once a person has had to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.partners import Partners
from hub.ports import Reading
from tests.unit.mail.files import with_files
from tests.unit.mail.support import codes, context, lines, mail, read

EXPECTED = [
    ("X-100", "24", "H87", "118.50", "1", "2027-01-15"),
    ("X-200", "1200", "KGM", "2.15", "1", "2027-01-22"),
]
OWN = [
    "Kennung;Stk./Los;Einheit;Stückkosten/EUR;Bedarf am",
    "X-100;24;Stk;118,50;15.01.2027",
    "X-200;1.200;kg;2,15;22.01.2027",
]
COLUMNS = {"Kennung": "part", "Stk./Los": "quantity", "Stückkosten": "price", "bedarf AM": "date"}


def read_own(rows: list[str], form: str, **email: Any) -> Reading:
    if form == "text":
        text = "Bestellung 4711-88\n\n" + "\n".join(row.replace(";", "   ") for row in rows) + "\n"
        return read(mail(text, "de-DE", "Bestellung 4711-88"), context(**email))
    if form == "html":
        cells = "".join(f"<tr><td>{row.replace(';', '</td><td>')}</td></tr>" for row in rows)
        raw = with_files("de-DE", "Bestellung 4711-88", "", html=f"<p>anbei</p><table>{cells}</table>")
    else:
        raw = with_files("de-DE", "Bestellung 4711-88", "anbei\n", ("\n".join(rows).encode(), "text/csv", "b.csv"))
    return read(raw, context(**email))


@pytest.mark.parametrize("form", ["csv", "html", "text"])
def test_headings_that_a_profile_explains_are_understood(form: str) -> None:
    assert read_own(OWN, form).intent != "new_po"
    reading = read_own(OWN, form, columns=COLUMNS)
    assert (reading.intent, codes(reading)) == ("new_po", set())
    assert lines(reading) == EXPECTED


def test_a_profile_explains_no_headings_but_its_own_partners() -> None:
    known = context(columns=COLUMNS)
    every = [
        partner.model_copy(update={"email": partner.email and partner.email.model_copy(update={"columns": {}})})
        if partner.locale == "de-DE"
        else partner
        for partner in known.partners.all.values()
    ]
    raw = with_files("de-DE", "Bestellung 4711-88", "anbei\n", ("\n".join(OWN).encode(), "text/csv", "b.csv"))
    assert read(raw, replace(known, partners=Partners(every))).intent != "new_po"


def test_what_a_heading_means_elsewhere_counts_less_than_what_its_partner_means() -> None:
    rows = ["Pos;Menge;ME;Preis;Termin", *(row for row in OWN[1:])]
    reading = read_own(rows, "csv", columns={"Pos": "part"})
    assert (reading.intent, lines(reading)) == ("new_po", EXPECTED)


def test_an_unknown_column_says_where_it_can_be_explained() -> None:
    rows = [f"{OWN[0]};Charge", *(f"{row};77" for row in OWN[1:])]
    reading = read_own(rows, "csv", columns=COLUMNS)
    [finding] = [each for each in reading.findings if each.code == "column_unknown"][:1]
    assert "“Charge”" in finding.message
    assert "email.columns" in finding.message
    assert not codes(read_own(rows, "csv", columns={**COLUMNS, "Charge": "note"}))


def test_the_gates_hold_for_explained_columns_as_for_others() -> None:
    twice = read_own(OWN, "csv", columns={**COLUMNS, "Einheit": "quantity"})
    assert twice.intent == "quarantine"
    odd = read_own([OWN[0], OWN[1].replace("118,50", "1.18,50")], "csv", columns=COLUMNS)
    assert "price_unreadable" in codes(odd)

"""What a person's answer teaches of a customer's layout, and how the next mail is read with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.email.reader import EmailReader
from hub.layouts import Layout, Lesson, Version
from hub.messages.customer_po import SubmitCustomerPo
from hub.ports import Context
from tests.unit.mail.files import with_files
from tests.unit.mail.support import CURRENCIES, codes, context, customer_id, lines, mail, read

STRANGE = ["Kennung;Stk./Los;Einheit;Stückkosten/EUR;Bedarf am"]
FIRST = [*STRANGE, "X-100;24;Stk;118,50;15.01.2027", "X-200;1.200;kg;2,15;22.01.2027"]
SECOND = [*STRANGE, "Y-7;3;Stk;9,80;01.02.2027", "Y-8;2.500;kg;1,95;08.02.2027", "Y-9;11;Stk;118,50;08.02.2027"]
PLAIN = "Kennung;Menge;ME;Preis;Termin"
SAID = [
    {"buyer_part": "X-100", "quantity": "24", "unit": "H87", "unit_price": "118.50", "requested_date": "2027-01-15"},
    {"buyer_part": "X-200", "quantity": "1200", "unit": "KGM", "unit_price": "2.15", "requested_date": "2027-01-22"},
]


def answer(wanted: Sequence[Mapping[str, str]], locale: str = "de-DE", **more: Any) -> SubmitCustomerPo:
    """The purchase order that a person makes of a mail; parts and descriptions are the product's."""
    rows = []
    for number, row in enumerate(wanted, 1):
        product = {name: row[name] for name in ("buyer_part", "seller_part", "description") if name in row}
        rest = {name: value for name, value in row.items() if name not in product}
        rows.append({"line": str(number), "product": product, **rest})
    return SubmitCustomerPo.model_validate(
        {
            "po_number": "4711-1",
            "purpose": "original",
            "currency": CURRENCIES.get(locale, "EUR") or "EUR",
            "customer": {"id": customer_id(locale)},
            "lines": rows,
            "source": {"channel": "email"},
            **more,
        }
    )


def made(
    rows: Sequence[str], form: str = "csv", locale: str = "de-DE", number: str = "4711-1", called: str = "Bestellung"
) -> bytes:
    """A mail with these rows, as an attachment, in HTML or as text."""
    if form == "text":
        cells = [row.split(";") for row in rows]
        widths = [max(map(len, column)) + 3 for column in zip(*cells, strict=True)]
        text = "\n".join("".join(map(str.ljust, row, widths)) for row in cells)
        return mail(f"Bestellung {number}\n\n{text}\n", locale, f"Bestellung {number}")
    if form == "html":
        cells = "".join(f"<tr><td>{row.replace(';', '</td><td>')}</td></tr>" for row in rows)
        return with_files(locale, f"Bestellung {number}", "", html=f"<p>anbei</p><table>{cells}</table>")
    attached = ("\n".join(rows).encode(), "text/csv", "b.csv")
    return with_files(locale, f"{called} {number}", "anbei\n", attached)


def study(raw: bytes, said: SubmitCustomerPo, known: Context | None = None) -> Lesson:
    """What a person's answer teaches."""
    return EmailReader().study(raw, known or context(), said)


def taught(layout: Layout | None, locale: str = "de-DE", number: int = 3, **email: Any) -> Context:
    """What the reader knows once that is learnt."""
    assert layout is not None
    return replace(context(**email), layouts=(Version(customer_id(locale), number, layout),))


@pytest.mark.parametrize("form", ["csv", "html", "text"])
def test_headings_that_an_answer_explains_are_understood_in_the_next_mail(form: str) -> None:
    assert read(made(FIRST, form)).intent != "new_po"
    lesson = study(made(FIRST, form), answer(SAID))
    assert lesson.layout is not None, lesson.why
    assert lesson.layout.columns == ("part", "quantity", None, "price", "date")

    reading = read(made(SECOND, form), taught(lesson.layout))
    assert (reading.intent, codes(reading)) == ("new_po", set())
    assert lines(reading) == [
        ("Y-7", "3", "H87", "9.80", "1", "2027-02-01"),
        ("Y-8", "2500", "KGM", "1.95", "1", "2027-02-08"),
        ("Y-9", "11", "H87", "118.50", "1", "2027-02-08"),
    ]
    assert reading.layouts == (3,)
    assert reading.messages[0].data()["source"]["layouts"] == [3]


def test_a_layout_holds_for_its_own_headings_and_its_own_customer_only() -> None:
    known = taught(study(made(FIRST), answer(SAID)).layout)
    other = [SECOND[0].replace("Bedarf am", "Bedarf"), *SECOND[1:]]
    wider = [f"{SECOND[0]};Los", *(f"{row};7" for row in SECOND[1:])]
    for rows in (other, wider):
        assert read(made(rows), known).intent != "new_po"
        assert read(made(rows), known).layouts == ()
    assert read(made(SECOND, locale="nl-NL"), known).intent != "new_po"
    assert read(made([f"{row};" for row in SECOND]), known).intent == "new_po"


def test_a_column_that_was_taken_for_something_else_is_learnt() -> None:
    rows = [
        "Pos;Menge;ME;Preis;Termin;Text",
        "X-100;24;Stk;118,50;15.01.2027;Lager",
        "X-200;5;Stk;2,15;22.01.2027;Bock",
    ]
    said = [{**SAID[0], "description": "Lager"}, {**SAID[1], "description": "Bock", "quantity": "5", "unit": "H87"}]
    lesson = study(made(rows), answer(said))
    assert lesson.layout is not None, lesson.why
    assert lesson.layout.columns == ("part", None, None, None, None, None)
    reading = read(made(rows, number="4711-2"), taught(lesson.layout))
    assert [each[0] for each in lines(reading)] == ["X-100", "X-200"]
    assert not codes(reading)


def test_a_column_without_a_heading_is_learnt_by_its_place() -> None:
    rows = ["Pos;;Menge;ME;Preis;Termin", "1;X-100;24;Stk;118,50;15.01.2027", "2;X-200;1200;kg;2,15;22.01.2027"]
    assert read(made(rows)).intent != "new_po"
    lesson = study(made(rows), answer(SAID))
    assert lesson.layout is not None, lesson.why
    assert lesson.layout.columns == (None, "part", None, None, None, None)
    assert not codes(read(made(rows), taught(lesson.layout)))


# ------------------------------------------------------------------------------------------------- conventions

ENGLISH = "Part;Qty;UOM;Unit Price;Due"


def test_the_decimal_mark_is_learnt_where_the_profile_says_another() -> None:
    rows = [ENGLISH, "X-100;24;EA;118,50;2027-01-15", "X-200;1.200;KG;2,15;2027-01-22"]
    assert "price_unreadable" in codes(read(made(rows, locale="en-US")))
    lesson = study(made(rows, locale="en-US"), answer(SAID, "en-US"))
    assert lesson.layout is not None, lesson.why
    assert (lesson.layout.decimal, set(lesson.layout.columns)) == (",", {None})
    again = [ENGLISH, "Y-1;2.500;EA;1.118,50;2027-01-15"]
    assert lines(read(made(again, locale="en-US"), taught(lesson.layout, "en-US"))) == [
        ("Y-1", "2500", "H87", "1118.50", "1", "2027-01-15")
    ]
    foreign = [ENGLISH, "Y-1;2,500;EA;1,118.50;2027-01-15"]
    assert "price_unreadable" in codes(read(made(foreign, locale="en-US"), taught(lesson.layout, "en-US")))


@pytest.mark.parametrize(
    ("order", "days"), [("dmy", ("2027-03-04", "2027-05-06")), ("mdy", ("2027-04-03", "2027-06-05"))]
)
def test_the_order_of_day_and_month_is_learnt_where_a_person_settles_it(order: str, days: tuple[str, str]) -> None:
    rows = [ENGLISH, "X-100;24;EA;118.50;04/03/2027", "X-200;5;EA;2.15;06/05/2027"]
    said = [
        {**SAID[0], "requested_date": days[0]},
        {**SAID[1], "requested_date": days[1], "quantity": "5", "unit": "H87"},
    ]
    assert "date_ambiguous" in codes(read(made(rows, locale="en-CA")))
    lesson = study(made(rows, locale="en-CA"), answer(said, "en-CA", currency="CAD"))
    assert lesson.layout is not None, lesson.why
    assert (lesson.layout.date_order, lesson.layout.decimal) == (order, None)
    reading = read(made([ENGLISH, "Y-1;5;EA;2.15;02/03/2027"], locale="en-CA"), taught(lesson.layout, "en-CA"))
    assert not codes(reading)
    assert lines(reading)[0][5] == {"dmy": "2027-03-02", "mdy": "2027-02-03"}[order]


def test_a_number_that_nothing_else_bears_out_is_settled_by_an_answer() -> None:
    rows = [ENGLISH, "X-100;1,250;EA;12;2027-01-15", "X-200;3;EA;7;2027-01-15"]
    assert codes(read(made(rows, locale="en-US"))) == {"number_uncorroborated"}
    said = [
        {**SAID[0], "quantity": "1250", "unit_price": "12"},
        {**SAID[1], "quantity": "3", "unit": "H87", "unit_price": "7", "requested_date": "2027-01-15"},
    ]
    lesson = study(made(rows, locale="en-US"), answer(said, "en-US"))
    assert lesson.layout is not None, lesson.why
    assert (lesson.layout.decimal, lesson.layout.bare_numbers, len(lesson.layout.lessons)) == (".", True, 2)
    assert not codes(read(made(rows, locale="en-US"), taught(lesson.layout, "en-US")))


def test_a_decimal_mark_that_is_learnt_bears_no_bare_number_out() -> None:
    rows = [ENGLISH, "X-100;24;EA;118,50;2027-01-15", "X-200;1.200;KG;2,15;2027-01-22"]
    layout = study(made(rows, locale="en-US"), answer(SAID, "en-US")).layout
    bare = [ENGLISH, "Y-1;1,250;KG;12;2027-01-15"]
    assert codes(read(made(bare, locale="en-US"), taught(layout, "en-US"))) == {"number_uncorroborated"}


# ----------------------------------------------------------------------------------------- the number of the order


def test_the_words_before_the_order_s_number_are_learnt() -> None:
    rows = [PLAIN, *FIRST[1:]]
    assert "po_number_missing" in codes(read(made(rows, called="Vorgang")))
    lesson = study(made(rows, called="Vorgang"), answer(SAID))
    assert lesson.layout is not None, lesson.why
    assert (lesson.layout.po_label, lesson.layout.columns[0]) == ("Vorgang", "part")
    reading = read(made(rows, called="VORGANG:", number="4711-2"), taught(lesson.layout))
    assert (codes(reading), reading.messages[0].data()["po_number"]) == (set(), "4711-2")
    twice = read(made(rows, called="Bestellung 4711-9, Vorgang", number="4711-2"), taught(lesson.layout))
    assert "po_number_conflict" in codes(twice)


@pytest.mark.parametrize("called", ["Angebot", "Vorgang 17, Beleg 18 und"])
def test_a_table_is_learnt_though_the_number_is_not(called: str) -> None:
    rows = [PLAIN, *FIRST[1:]]
    lesson = study(made(rows, called=called, number="9"), answer(SAID))
    assert lesson.layout is not None, lesson.why
    assert (lesson.layout.po_label, lesson.layout.columns[0]) == (None, "part")
    assert "po_number_missing" in codes(read(made(rows, called="Vorgang"), taught(lesson.layout)))


# ---------------------------------------------------------------------------------------------------- defaults


def test_what_no_line_writes_is_learnt_from_the_answer() -> None:
    rows = ["Kennung;Menge;Preis;Termin", "X-100;24;118,50;15.01.2027", "X-200;1200,5;2,15;22.01.2027"]
    said = [
        {**SAID[0], "unit": "KGM", "price_basis": "100"},
        {**SAID[1], "unit": "KGM", "price_basis": "100", "quantity": "1200.5"},
    ]
    lesson = study(made(rows), answer(said))
    assert lesson.layout is not None, lesson.why
    assert (lesson.layout.columns[0], lesson.layout.unit, lesson.layout.price_basis) == ("part", "KGM", "100")
    assert [each[2:5] for each in lines(read(made(rows), taught(lesson.layout)))] == [
        ("KGM", "118.50", "100"),
        ("KGM", "2.15", "100"),
    ]
    wide = [f"{rows[0]};ME", *(f"{row};Stk" for row in rows[1:])]
    assert "KGM" not in str(lines(read(made(wide), taught(lesson.layout))) if read(made(wide)).messages else "")


def test_a_currency_is_learnt_where_the_profile_has_none_and_gives_way_where_it_has() -> None:
    rows = [ENGLISH, "X-100;24;EA;118.50;2027-01-15", "X-200;5;KG;2.15;2027-01-22"]
    said = [SAID[0], {**SAID[1], "quantity": "5"}]
    assert codes(read(made(rows, locale=""))) == {"currency_missing"}
    lesson = study(made(rows, locale=""), answer(said, ""))
    assert lesson.layout is not None, lesson.why
    assert lesson.layout.lessons == {"currency where none is written": "EUR"}
    assert read(made(rows, locale=""), taught(lesson.layout, "")).messages[0].data()["currency"] == "EUR"
    assert read(made(rows, locale="en-GB"), taught(lesson.layout, "en-GB")).messages[0].data()["currency"] == "GBP"


# ----------------------------------------------------------------------------------------------- what is no proof


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", "1201"),
        ("unit_price", "2.16"),
        ("requested_date", "2027-01-23"),
        ("buyer_part", "X-201"),
        ("unit", "MTR"),
    ],
)
def test_one_line_that_says_otherwise_teaches_nothing(name: str, value: str) -> None:
    assert study(made(FIRST), answer([SAID[0], {**SAID[1], name: value}])).layout is None


def test_lines_left_out_or_added_teach_nothing() -> None:
    assert study(made(FIRST), answer(SAID[:1])).layout is None
    assert study(made(FIRST), answer([*SAID, {**SAID[0], "buyer_part": "X-300"}])).layout is None
    assert study(made(FIRST), answer(SAID[::-1])).layout is None


def test_columns_that_could_be_either_are_not_learnt() -> None:
    rows = ["Kennung;Muster;Menge;ME;Preis;Termin", "X-1;X-1;7;Stk;1,50;15.01.2027", "X-2;X-2;9;Stk;2,15;22.01.2027"]
    said = [
        {**SAID[0], "buyer_part": "X-1", "quantity": "7", "unit_price": "1.50"},
        {**SAID[1], "buyer_part": "X-2", "quantity": "9", "unit": "H87"},
    ]
    assert study(made(rows), answer(said)).layout is None


def test_what_may_be_chance_is_not_learnt() -> None:
    """Ones under a heading that nobody knows are no price basis, and for a single line no line number."""
    rows = ["Kennung;Index;Menge;ME;Preis;Termin", "X-100;1;24;Stk;118,50;15.01.2027", "X-200;1;5;Stk;2,15;22.01.2027"]
    said = [SAID[0], {**SAID[1], "quantity": "5", "unit": "H87"}]
    for lesson in (study(made(rows), answer(said)), study(made(rows[:2]), answer(said[:1]))):
        assert lesson.layout is not None, lesson.why
        assert lesson.layout.columns == ("part", None, None, None, None, None)
        assert "column_unknown" in codes(read(made(rows), taught(lesson.layout)))


def test_a_column_that_may_be_what_another_is_called_is_not_learnt() -> None:
    """Quantity and price are the same on each line: what is called the quantity may be the price."""
    rows = ["Kennung;Menge;ME;Wert;Termin", "X-100;2,00;Stk;2;15.01.2027", "X-200;5,00;Stk;5;22.01.2027"]
    said = [
        {**SAID[0], "quantity": "2", "unit_price": "2"},
        {**SAID[1], "quantity": "5", "unit": "H87", "unit_price": "5"},
    ]
    lesson = study(made(rows), answer(said))
    assert lesson.layout is None or lesson.layout.columns[3] is None


def test_an_order_line_that_the_answer_leaves_out_is_never_taken_for_headings() -> None:
    rows = ["X-99;7;Stk;1,10;15.01.2027", *FIRST[1:]]
    for head in ([], ["Bestellung vom 20.11.2026"]):
        assert study(made([*head, *rows]), answer(SAID)).layout is None


def test_a_column_that_the_answer_does_not_use_stays_unknown() -> None:
    rows = [f"{PLAIN};Charge", *(f"{row};7{n}" for n, row in enumerate(FIRST[1:]))]
    lesson = study(made(rows), answer(SAID))
    assert lesson.layout is not None, lesson.why
    assert lesson.layout.columns[-1] is None
    assert codes(read(made(rows), taught(lesson.layout))) == {"column_unknown"}


def test_an_answer_against_the_mail_s_own_total_teaches_nothing() -> None:
    rows = [PLAIN, *FIRST[1:]]
    assert study(made([*rows, "Gesamt;;;;9.999,00"]), answer(SAID)).layout is None
    assert study(made([*rows, "Gesamt;;;;5.424,00"]), answer(SAID)).layout is not None


def test_a_mail_whose_sender_is_not_certain_teaches_nothing() -> None:
    forged = made(FIRST).replace(b"dmarc=pass", b"dmarc=fail")
    assert study(forged, answer(SAID)).why == "it is not certain who sent the mail"
    assert study(made(FIRST, locale="nl-NL"), answer(SAID)).layout is None


def test_what_was_read_as_the_answer_says_teaches_nothing() -> None:
    rows = ["Artikel-Nr;Menge;ME;Preis;Termin", *FIRST[1:]]
    assert study(made(rows), answer(SAID)).layout is None


# ------------------------------------------------------------------------------------------------ gates that hold


def test_gates_hold_for_a_layout_learnt_as_for_every_other() -> None:
    known = taught(study(made(FIRST), answer(SAID)).layout)
    assert "total_differs" in codes(read(made([*SECOND, "Gesamt;;;;1,00"]), known))
    assert "price_unreadable" in codes(read(made([SECOND[0], SECOND[1].replace("9,80", "9,8,0")]), known))
    assert "unit_unknown" in codes(read(made([SECOND[0], SECOND[1].replace("Stk", "Kisterl")]), known))
    assert "dmarc_not_passed" in codes(read(made(SECOND).replace(b"dmarc=pass", b"dmarc=fail"), known))


def test_the_profile_s_own_columns_win() -> None:
    layout = study(made(FIRST), answer(SAID)).layout
    reading = read(made(SECOND), taught(layout, columns={"Bedarf am": "note"}))
    assert "date_missing" in codes(reading)


def test_another_table_beside_one_that_was_learnt_keeps_the_profile_s_conventions() -> None:
    rows = [ENGLISH, "X-100;24;EA;118,50;2027-01-15", "X-200;1.200;KG;2,15;2027-01-22"]
    layout = study(made(rows, locale="en-US"), answer(SAID, "en-US")).layout
    other = (b"Item;Quantity;Unit;Price;Date\nZ-1;1.250;KG;2.15;2027-01-15\n", "text/csv", "c.csv")
    raw = with_files(
        "en-US", "Purchase order 4711-5", "attached\n", ("\n".join(rows).encode(), "text/csv", "b.csv"), other
    )
    reading = read(raw, taught(layout, "en-US"))
    assert {"parts_disagree", "price_unreadable"} <= codes(reading)


# -------------------------------------------------------------------------------------------------- in general

HEADINGS = ("Zulu", "Kilo", "Oscar", "Quebec", "Foxtrot", "Whiskey")
FIELDS = ("buyer_part", "quantity", "unit", "unit_price", "requested_date")
amounts = st.decimals("0.01", "99999", places=2).map(str)
order_lines = st.lists(
    st.fixed_dictionaries(
        {
            "buyer_part": st.from_regex(r"[A-Z]{2}-[1-9][0-9]{2,4}", fullmatch=True),
            "quantity": st.integers(1, 20_000).map(str),
            "unit": st.sampled_from(["H87", "KGM", "MTR"]),
            "unit_price": amounts,
            "requested_date": st.dates(date(2026, 12, 1), date(2028, 1, 1)).map(date.isoformat),
        }
    ),
    min_size=2,
    max_size=5,
    unique_by=lambda line: line["buyer_part"],
)


def written(line: Mapping[str, str], order: Sequence[str], comma: bool, groups: bool) -> str:
    """A line as a table has it."""
    quantity, price = f"{int(line['quantity']):,}" if groups else line["quantity"], line["unit_price"]
    if comma:
        quantity, price = quantity.replace(",", "."), price.replace(".", ",")
    cells = {
        "buyer_part": line["buyer_part"],
        "quantity": quantity,
        "unit": {"H87": "Stk", "KGM": "kg", "MTR": "m"}[line["unit"]],
        "unit_price": price,
        "requested_date": f"{date.fromisoformat(line['requested_date']):{'%d.%m.%Y' if comma else '%Y-%m-%d'}}",
    }
    return ";".join(cells[name] for name in order)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    order=st.permutations(FIELDS),
    first=order_lines,
    second=order_lines,
    locale=st.sampled_from(["de-DE", "en-US", ""]),
    comma=st.booleans(),
    groups=st.booleans(),
)
def test_what_is_learnt_reads_the_next_mail_as_it_is_meant_or_leaves_it_to_a_person(
    order: Sequence[str], first: Any, second: Any, locale: str, comma: bool, groups: bool
) -> None:
    head = ";".join(HEADINGS[: len(order)])
    rows = [[head, *(written(line, order, comma, groups) for line in lines)] for lines in (first, second)]
    lesson = study(made(rows[0], locale=locale), answer(first, locale))
    if lesson.layout is None:
        return
    for raw, meant in ((rows[0], first), (rows[1], second)):
        reading = read(made(raw, locale=locale), taught(lesson.layout, locale))
        if not codes(reading):
            assert [(each[0], each[1], each[2], each[3], each[5]) for each in lines(reading)] == [
                tuple(line[name] for name in FIELDS) for line in meant
            ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(FIELDS), said=order_lines, place=st.integers(0, 4), name=st.sampled_from(FIELDS))
def test_an_answer_with_one_value_that_the_table_does_not_have_teaches_nothing(
    order: Sequence[str], said: Any, place: int, name: str
) -> None:
    rows = [";".join(HEADINGS[: len(order)]), *(written(line, order, True, True) for line in said)]
    values = ("ZZ-1", "20001", "LTR", "0.001", "2028-02-02")
    other = dict(zip(FIELDS, values, strict=True))
    mended = [{**line, name: other[name]} if at == place % len(said) else line for at, line in enumerate(said)]
    assert study(made(rows), answer(mended)).layout is None

"""Numbers, dates and units: one reading under the customer's conventions, or none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapters.email.grammar import dates, numbers
from adapters.email.grammar.amounts import prices, quantities, whole_price, whole_quantity
from adapters.email.grammar.headings import heading
from adapters.email.grammar.locales import conventions
from adapters.email.grammar.units import currency_code, unit_code
from adapters.email.grammar.vocabulary import fold, languages

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("en-US", "1,250.50", "1250.50"),
        ("en-US", "38.75", "38.75"),
        ("en-US", ".085", "0.085"),
        ("en-US", "12.500", "12.500"),
        ("en-US", "1.250,50", None),
        ("en-US", "1,25", None),
        ("en-US", "1,2500", None),
        ("de-DE", "12.500", "12500"),
        ("de-DE", "14,000", "14.000"),
        ("de-DE", "2.400,000", "2400.000"),
        ("de-DE", "12.50", None),
        ("de-CH", "1'250.50", "1250.50"),
        ("de-CH", "1’250.50", "1250.50"),
        ("de-CH", "1,250.50", None),
        ("fr-FR", "1 250,50", "1250.50"),
        ("fr-FR", "1\u202f250,50", "1250.50"),
        ("fr-FR", "1.250,50", None),
        ("es-ES", "1.250,5", "1250.5"),
        ("fi-FI", "6 000", "6000"),
        ("sv-SE", "12 500,00", "12500.00"),
        ("nl-NL", "12,-", "12"),
        ("nl-NL", "1.250,--", "1250"),
        ("en-GB", "0123", "0123"),
        ("en-GB", "1e3", None),
        ("en-GB", "١٢", None),
        ("en-GB", "-5", None),
        ("en-GB", "", None),
    ],
)
def test_a_number_has_the_value_that_its_senders_conventions_give_it(locale: str, text: str, value: str | None) -> None:
    expected = frozenset() if value is None else frozenset({Decimal(value)})
    assert numbers.readings(text, conventions(locale)) == expected


def test_without_known_conventions_a_number_may_be_two() -> None:
    assert len(numbers.readings("1.250", conventions(""))) == 2
    assert numbers.readings("38.75", conventions(None)) == {Decimal("38.75")}
    assert numbers.two_faced("2,150")
    assert not numbers.two_faced("0.125")
    assert numbers.decisive("1,09", conventions("de-DE"))
    assert not numbers.decisive("1.250", conventions("de-DE"))
    assert not numbers.decisive("40", conventions("de-DE"))


@pytest.mark.parametrize(
    ("locale", "text", "day"),
    [
        ("en-US", "01/11/2027", "2027-01-11"),
        ("en-US", "25/03/2027", None),
        ("en-GB", "01/11/2027", "2027-11-01"),
        ("en-CA", "03/04/2027", "two"),
        ("en-CA", "04/25/2027", "2027-04-25"),
        ("en-CA", "2027-04-03", "2027-04-03"),
        ("de-DE", "1.2.2027", "2027-02-01"),
        ("de-DE", "03/04/2027", None),
        ("de-DE", "15. Januar 2027", "2027-01-15"),
        ("de-DE", "Fr, 15.01.2027", "2027-01-15"),
        ("de-DE", "Mo, 15.01.2027", None),
        ("de-CH", "5. März 2027", "2027-03-05"),
        ("fr-FR", "1er février 2027", "2027-02-01"),
        ("fr-FR", "15/02/2027", "2027-02-15"),
        ("es-ES", "15 de enero de 2027", "2027-01-15"),
        ("fi-FI", "12. tammikuuta 2027", "2027-01-12"),
        ("sv-SE", "12/1 2027", "2027-01-12"),
        ("sv-SE", "12 januari 2027", "2027-01-12"),
        ("nl-NL", "15-02-2027", "2027-02-15"),
        ("nl-NL", "15 mrt 2027", "2027-03-15"),
        ("en-US", "Feb 5, 2027", "2027-02-05"),
        ("en-GB", "5th February 2027", "2027-02-05"),
        ("en-US", "05-FEB-27", "2027-02-05"),
        ("en-US", "20270205", "2027-02-05"),
        ("en-US", "January 15", "2027-01-15"),
        ("en-US", "October 15", None),
        ("de-DE", "30.02.2027", None),
        ("de-DE", "KW 3", None),
        ("", "03/04/2027", "two"),
        ("", "13/04/2027", "2027-04-13"),
        ("en-US", "10", None),
    ],
)
def test_a_date_is_read_in_the_customers_form_only(locale: str, text: str, day: str | None) -> None:
    found = dates.readings(text, conventions(locale), TODAY)
    if day == "two":
        assert len(found) == 2
    else:
        assert found == (frozenset({date.fromisoformat(day)}) if day else frozenset())


def test_a_week_is_found_but_is_no_date() -> None:
    assert [place.text for place in dates.find_weeks("Lieferung KW 3/2027, or week 12")] == ["kw 3/2027", "week 12"]
    assert dates.find("M12 4x8 3/16 17-4PH 2024-T3 .080") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EA", "H87"),
        ("Stk.", "H87"),
        ("kpl", "H87"),
        ("KG", "KGM"),
        ("lb", "LBR"),
        ("m²", "MTK"),
        ("ton", None),
        ("box", None),
    ],
)
def test_units(text: str, code: str | None) -> None:
    assert unit_code(text) == code


def test_a_sign_that_several_currencies_share_is_the_customers_own() -> None:
    assert currency_code("$", "CAD") == "CAD"
    assert currency_code("$", "EUR") is None
    assert currency_code("kr", "SEK") == "SEK"
    assert currency_code("€", None) == "EUR"
    assert currency_code("Fr.", None) == "CHF"


def test_quantities_and_prices_in_a_text() -> None:
    found = quantities("40 kpl HEA-120, 6 000 mm, 12 x M12")
    assert [(one.number, one.unit) for one in found] == [("40", "kpl"), ("12", "")]
    (price,) = prices("2.000 Stk à 12,40 EUR je 100 Stk")
    assert (price.number, price.currency, price.basis, price.unit) == ("12,40", "EUR", "100", "Stk")
    each = whole_price("£5.15 each")
    assert each is not None
    assert (each.number, each.currency, each.unit) == ("5.15", "£", "ea")
    assert whole_price("£5.15 or so") is None
    whole = whole_quantity("1 200 kg")
    assert whole is not None
    assert (whole.number, whole.unit) == ("1 200", "kg")


@pytest.mark.parametrize(
    ("text", "field", "extra"),
    [
        ("Part No.", "part", ""),
        ("Preis/EUR", "price", "EUR"),
        ("Unit Price (USD)", "price", "USD"),
        ("Price per 100", "price", "100"),
        ("Qty (kg)", "quantity", "KGM"),
        ("PU HT", "price", ""),
        ("Désignation", "description", ""),
        ("À-hinta", "price", ""),
        ("N°", "line", ""),
        ("Colour", "", ""),
    ],
)
def test_headings(text: str, field: str, extra: str) -> None:
    found = heading(text)
    assert found.field == field
    assert extra in (found.currency, found.unit, found.basis)


def test_folding_keeps_every_character_in_its_place() -> None:
    text = "Größe Ærø Łódź ½ “x” à\u00a0b"
    assert len(fold(text)) == len(text)
    assert fold("Größe") == "grose"


def test_no_word_has_two_meanings() -> None:
    units: dict[str, str] = {}
    months: dict[str, int] = {}
    for language in languages().values():
        for code, words in language["units"].items():
            for word in words:
                assert units.setdefault(fold(str(word)), code) == code, word
        for number, words in enumerate(language["months"], 1):
            for word in words:
                assert months.setdefault(fold(word), number) == number, word


def test_every_language_has_every_kind_of_phrase() -> None:
    kinds = {tag: set(language["phrases"]) for tag, language in languages().items()}
    for tag, found in kinds.items():
        assert kinds["en"] - found <= {"count_lines", "total_quantity"}, tag

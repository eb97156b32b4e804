"""Danish, Portuguese and Czech: orders in every form are read, and what alters one goes to a person, as elsewhere."""
# ruff: noqa: E501 - mails keep their lines

from __future__ import annotations

import pytest

from tests.unit.mail.support import codes, lines, order
from tests.unit.mail.test_orders import PLATE_AND_BAR

TABLES = {
    "da-DK": """Hej,

Hermed vores indkøbsordre 4711-88:

Linje  Varenr   Beskrivelse     Antal   Enhed  Stykpris   Leveringsdato
1      X-100    Plade S355      24      stk    118,50     15-01-2027
2      X-200    Stang C45       1.200   kg     2,15       22-01-2027

I alt ekskl. moms 5.424,00 DKK

Med venlig hilsen
Mette Sørensen
""",
    "pt-PT": """Bom dia,

Nota de encomenda n.º 4711-88

Linha  Referência  Descrição       Quantidade  Un   Preço unitário  Data de entrega
1      X-100       Chapa S355      24          un   118,50          15/01/2027
2      X-200       Varão C45       1.200       kg   2,15            22/01/2027

Total sem IVA: 5.424,00 €

Com os melhores cumprimentos
""",
    "pt-BR": """Pedido de compra 4711-88

Código   Descrição    Qtde    Unid   Preço unit.   Entrega
X-100    Chapa        24      pç     118,50        15/01/2027
X-200    Barra        1.200   kg     2,15          22/01/2027

Valor total R$ 5.424,00
""",
    "cs-CZ": """Dobrý den,

objednáváme (objednávka č. 4711-88):

Řádek  Číslo dílu  Název          Množství  MJ   Jednotková cena  Termín dodání
1      X-100       Plech S355     24        ks   118,50           15.01.2027
2      X-200       Tyč C45        1 200     kg   2,15             22.01.2027

Celkem bez DPH 5 424,00 Kč

S pozdravem
""",
}
SENTENCES = {
    "da-DK": "Ordre 4711-88\n\n- 24 stk X-100 plade a 118,50 kr, levering 15-01-2027\n"
    "- 1.200 kg X-200 stang a 2,15 kr/kg, levering 22. januar 2027\n",
    "pt-PT": "Encomenda 4711-88:\n\n- 24 un X-100 chapa a 118,50 € cada, entrega 15/01/2027\n"
    "- 1.200 kg X-200 varão a 2,15 €/kg, entrega 22 de janeiro de 2027\n",
    "cs-CZ": "Objednávka 4711-88\n\n- 24 ks X-100 plech à 118,50 Kč, dodání 15.1.2027\n"
    "- 1 200 kg X-200 tyč à 2,15 Kč/kg, dodání 22. ledna 2027\n",
}
RECORDS = {
    "da-DK": "Ordrenummer: 4711-88\n\nVarenr: X-100\nAntal: 24 stk\nPris: 118,50 kr\nLeveringsdato: 15-01-2027\n\n"
    "Varenr: X-200\nAntal: 1.200 kg\nPris: 2,15 kr\nLeveringsdato: 22-01-2027\n",
    "pt-PT": "Encomenda: 4711-88\n\nReferência: X-100\nQuantidade: 24 un\nPreço unitário: 118,50 €\nEntrega: 15/01/2027\n\n"
    "Referência: X-200\nQuantidade: 1.200 kg\nPreço unitário: 2,15 €\nEntrega: 22/01/2027\n",
    "cs-CZ": "Číslo objednávky: 4711-88\n\nČíslo dílu: X-100\nMnožství: 24 ks\nJednotková cena: 118,50 Kč\nTermín dodání: 15.1.2027\n\n"
    "Číslo dílu: X-200\nMnožství: 1 200 kg\nJednotková cena: 2,15 Kč\nTermín dodání: 22.1.2027\n",
}
FORMS = [
    pytest.param(locale, text, id=f"{form}-{locale}")
    for form, texts in (("table", TABLES), ("sentences", SENTENCES), ("records", RECORDS))
    for locale, text in texts.items()
]


@pytest.mark.parametrize(("locale", "text"), FORMS)
def test_the_same_order_is_read_in_every_form(locale: str, text: str) -> None:
    reading = order(text, locale, "4711-88")
    assert codes(reading) == set()
    assert (reading.intent, reading.disposition) == ("new_po", "accepted")
    assert reading.messages[0].data()["po_number"] == "4711-88"
    assert lines(reading) == PLATE_AND_BAR


ORDINARY = {
    "da-DK": [
        "Vedlagt tegning X-100.",
        "Bekræft venligst ordren.",
        "På forhånd tak for hjælpen.",
        "Faktura sendes til faktura@kunde.example.",
    ],
    "pt-PT": ["Agradecemos a confirmação da encomenda.", "Desde já obrigado.", "Segue o desenho em anexo."],
    "cs-CZ": ["Prosíme o potvrzení objednávky.", "Předem děkujeme.", "Výkres v příloze."],
}
ALTERING = {
    "da-DK": [
        "Leveres i to leveringer.",
        "Dobbelt antal på alle linjer.",
        "Linje 2 udgår.",
        "Ordren gælder kun hvis prisen er uændret.",
        "Start ikke før vi har godkendt tegningen.",
        "Allerede bestilt pr. telefon.",
        "Priserne er inkl. moms.",
        "Dette er ikke en ordre.",
        "De små skal være prøver.",
        "Vent venligst med produktionen.",
        "Der gives 5 % rabat.",
        "Leveres direkte til vores kunde.",
    ],
    "pt-PT": [
        "Entregar em duas entregas.",
        "Favor duplicar as quantidades.",
        "A linha 2 fica anulada.",
        "Válido apenas se o preço se mantiver.",
        "Não iniciar a produção antes da nossa aprovação.",
        "Já encomendado por telefone.",
        "Preços com IVA incluído.",
        "Isto não é uma encomenda.",
        "As pequenas são amostras.",
        "Aguardar a nossa confirmação antes de fabricar.",
        "Com desconto de 5 %.",
        "Entregar diretamente ao nosso cliente.",
    ],
    "cs-CZ": [
        "Dodat ve dvou dodávkách.",
        "Prosíme zdvojnásobit množství.",
        "Položka 2 je zrušena.",
        "Platí pouze při stejné ceně.",
        "Nezačínat výrobu před schválením.",
        "Již objednáno telefonicky.",
        "Ceny jsou včetně DPH.",
        "Toto není objednávka.",
        "Malé kusy jsou vzorky.",
        "Vyčkejte s výrobou.",
        "Sleva 5 %.",
        "Dodat přímo zákazníkovi.",
    ],
}


@pytest.mark.parametrize(("locale", "sentence"), [(tag, each) for tag, some in ORDINARY.items() for each in some])
def test_what_orders_commonly_say_needs_no_person(locale: str, sentence: str) -> None:
    text = TABLES[locale].replace("\n\n", f"\n\n{sentence}\n\n", 1)
    reading = order(text, locale, "4711-88")
    assert codes(reading) == set(), sentence


@pytest.mark.parametrize(("locale", "sentence"), [(tag, each) for tag, some in ALTERING.items() for each in some])
def test_words_that_alter_an_order_are_for_a_person(locale: str, sentence: str) -> None:
    for text in (TABLES[locale].replace("\n\n", f"\n\n{sentence}\n\n", 1), f"{RECORDS[locale]}\n{sentence}\n"):
        reading = order(text, locale, "4711-88")
        assert reading.disposition == "quarantine" or reading.intent != "new_po", sentence


@pytest.mark.parametrize(
    ("locale", "change"),
    [
        ("da-DK", ("5.424,00", "5.425,00")),
        ("da-DK", ("15-01-2027", "uge 3")),
        ("da-DK", ("24      stk", "ca. 24  stk")),
        ("pt-PT", ("118,50", "118.50")),
        ("pt-PT", ("15/01/2027", "01/15/2027")),
        ("pt-PT", ("5.424,00", "5.425,00")),
        ("cs-CZ", ("1 200", "1.200")),
        ("cs-CZ", ("5 424,00", "5 425,00")),
        ("cs-CZ", ("15.01.2027", "leden 2027")),
    ],
)
def test_what_is_not_certain_is_for_a_person(locale: str, change: tuple[str, str]) -> None:
    assert change[0] in TABLES[locale]
    assert order(TABLES[locale].replace(*change), locale, "4711-88").disposition == "quarantine"


@pytest.mark.parametrize(
    ("locale", "text", "intent"),
    [
        ("da-DK", "Hej,\n\nvi annullerer hermed ordre 4711-88.\n\nMed venlig hilsen\n", "cancel"),
        ("pt-PT", "Bom dia,\n\nsolicitamos o cancelamento da encomenda 4711-88.\n\nCumprimentos\n", "cancel"),
        ("cs-CZ", "Dobrý den,\n\nprosíme o zrušení objednávky 4711-88.\n\nS pozdravem\n", "cancel"),
    ],
)
def test_a_cancellation_is_one(locale: str, text: str, intent: str) -> None:
    reading = order(text, locale, "4711-88")
    assert intent in (reading.intent, reading.likely_intent)

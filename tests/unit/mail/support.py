"""Mails and contexts for the tests; every company in them is invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.email import EmailReader
from hub.partners import EmailProfile, Partner, Partners
from hub.ports import Context, Reading

DATA = Path(__file__).parents[2] / "data" / "mail"
DOMAINS = {
    "en-US": "larkspur-conveyors.example",
    "en-GB": "thornbury-fabrications.example",
    "en-CA": "kestrel-lake-steel.example",
    "de-DE": "ostwald-getriebe.example",
    "de-CH": "rigi-pressenbau.example",
    "fr-FR": "forges-de-larzac.example",
    "es-ES": "mecanizados-urola.example",
    "fi-FI": "saimaan-konepaja.example",
    "sv-SE": "bergslagens-verkstad.example",
    "nl-NL": "van-rijnsburg-staal.example",
    "it-IT": "officine-brembana.example",
    "pl-PL": "zaklady-olza.example",
    "da-DK": "vestjysk-smede.example",
    "pt-PT": "metalurgica-douro.example",
    "pt-BR": "usinagem-paulista.example",
    "cs-CZ": "strojirny-orlice.example",
    "": "worldwide-sourcing.example",
}
CURRENCIES = {
    "en-US": "USD",
    "en-GB": "GBP",
    "en-CA": "CAD",
    "de-CH": "CHF",
    "sv-SE": "SEK",
    "pl-PL": "PLN",
    "da-DK": "DKK",
    "pt-BR": "BRL",
    "cs-CZ": "CZK",
    "": None,
}
SUPPLIER = "hallstrom-staal.example"
TOKEN = "k7w2m9x4q8d3t6p5z1h0v"


def customer_id(locale: str) -> str:
    """The id of the customer that writes in this locale."""
    return "C-" + DOMAINS[locale].partition("-")[0].upper()


def partners(**email: Any) -> Partners:
    """One customer per locale, and a supplier."""
    found = [
        Partner(
            id=customer_id(locale),
            name=domain.partition(".")[0].replace("-", " ").title(),
            locale=locale,
            currency=CURRENCIES.get(locale, "EUR"),
            email=EmailProfile(domains=[domain], addresses=[f"buyer@{domain}"], **email),
        )
        for locale, domain in DOMAINS.items()
    ]
    supplier = Partner(
        id="S-HALLSTROM", name="Hallström Staal", role="supplier", locale="de-DE",
        email=EmailProfile(domains=[SUPPLIER], addresses=[f"sales@{SUPPLIER}"]),
    )  # fmt: skip
    return Partners([*found, supplier])


def context(
    conversations: tuple[Mapping[str, Any], ...] = (), known: tuple[tuple[str, str], ...] = (), **email: Any
) -> Context:
    """What the reader knows; ``known`` are (locale, PO number) pairs."""
    orders = tuple(
        {"po_number": number, "domain": DOMAINS[locale], "order_id": f"O-{number}"} for locale, number in known
    )
    return Context(partners(**email), today="2026-11-22", conversations=conversations, known_orders=orders)


def mail(
    text: str | bytes,
    locale: str = "en-US",
    subject: str = "Purchase order",
    *,
    sender: str = "",
    headers: str = "",
    kind: str = 'text/plain; charset="utf-8"',
    dmarc: str = "pass",
    to: str = "orders@metalworks.example",
    message_id: str = "<m1@mail.example>",
    authserv: str = "mx.metalworks.example",
) -> bytes:
    """A mail of the customer that writes in this locale, as our server hands it over."""
    domain = sender.rpartition("@")[2] or DOMAINS[locale]
    head = (
        f"Return-Path: <bounces@{domain}>\n"
        f"Authentication-Results: {authserv};\n dkim={dmarc} header.d={domain};\n"
        f" dmarc={dmarc} (p=reject) header.from={domain}\n"
        f"From: Buyer <{sender or 'buyer@' + domain}>\nTo: {to}\nSubject: {subject}\n"
        f"Date: Fri, 20 Nov 2026 09:00:00 +0000\nMessage-ID: {message_id}\nMIME-Version: 1.0\n"
        f"{headers}Content-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n"
    )
    return head.encode() + (text if isinstance(text, bytes) else text.encode())


def read(raw: bytes, known: Context | None = None) -> Reading:
    """What the reader makes of a mail."""
    return EmailReader().read(raw, "mail.eml", known or context())


def order(text: str, locale: str = "en-US", subject: str = "Purchase order", **extra: Any) -> Reading:
    """What the reader makes of a plain-text mail of the customer that writes in this locale."""
    return read(mail(text, locale, subject, **extra))


def codes(reading: Reading) -> set[str]:
    """The codes of the gates that failed."""
    return {finding.code for finding in reading.findings if finding.severity == "error"}


def lines(reading: Reading) -> list[tuple[Any, ...]]:
    """The order lines read: part, quantity, unit, price, basis, date."""
    data = reading.messages[0].data()
    return [
        (
            line["product"].get("buyer_part"), line["quantity"], line["unit"], line.get("unit_price"),
            line["price_basis"], line.get("requested_date"),
        )
        for line in data["lines"]
    ]  # fmt: skip

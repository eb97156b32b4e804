"""A file that says what a reader may know beside a document: partners, open conversations, known orders.

Its form is the one that mail archives are described in: `customers` and `suppliers` by mail domain,
`open_conversations`, `known_purchase_orders`, and how we call ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import ConfigurationError
from hub.partners import EdiProfile, EmailProfile, Partner, Partners
from hub.ports import Context

Language = Literal["en", "de", "fr", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es")


class _Known(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class _Party(_Known):
    name: str = ""
    domain: str = ""
    locale: str | None = None
    default_currency: str | None = None
    addresses: list[str] = []
    edi: EdiProfile | None = None


class _Customer(_Party):
    customer_id: str


class _Supplier(_Party):
    supplier_id: str


class _File(_Known):
    our_domain: str = "metalworks.example"
    trusted_authserv_id: str = "mx.metalworks.example"
    today: str = ""
    customers: list[_Customer] = []
    suppliers: list[_Supplier] = []
    open_conversations: list[dict[str, Any]] = []
    known_purchase_orders: list[dict[str, Any]] = Field(default=[])


def load_context(path: Path, today: str = "") -> Context:
    """Read a context file (JSON). Raises ConfigurationError with file and place."""
    try:
        found = _File.model_validate(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"is not JSON: {error}", where=str(path)) from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise ConfigurationError(f"{place}: {fault['msg']}", where=str(path)) from error
    partners = [_partner(each, each.customer_id, "customer") for each in found.customers]
    partners += [_partner(each, each.supplier_id, "supplier") for each in found.suppliers]
    return Context(
        Partners(partners),
        our_domain=found.our_domain,
        authserv_id=found.trusted_authserv_id,
        today=found.today or today,
        conversations=tuple(found.open_conversations),
        known_orders=tuple(_with_customers(found.known_purchase_orders, found.customers)),
    )


def _partner(party: _Party, key: str, role: Literal["customer", "supplier"]) -> Partner:
    language = next((each for each in LANGUAGES if (party.locale or "").startswith(each)), "en")
    mail = EmailProfile(addresses=party.addresses, domains=[party.domain] if party.domain else [], language=language)
    return Partner(
        id=key,
        name=party.name or key,
        role=role,
        channel="email",
        locale=party.locale or "",
        currency=party.default_currency,
        email=mail,
        edi=party.edi,
    )


def _with_customers(orders: Iterable[Mapping[str, Any]], customers: Iterable[_Customer]) -> Iterable[Mapping[str, Any]]:
    """The orders, each with its customer, known by the domain."""
    by_domain = {each.domain.lower(): each.customer_id for each in customers if each.domain}
    for order in orders:
        customer = by_domain.get(str(order.get("domain") or "").lower())
        yield {"customer_id": customer, **order} if customer else order

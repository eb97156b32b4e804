"""How the values of settings are written, in a variable or in the file, and what is accepted as one."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_settings import NoDecode

from hub.messages.customer_po import Address, Party
from hub.settings.addresses import host_and_port, mail_address, network
from hub.settings.mail_accounts import mail_server_account, mailbox_address


def _listed(given: object) -> object:
    """A list as a variable has it: in JSON, or with commas between its parts."""
    if not isinstance(given, str):
        return given
    if not given.lstrip().startswith("["):
        return [part.strip() for part in given.split(",") if part.strip()]
    try:
        return json.loads(given)
    except ValueError as error:
        raise ValueError("is no list: write its parts with commas between them") from error


def _mapped(given: object) -> object:
    """A table as a variable has it: in JSON, or as ``scheduled: 30, in_production: 70``."""
    if not isinstance(given, str):
        return given
    if not given.lstrip().startswith("{"):
        pairs = [part.partition(":") for part in given.split(",") if part.strip()]
        return {key.strip(): value.strip() for key, _, value in pairs}
    try:
        return json.loads(given)
    except ValueError as error:
        raise ValueError("is no table: write it such as scheduled: 30, in_production: 70") from error


def _broker(url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme == "embedded" or (parts.scheme in {"amqp", "amqps"} and bool(parts.hostname))
        fine = fine and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        raise ValueError("is neither embedded:// nor such as amqp://user:password@host:5672/vhost")
    return url


def _mailbox(url: str) -> str:
    mailbox_address(url)
    return url


def _place(text: str) -> str:
    if text:
        host_and_port(text)
    return text


def _name_server(text: str) -> str:
    host, _ = host_and_port(text, 53)
    return str(network(host)) and text


def _network(text: str) -> str:
    return str(network(text))


def _mail_server(url: str) -> str:
    mail_server_account(url)
    return url


def _person(text: str) -> str:
    address = mail_address(text)
    if address.partition("@")[0].partition("+")[0] in {"orders", "bounces", "postmaster"}:
        raise ValueError(f"{text!r} is the hub's own address, not a person's")
    return address


def _spaced(given: object) -> object:
    return given.split() if isinstance(given, str) else given


Spaced = (BeforeValidator(_spaced),)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone known here, such as Europe/Berlin (IANA)") from error
    return name


Listed = (NoDecode, BeforeValidator(_listed))
Mapped = (NoDecode, BeforeValidator(_mapped))
Hours = Annotated[float, Field(gt=0, le=87_660)]
"""up to ten years"""
Plain = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x20\x7f]+$")]

BrokerUrl = Annotated[str, AfterValidator(_broker)]
MailboxUrl = Annotated[str, AfterValidator(_mailbox)]
MailServerUrl = Annotated[str, AfterValidator(_mail_server)]
ListeningPlace = Annotated[str, AfterValidator(_place)]
"""host and port; empty: nowhere"""
NameServer = Annotated[str, AfterValidator(_name_server)]
NetworkName = Annotated[str, AfterValidator(_network)]
MailAddress = Annotated[str, AfterValidator(mail_address)]
PersonsAddress = Annotated[str, AfterValidator(_person)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeZone = Annotated[str, AfterValidator(_zone)]


class TaskPost(BaseModel):
    """Where the people of a role are written to."""

    model_config = ConfigDict(extra="forbid")

    addresses: Annotated[list[PersonsAddress], Field(min_length=1), *Spaced]
    """in a variable with spaces between them"""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    people: dict[Annotated[str, Field(min_length=1, max_length=200)], PersonsAddress] = {}
    """addresses of single persons by name: they alone are told of the tasks that are theirs"""

    @model_validator(mode="before")
    @classmethod
    def _plainly(cls, given: object) -> object:
        return {"addresses": given} if isinstance(given, str | list) else given


class Site(BaseModel):
    """A place of ours, as it stands in what partners are sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=60)]
    lines: Annotated[list[Annotated[str, Field(min_length=1, max_length=55)]], Field(max_length=2)] = []
    """street and number, or whatever stands before the city"""
    city: Annotated[str | None, Field(max_length=30)] = None
    region: Annotated[str | None, Field(pattern=r"^[A-Z0-9]{2,3}$")] = None
    """code of the state or province"""
    postal_code: Annotated[str | None, Field(max_length=9)] = None
    country: Annotated[str | None, Field(pattern=r"^[A-Z]{2}$")] = None
    """ISO 3166 code"""

    def party(self) -> Party:
        """The place as the party that goods are delivered to."""
        where = self.model_dump(exclude={"name"}, exclude_none=True)
        return Party(role="ship-to", name=self.name, address=Address(**where) if any(where.values()) else None)


def masked(url: str) -> str:
    """A URL with its password hidden."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{host}"))

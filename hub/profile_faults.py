"""What a partner profile says that cannot work: found when it is read, and not when the first document goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from hub.partners import EdiProfile, EmailProfile, Partner, same_qualifier

Severity = Literal["error", "warning"]
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class OurIds:
    """What we are called where a profile does not say."""

    id: str = "METALWORKS"
    qualifier: str = "ZZ"


@dataclass(frozen=True, slots=True)
class ProfileFault:
    """What is wrong with a field of a profile; with an error it is not taken."""

    field: Place
    message: str
    todo: str
    severity: Severity = "error"


LONGEST_ID = {"x12": 15, "edifact": 35}
VERSIONS = {"x12": ("004010", "005010"), "edifact": ("D96A", "D01B")}
DEFAULTS = {
    "x12": {"element_separator": "*", "component_separator": ">", "segment_terminator": "~"},
    "edifact": {"element_separator": "+", "component_separator": ":", "segment_terminator": "'"},
}
X12_QUALIFIERS = frozenset({*(f"{number:02}" for number in range(1, 39)), "AM", "NR", "SA", "SN", "ZZ"})
"""ISA05, ISA07 (X12 element I05)"""
_CONTROLS = "\r\n\x1c\x1d\x1e\x1f"
"""control characters that files carry as delimiters"""
_LOCALE = re.compile("[a-z]{2}(-[A-Z]{2})?")
_PLAIN_ID = re.compile(r"[ -~]+")


def faults_of(partner: Partner, our: OurIds) -> Iterator[ProfileFault]:
    """What is wrong with one profile."""
    channel = partner.channel
    if channel in LONGEST_ID:
        if partner.edi is None:
            yield ProfileFault(("channel",), f"channel {channel}, but no edi", "add edi, with the partner's id")
        else:
            yield from _edi_faults(channel, partner.edi, our)
    if partner.email is not None:
        yield from _email_faults(partner.email)
    if channel == "email":
        yield from _unreachable(partner)
    elif partner.edi is not None and partner.role == "customer" and not _can_be_asked(partner):
        yield ProfileFault(
            ("cancellation_charge",),
            "a cancellation charge cannot be asked: neither by EDI nor by mail",
            "set cancellation_charge: true, or give an address in email",
            "warning",
        )
    if not _LOCALE.fullmatch(partner.locale):
        todo = "a language and a country are wanted, such as de-DE"
        yield ProfileFault(("locale",), f"{partner.locale} is no locale", todo)
    yield from _folder_faults(partner)


def _can_be_asked(partner: Partner) -> bool:
    mail = partner.email
    return partner.cancellation_charge or (mail is not None and bool(mail.answer_to or mail.addresses))


def _unreachable(partner: Partner) -> Iterator[ProfileFault]:
    mail = partner.email
    if mail is not None and (mail.answer_to or mail.addresses):
        return
    known = mail is not None and bool(mail.domains) and partner.role == "customer"
    todo = "add addresses to email"
    if known:
        todo = "only mails that it has written are answered; add addresses for the rest"
    elif partner.edi is not None:
        todo = "channel x12 or edifact is meant?"
    severity: Severity = "warning" if known else "error"
    yield ProfileFault(("channel",), "channel email, but no address to write to", todo, severity)


def _email_faults(mail: EmailProfile) -> Iterator[ProfileFault]:
    for number, address in enumerate(mail.addresses):
        if not _is_address(address):
            yield ProfileFault(("email", "addresses", number), f"{address} is no mail address", "write name@domain")
    if mail.answer_to and not _is_address(mail.answer_to):
        yield ProfileFault(("email", "answer_to"), f"{mail.answer_to} is no mail address", "write name@domain")
    for number, domain in enumerate(mail.domains):
        if "@" in domain or "." not in domain.strip("."):
            todo = "write what stands behind the @"
            yield ProfileFault(("email", "domains", number), f"{domain} is no domain", todo)


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name and domain) and not any(each.isspace() for each in text)


# ------------------------------------------------------------------------------------------------------------ EDI


def _edi_faults(channel: str, edi: EdiProfile, our: OurIds) -> Iterator[ProfileFault]:
    marks = {name: getattr(edi, name) or default for name, default in DEFAULTS[channel].items()}
    ids = {"id": edi.id, "our_id": edi.our_id or our.id, "group_id": edi.group_id if channel == "x12" else None}
    for name, value in ids.items():
        if value:
            yield from _id_faults(channel, name, value, marks)
    for name, qualifier in (("qualifier", edi.qualifier), ("our_qualifier", edi.our_qualifier or our.qualifier)):
        yield from _qualifier_faults(channel, name, qualifier)
    if edi.version and edi.version not in VERSIONS[channel]:
        versions = " or ".join(VERSIONS[channel])
        known = "what the partner writes is seen from its files"
        yield ProfileFault(("edi", "version"), f"version {edi.version}: {channel} is written in {versions}", known)
    yield from _mark_faults(channel, edi, marks)


def _id_faults(channel: str, name: str, value: str, marks: dict[str, str]) -> Iterator[ProfileFault]:
    longest, where = LONGEST_ID[channel], ("edi", name)
    if len(value) > longest:
        text = f"{name} has {len(value)} characters; {channel} has room for {longest}"
        yield ProfileFault(where, text, "take what stands in the partner's own files")
    elif value != value.strip():
        yield ProfileFault(where, f"{name} begins or ends with a blank", "leave the blanks away: the hub fills ISA up")
    elif not _PLAIN_ID.fullmatch(value):
        yield ProfileFault(where, f"{name} has other than plain letters, digits and signs", "letters without accents")
    elif channel == "x12" and (
        held := [each for each in (*marks.values(), "^") if each in value and not each.isalnum()]
    ):
        text = f"{name} holds {held[0]!r}, which separates what we write"
        yield ProfileFault(where, text, "X12 cannot carry it; choose another separator")
    elif name == "group_id" and len(value) < 2:
        yield ProfileFault(where, "group_id has one character; GS02 and GS03 have two to 15", "take it from their GS")


def _qualifier_faults(channel: str, name: str, value: str) -> Iterator[ProfileFault]:
    where = ("edi", name)
    if channel == "x12":
        if len(value) != 2:
            meant = f"{value:0>2} is meant?" if value.isdecimal() and len(value) == 1 else "as in their ISA05"
            yield ProfileFault(where, f"{name} {value}: ISA05 and ISA07 have two characters", meant)
        elif value not in X12_QUALIFIERS:
            text = f"{name} {value} is none of X12's: 01 is a D-U-N-S number, 12 a telephone number, 14 GS1, ZZ agreed"
            yield ProfileFault(where, text, "compare with their ISA05", "warning")
    elif len(value) > 4 or not value.isalnum():
        yield ProfileFault(where, f"{name} {value}: UNB 0007 has up to four letters or digits", "as in their UNB")
    elif value.isdecimal() and value.startswith("0"):
        text = f"{name} {value} is X12's; EDIFACT has no leading zero"
        yield ProfileFault(where, text, f"{value.lstrip('0') or '1'} is meant?", "warning")


def _mark_faults(channel: str, edi: EdiProfile, marks: dict[str, str]) -> Iterator[ProfileFault]:
    bad = False
    for name in marks:
        mark = getattr(edi, name)
        if mark is not None and (fault := _mark_fault(channel, name, mark)):
            bad = True
            yield fault
    taken = {".": "decimal mark", "?": "release character"} if channel == "edifact" else {"^": "repetition separator"}
    for name, mark in marks.items():
        if mark in taken and not bad:
            changed = name if getattr(edi, name) else taken[mark]
            text = f"{name} and {taken[mark]} are both {mark!r}; they have to differ"
            yield ProfileFault(("edi", changed), text, "choose another")
        taken.setdefault(mark, name)


def _mark_fault(channel: str, name: str, mark: str) -> ProfileFault | None:
    where = ("edi", name)
    if len(mark) != 1:
        code = mark.lower().removeprefix("0x").removeprefix("\\x")
        hexadecimal = len(code) == 2 and set(code) <= set("0123456789abcdef")
        meant = f'a control character is written "\\x{code}", in double quotes' if hexadecimal else "as in their files"
        return ProfileFault(where, f"{name} is {mark!r}; separators and terminators are one character each", meant)
    if mark in "\r\n" and not (channel == "x12" and name == "segment_terminator"):
        return ProfileFault(where, f"{name} is a line break", "only segments of X12 may end with one")
    if mark.isalnum() or mark in " .,-" or not (mark.isascii() and (mark.isprintable() or mark in _CONTROLS)):
        text = f"{name} is {mark!r}, which values are made of, or files do not carry"
        return ProfileFault(where, text, "take a sign such as * | ~ ! or a control character from \\x1c to \\x1f")
    return None


# -------------------------------------------------------------------------------------------------------- folders


def _folder_faults(partner: Partner) -> Iterator[ProfileFault]:
    own = partner.folders
    if own is None:
        return
    if own.inbox and own.inbox == own.outbox:
        text = "inbox and outbox are the same folder: what we write would come in"
        yield ProfileFault(("folders", "outbox"), text, "give each a folder of its own")
    for name, path in (("inbox", own.inbox), ("outbox", own.outbox)):
        if path is not None and _plain_path(path) in _HUBS:
            text = f"{path} is the hub's own folder for all partners"
            yield ProfileFault(("folders", name), text, f"leave it away, or name one of its own, such as sftp/{name}")


_HUBS = frozenset(map(PurePosixPath, (".", "inbox", "outbox", "archive", "failed")))


def _plain_path(path: Path) -> PurePosixPath:
    return PurePosixPath(path.as_posix())


# ------------------------------------------------------------------------------------------------- beside each other


def shared(partners: Iterable[Partner]) -> Iterator[tuple[str, ProfileFault]]:
    """What two profiles claim, so that it could not be told whose it is: by the id of the later one."""
    owners: dict[tuple[str, ...], str] = {}
    for each in partners:
        for key, field_, said in _claims(each):
            other = owners.setdefault(key, each.id)
            if other != each.id:
                text = f"{other} and {each.id} share the {said}"
                yield each.id, ProfileFault(field_, text, "whose it is could not be told; one of them is wrong")


def _claims(partner: Partner) -> Iterator[tuple[tuple[str, ...], Place, str]]:
    if partner.edi:
        qualifier = same_qualifier(partner.edi.qualifier)
        said = f"interchange id {partner.edi.qualifier}:{partner.edi.id}"
        yield ("edi", qualifier, partner.edi.id), ("edi", "id"), said
    if partner.email:
        for number, address in enumerate(partner.email.addresses):
            yield ("mail", address.lower()), ("email", "addresses", number), f"address {address}"
        for number, domain in enumerate(partner.email.domains):
            yield ("domain", domain.lower()), ("email", "domains", number), f"domain {domain}"
    if partner.folders:
        for name, path in (("inbox", partner.folders.inbox), ("outbox", partner.folders.outbox)):
            if path is not None:
                yield ("folder", _plain_path(path).as_posix()), ("folders", name), f"folder {path}"

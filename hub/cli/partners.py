"""`hub partner`: partner profiles checked, and what a partner would be sent, shown before it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.common import AsJson, example
from hub.cli.explaining import explain
from hub.cli.group import add
from hub.cli.layouts import layout
from hub.cli.trial import compose, is_for, write_set
from hub.errors import Inconsistent, NotFound, UnknownType
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.parsing import as_text
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Composed, Writer
from hub.settings import Settings, load_settings

partner = typer.Typer(help="Partner profiles: check them, try them.", no_args_is_help=True)


@example("hub partner check")
def check(as_json: AsJson = False) -> None:
    """Check partner and material files: form, and what a profile lacks for its channel."""
    from hub.app.adapters import mail_writer
    from hub.configuration import partners_of, policies_of

    settings = load_settings()
    partners = partners_of(settings)
    policies_of(settings, partners)
    languages = mail_writer(settings).languages
    rows = [
        {
            "partner": each.id,
            "name": each.name,
            "role": each.role,
            "channel": each.channel,
            "edi": f"{each.edi.qualifier}:{each.edi.id}" if each.edi else "",
            "mail": ", ".join([*each.email.addresses, *each.email.domains]) if each.email else "",
            "columns": [f"{text}: {field}" for text, field in each.email.columns.items()] if each.email else [],
            "policies": [policy.name for policy in each.policies],
            "faults": _faults(each, languages),
        }
        for each in partners.all.values()
    ]
    strangers = sorted(
        f"{material.id}: supplier {offer.supplier} has no profile"
        for material in partners.materials.values()
        for offer in material.suppliers
        if offer.supplier not in partners.all
    )
    strangers += _shared_ids(partners.all.values())
    if as_json:
        screen.show_json({"partners": rows, "materials": len(partners.materials), "faults": strangers})
    else:
        columns = ("partner", "name", "role", "channel", "edi", "mail", "columns", "policies", "faults")
        screen.show_table(rows, columns, "no partner files: `hub init` writes samples")
        screen.say(f"{len(rows)} partners, {len(partners.materials)} materials")
        for fault in strangers:
            screen.say(fault)
    faults = strangers + [f"{row['partner']}: {row['faults'][0]}" for row in rows if row["faults"]]
    if faults:
        raise Inconsistent(f"{len(faults)} faults, the first: {faults[0]}")


def _faults(each: Partner, languages: Sequence[str]) -> list[str]:
    """What a profile lacks for its channel to work."""
    found = []
    if each.channel in {"x12", "edifact"} and each.edi is None:
        found.append(f"channel {each.channel}, but no edi")
    if each.edi is not None and each.channel in {"x12", "edifact"}:
        found += _edi_faults(each.channel, each.edi)
    reachable = each.email is not None and bool(each.email.answer_to or each.email.addresses)
    if each.channel == "email" and not reachable:
        found.append("channel email, but no address to write to")
    if each.email is not None and each.email.language not in languages:
        found.append(f"language {each.email.language}, but there are no templates in it; it will be English")
    return found


LONGEST_ID = {"x12": 15, "edifact": 35}
VERSIONS = {"x12": ("004010", "005010"), "edifact": ("D96A", "D01B")}


def _edi_faults(channel: str, edi: EdiProfile) -> list[str]:
    """What cannot be written as it stands in the profile."""
    longest = LONGEST_ID[channel]
    found = [
        f"edi.{name} has {len(value)} characters; {channel} has room for {longest}"
        for name, value in (("id", edi.id), ("our_id", edi.our_id), ("group_id", edi.group_id))
        if value and len(value) > longest
    ]
    if edi.version and edi.version not in VERSIONS[channel]:
        found.append(f"edi.version {edi.version}: {channel} is written in {' or '.join(VERSIONS[channel])}")
    if channel == "x12" and len(edi.qualifier) != 2:
        found.append(f"edi.qualifier {edi.qualifier}: ISA05 and ISA07 have two characters")
    marks = [mark for mark in (edi.element_separator, edi.component_separator, edi.segment_terminator) if mark]
    if any(len(mark) != 1 or mark.isalnum() or mark == " " for mark in marks) or len(set(marks)) < len(marks):
        found.append("edi: separators and terminator are one character each, no letter, digit or space, and differ")
    return found


def _shared_ids(partners: Iterable[Partner]) -> list[str]:
    """Interchange ids that several profiles have: whose file it is could not be told."""
    owners: dict[tuple[str, str], list[str]] = {}
    for each in partners:
        if each.edi:
            owners.setdefault((each.edi.qualifier, each.edi.id), []).append(each.id)
    return [
        f"{' and '.join(ids)} share the interchange id {':'.join(key)}" for key, ids in owners.items() if len(ids) > 1
    ]


# ------------------------------------------------------------------------------------- what would be sent to them


@example(
    "hub partner test C-HOLT",
    "hub partner test C-HOLT --show order.confirmed",
    "hub partner test C-HOLT --to test-documents",
    "hub partner test C-HOLT their-order.edi",
)
def try_out(
    partner_id: Annotated[str, typer.Argument(metavar="PARTNER", help="Id of the partner.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A document of theirs, to be explained.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each document into this folder, marked as a test.")
    ] = None,
    show: Annotated[str, typer.Option(metavar="EVENT", help="Show the document that tells of this event.")] = "",
    as_json: AsJson = False,
) -> None:
    """Try a partner's profile without effect: what it would be sent, or how a file of theirs is read.

    With FILE: line by line, what was read to where, what has no place, and what is wrong and to be done about it.
    Exit 1 when something is wrong.
    """
    from hub.configuration import partners_of

    if sum(map(bool, (file, to, show))) > 1:
        raise typer.BadParameter("give one of FILE, --to and --show")
    settings = load_settings()
    if file is not None:
        partners = partners_of(settings)
        explain(settings, partners, _known(partners, partner_id), file, as_json=as_json)
        return
    found, writer = partner_named(settings, partner_id)
    if show:
        screen.say(as_text(composed(settings, writer, found, event_named(show)).content).replace("\r\n", "\n"))
        return
    if to is not None:
        rows, columns = write_set(settings, writer, found, to), ("file", "document", "event", "bytes")
    else:
        rows = [
            row for name in sorted(EVENTS) if writer.writes(name) and (row := _trial(settings, writer, found, name))
        ]
        columns = ("event", "result", "title", "bytes")
    if as_json:
        screen.show_json(rows)
    else:
        screen.show_table(rows, columns, f"{partner_id} is told of nothing over {found.channel}")
    wrong = [row for row in rows if row.get("result", "written") not in {"written", "not told"}]
    if wrong:
        raise Inconsistent(f"{wrong[0]['event']}: {wrong[0]['result']}", where=partner_id)


def _known(partners: Partners, partner_id: str) -> Partner:
    found = partners.get(partner_id)
    if found is None:
        known = ", ".join(sorted(partners.all)) or "none; `hub init` writes samples"
        raise NotFound(f"there is no partner {partner_id}; there are {known}", where="PARTNER")
    return found


def partner_named(settings: Settings, partner_id: str) -> tuple[Partner, Writer]:
    """A partner of the partner files, and who writes to it. Raises NotFound."""
    from hub.app.adapters import writers
    from hub.configuration import partners_of

    found = _known(partners_of(settings), partner_id)
    writer = writers(settings).get(found.channel)
    if writer is None:
        raise NotFound(f"{partner_id} is told of events by message only (channel {found.channel})", where="PARTNER")
    return found, writer


def event_named(name: str) -> type[Event]:
    """The event of that name, with or without its version. Raises UnknownType."""
    for known, model in EVENTS.items():
        if name in {known, screen.version_off(known)} and issubclass(model, Event):
            return model
    raise UnknownType(f"there is no event {name!r}", where="EVENT")


def _trial(settings: Settings, writer: Writer, found: Partner, name: str) -> dict[str, Any] | None:
    """How writing of one event goes; None for events that are for the other kind of partner."""
    if not is_for(found, name):
        return None
    row: dict[str, Any] = {"event": screen.version_off(name), "title": "", "bytes": ""}
    try:
        written = compose(settings, writer, found, event_named(name))
    except Exception as error:  # noqa: BLE001  # whatever is wrong with a profile is what this is to show
        return {**row, "result": f"{type(error).__name__}: {error}"}
    if written is None:
        return {**row, "result": "not told"}
    return {**row, "result": "written", "title": written.title, "bytes": len(written.content)}


def composed(settings: Settings, writer: Writer, found: Partner, model: type[Event]) -> Composed:
    """What tells a partner of the example of an event. Raises NotFound when it is not told."""
    written = compose(settings, writer, found, model) if writer.writes(model.TYPE) else None
    if written is None:
        raise NotFound(f"{found.id} is not told of {screen.version_off(model.TYPE)} over {found.channel}")
    return written


add(partner, "check", check)
add(partner, "test", try_out)
partner.add_typer(layout, name="layout")

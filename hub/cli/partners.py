"""`hub partner`: partner profiles checked, and what a partner would be sent, shown before it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.common import AsJson, example
from hub.cli.explaining import explain
from hub.cli.group import add
from hub.cli.layouts import layout
from hub.cli.trial import compose, is_for, write_set
from hub.errors import ConfigurationError, Inconsistent, NotFound, UnknownType
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.parsing import as_text
from hub.partner_files import FileFault, PartnerFiles
from hub.partners import Partner, Partners
from hub.ports import Composed, Writer
from hub.settings import Settings, load_settings

partner = typer.Typer(help="Partner profiles: check them, try them.", no_args_is_help=True)


Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]...", help="Partner or material files; those of HUB_PARTNERS when not said."),
]


@example("hub partner check", "hub partner check new-customer.yaml")
def check(files: Files = None, as_json: AsJson = False) -> None:
    """Check partner and material files: everything that is wrong in them, each with its line and what to do.

    With FILE: only what is in it, beside what the hub knows already. Exit 1 when something is wrong; a warning is not.
    """
    from hub.app.adapters import mail_writer
    from hub.configuration import partner_files, partner_paths, policies_of

    settings, chosen = load_settings(), files or []
    found = partner_files(settings, *chosen)
    faults = [*found.faults, *_unlike_templates(found, mail_writer(settings).languages)]
    try:
        policies_of(settings, Partners(found.partners.values()))
    except ConfigurationError as error:
        faults.append(FileFault(error.where, "policies", error.message, "give each a name of its own"))
    if chosen:
        faults = [each for each in faults if _is_of(each.where, chosen)]
    else:
        faults += [
            FileFault(str(path), "", "there is no such file", "make it, or mend HUB_PARTNERS", "warning")
            for path in partner_paths(settings)
            if not path.exists()
        ]
    faults.sort(key=lambda each: _in_order(each.where))
    rows = [_row(each, faults) for each in found.partners.values() if not chosen or _is_of(found.file_of(each), chosen)]
    unread = [each for each in chosen if each.resolve() not in {path.resolve() for path in partner_paths(settings)}]
    _show_check(found, rows, faults, unread, as_json=as_json)
    errors = [each for each in faults if each.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        raise ConfigurationError(f"{errors[0]}{more}", where=errors[0].where)


def _show_check(
    found: PartnerFiles, rows: list[dict[str, Any]], faults: list[FileFault], unread: list[Path], *, as_json: bool
) -> None:
    if as_json:
        listed = [asdict(each) for each in faults]
        screen.show_json({"partners": rows, "materials": len(found.materials), "faults": listed})
        return
    columns = ("partner", "name", "role", "channel", "edi", "mail", "columns", "policies")
    if rows or not faults:
        screen.show_table(
            rows, columns, "no partners in it" if unread else "no partner files: `hub init` writes samples"
        )
    screen.say(f"{len(rows)} partners, {len(found.materials)} materials")
    for each in faults:
        said = f"{each.about}: {each.message}" if each.about else each.message
        screen.say(f"{each.severity} {each.where}: {said}" + (f"\n  -> {each.todo}" if each.todo else ""))
    for path in unread:
        screen.say(f"{path} is not read by the hub yet: put it into HUB_PARTNERS (`partners:` in hub.yaml)")


def _row(each: Partner, faults: Sequence[FileFault]) -> dict[str, Any]:
    return {
        "partner": each.id,
        "name": each.name,
        "role": each.role,
        "channel": each.channel,
        "edi": f"{each.edi.qualifier}:{each.edi.id}" if each.edi else "",
        "mail": ", ".join([*each.email.addresses, *each.email.domains]) if each.email else "",
        "columns": [f"{text}: {field}" for text, field in each.email.columns.items()] if each.email else [],
        "policies": [policy.name for policy in each.policies],
        "faults": [fault.message for fault in faults if fault.partner == each.id],
    }


def _in_order(where: str) -> tuple[str, int]:
    path, _, line = where.rpartition(":")
    return (path, int(line)) if line.isdecimal() else (where, 0)


def _is_of(where: str, files: Sequence[Path]) -> bool:
    """Whether a place (file, or file:line) is in one of the files."""
    named = Path(_in_order(where)[0]).resolve()
    return named in {each.resolve() for each in files}


def _unlike_templates(found: PartnerFiles, languages: Sequence[str]) -> Iterator[FileFault]:
    """Partners whose language mails are not written in."""
    for each in found.partners.values():
        if each.email is not None and each.email.language not in languages:
            message = f"language {each.email.language}, but there are no templates in it; it will be English"
            todo = f"there are {', '.join(languages)}; docs/email.md says how to add others"
            place = found.place(each, ("email", "language"))
            yield FileFault(place, f"{each.id}: email.language", message, todo, "warning", each.id)


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

"""`hub partner`, `hub email preview`: profiles checked, and what a partner would be sent, shown before it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.common import AsJson, add, example
from hub.cli.explaining import explain
from hub.cli.trial import compose, is_for, write_set
from hub.errors import Inconsistent, NotFound, UnknownType
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.parsing import as_text
from hub.partners import EmailProfile, Partner, Partners
from hub.ports import Composed, Writer
from hub.settings import Settings, load_settings

partner = typer.Typer(help="Partner profiles: check them, try them.", no_args_is_help=True)


@example("hub partner check")
def check(as_json: AsJson = False) -> None:
    """Check partner and material files: form, and what a profile lacks for its channel."""
    from hub.app import mail_writer, partners_of, policies_of

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
    if as_json:
        screen.show_json({"partners": rows, "materials": len(partners.materials), "faults": strangers})
    else:
        columns = ("partner", "name", "role", "channel", "edi", "mail", "policies", "faults")
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
    reachable = each.email is not None and bool(each.email.answer_to or each.email.addresses)
    if each.channel == "email" and not reachable:
        found.append("channel email, but no address to write to")
    if each.email is not None and each.email.language not in languages:
        found.append(f"language {each.email.language}, but there are no templates in it; it will be English")
    return found


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
    from hub.app import partners_of

    if sum(map(bool, (file, to, show))) > 1:
        raise typer.BadParameter("give one of FILE, --to and --show")
    settings = load_settings()
    if file is not None:
        partners = partners_of(settings)
        explain(settings, partners, _known(partners, partner_id), file, as_json=as_json)
        return
    found, writer = _partner(settings, partner_id)
    if show:
        screen.say(as_text(_composed(settings, writer, found, _event(show)).content).replace("\r\n", "\n"))
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


def _partner(settings: Settings, partner_id: str) -> tuple[Partner, Writer]:
    from hub.app import partners_of, writers

    found = _known(partners_of(settings), partner_id)
    writer = writers(settings).get(found.channel)
    if writer is None:
        raise NotFound(f"{partner_id} is told of events by message only (channel {found.channel})", where="PARTNER")
    return found, writer


def _event(name: str) -> type[Event]:
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
        written = compose(settings, writer, found, _event(name))
    except Exception as error:  # noqa: BLE001  # whatever is wrong with a profile is what this is to show
        return {**row, "result": f"{type(error).__name__}: {error}"}
    if written is None:
        return {**row, "result": "not told"}
    return {**row, "result": "written", "title": written.title, "bytes": len(written.content)}


def _composed(settings: Settings, writer: Writer, found: Partner, model: type[Event]) -> Composed:
    written = compose(settings, writer, found, model) if writer.writes(model.TYPE) else None
    if written is None:
        raise NotFound(f"{found.id} is not told of {screen.version_off(model.TYPE)} over {found.channel}")
    return written


@example("hub email preview order.confirmed --language de", "hub email preview order.confirmed --html mail.html")
def preview(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event, such as order.confirmed.")],
    partner_id: Annotated[str, typer.Option("--partner", help="To this partner of the partner file.")] = "",
    language: Annotated[str, typer.Option(help="To a made-up partner of this language: en, de, fr, es.")] = "en",
    whole: Annotated[bool, typer.Option("--raw", help="Show the whole mail, HTML and headers too.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the mail's HTML into this file, for a browser.")
    ] = None,
) -> None:
    """Show the mail that would tell a partner of an event, written from example data and your own templates."""
    from email import message_from_bytes
    from email.policy import default

    from hub.app import mail_writer

    settings = load_settings()
    writer = mail_writer(settings)
    if partner_id:
        found = _partner(settings, partner_id)[0]
    else:
        if language not in writer.languages:
            raise typer.BadParameter(f"{language} is none of {', '.join(writer.languages)}", param_hint="--language")
        profile = EmailProfile.model_validate({"addresses": ["buyer@customer.example"], "language": language})
        role = "supplier" if event.startswith("material-po.") else "customer"
        found = Partner(id="C-EXAMPLE", name="Example Customer", role=role, email=profile)
    raw = _composed(settings, writer, found, _event(event)).content
    if whole:
        screen.say(as_text(raw).replace("\r\n", "\n"))
        return
    mail = message_from_bytes(raw, policy=default)
    if html is not None:
        shown = mail.get_body(("html",))
        html.write_text(str(shown.get_content()) if shown else "", encoding="utf-8")
        screen.say(f"wrote {html}")
        return
    for name in ("from", "to", "reply-to", "subject"):
        if mail[name]:
            screen.say(f"{name.title()}: {mail[name]}")
    body = mail.get_body(("plain",))
    screen.say("\n" + (str(body.get_content()).replace("\r\n", "\n") if body else ""))


add(partner, "check", check)
add(partner, "test", try_out)

"""How the demo ended, as text of at most 100 columns."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import Any

from hub.errors import HubError
from hub.messages.envelope import check_data
from hub.settings import Settings
from hub.simulation.ending import Ending
from hub.simulation.stage import STORE
from hub.simulation.words import said

WIDTH = 100
OURS = "MetalWorks"
WHY = {
    "customer-po.submit": "PO document",
    "customer-po.cancel": "cancellation",
    "penalty.answer": "penalty answer",
    "order.review": "sales review",
    "cancellation.assess": "sales decision",
    "work-order.specify-materials": "materials list",
    "material.source": "procurement",
    "material-po.acknowledge": "supplier answer",
    "material-po.notify-dispatch": "supplier notice",
    "material-po.answer-cancellation": "supplier answer",
    "material-po.receive": "goods receipt",
    "work-order.schedule": "production plan",
    "work-order.start-production": "production",
    "work-order.complete-production": "production",
    "quality.inspect": "inspection",
    "work-order.decide-defect": "defect decision",
    "work-order.dispose": "disposal",
    "shipment.dispatch": "shipping",
}
"""in answer to what, by type of the command"""


def ending_text(ending: Ending, settings: Settings) -> list[str]:
    """All that is told in the end."""
    return [
        "",
        "ORDERS",
        *_table(ending.summary, ("order", "customer", "channel", "lines", "outcome", "in", "out", "what happened")),
        "",
        f"THE PATH OF ORDER {ending.shown}",
        *_path(ending),
        "",
        "DOCUMENTS SENT",
        *_table([_sent(each, ending.names) for each in ending.sent], ("to", "document", "tells of", "file in outbox")),
        "",
        "DOCUMENTS THAT STARTED NOTHING",
        *_table([_aside(each, settings) for each in ending.set_aside], ("document", "what became of it")),
        "",
        "STOCK",
        *_table(ending.stock, ("material", "unit", "on_hand", "reserved", "free", "on_order")),
        "",
        *_verdict(ending),
        "",
        "TRY NOW",
        *_commands(ending, settings),
    ]


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], wide: int = 999) -> list[str]:
    cells = [[column.replace("_", " ") for column in columns]]
    cells += [[str(row.get(column, "")) for column in columns] for row in rows]
    widths = [min(wide, max(len(row[place]) for row in cells)) for place in range(len(columns))]
    cells.insert(1, ["-" * width for width in widths])
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _path(ending: Ending) -> list[str]:
    commands = {each["id"]: each for each in ending.path if each["entry"] == "command"}
    rows = [_step(each, commands, ending.names) for each in ending.path if each["entry"] != "command"]
    told = [row for row in rows if row["what"]]
    before = ("time", "who", "why")
    widths = {name: max(len(name), *(len(row[name]) for row in told)) for name in before}
    room = WIDTH - sum(widths.values()) - 6
    lines = []
    for row in ({"time": "time", "what": "what", "who": "who", "why": "why"}, *told):
        first, *rest = textwrap.wrap(row["what"], room, subsequent_indent="  ") or [""]
        parts = row["time"].ljust(widths["time"]), first.ljust(room), row["who"].ljust(widths["who"]), row["why"]
        lines.append("  ".join(parts).rstrip())
        lines += [f"{'':{widths['time']}}  {text}" for text in rest]
    lines.insert(1, "  ".join("-" * width for width in (widths["time"], room, widths["who"], widths["why"])))
    return lines


def _step(entry: Mapping[str, Any], commands: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    time = entry["at"][11:19]
    if entry["entry"] == "document":
        partner = names.get(entry["partner_id"], "")
        if entry["direction"] == "in":
            return {"time": time, "what": f"document {entry['name']} received", "who": partner, "why": ""}
        what = f"{form(entry)} to {partner}"
        return {"time": time, "what": what, "who": OURS, "why": plain_type(entry["purpose"])}
    if entry["type"].startswith("document."):
        return {"time": time, "what": "", "who": "", "why": ""}
    try:
        what = said(check_data(entry["type"], entry["data"]), names)
    except HubError:
        what = entry["type"]
    command = commands.get(entry["cause"], {})
    kind = plain_type(command.get("type", ""))
    who = (command.get("by") or {}).get("name") or ""
    if kind.startswith("material-po.") and not who:
        who = names.get(entry["data"].get("supplier_id", ""), "") or "the supplier"
    elif kind.startswith(("customer-po.", "penalty.")):
        who = names.get(entry["data"].get("customer_id", ""), "")
    return {"time": time, "what": what, "who": who, "why": WHY.get(kind, kind)}


def plain_type(message_type: str) -> str:
    """A message type without its version."""
    stem, _, version = message_type.rpartition(".v")
    return stem if stem and version.isdigit() else message_type


def form(document: Mapping[str, Any]) -> str:
    """What kind of document it is, as its trade calls it: 855, ORDRSP, mail."""
    return "mail" if document["kind"] == "email" else str(document["title"]).partition(" ")[0]


def _sent(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    purpose = plain_type(document["purpose"])
    return {
        "to": names.get(document["partner_id"], document["partner_id"]),
        "document": form(document),
        "tells of": "acknowledgment" if purpose == form(document) else purpose,
        "file in outbox": f"{document['partner_id']}/{document['name']}",
    }


def _aside(document: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    name, key = document["name"], document["document_id"]
    if document["duplicate_of"]:
        return {"document": name, "what became of it": f"a duplicate of {document['duplicate_of']}"}
    return {"document": name, "what became of it": f"{document['state']}: failed/{key}-{name}.report.txt"}


def _verdict(ending: Ending) -> Iterable[str]:
    figures = ending.report.figures
    counted = ", ".join(
        f"{figures[name]} {name.replace('_', ' ')}"
        for name in ("orders", "lines", "events", "documents_in", "documents_out")
        if name in figures
    )
    if ending.report.clean:
        return [f"AUDIT: everything adds up ({counted})"]
    found = [f"  {each.code} {each.subject}: {each.text}" for each in ending.report.findings]
    return [f"AUDIT: {len(found)} findings ({counted})", *found]


def _commands(ending: Ending, settings: Settings) -> Iterable[str]:
    folder = _short(settings.folder)
    own = settings.database_url.startswith("sqlite")
    given = f"HUB_DATABASE_URL=sqlite:///{folder / STORE} " if own else ""
    called = Path(sys.argv[0])
    hub = str(_short(called)) if called.name == "hub" and not which("hub") else "hub"
    commands = [f"{hub} {what}" for what in ("orders", f"order {ending.shown}", "events", "audit")]
    answer = next((each for each in ending.sent if each["purpose"] == "order.revision-requested.v1"), ending.sent[-1])
    report = next((each for each in ending.set_aside if not each["duplicate_of"]), None)
    files = [folder / "outbox" / answer["partner_id"] / answer["name"]]
    if report:
        files.append(folder / "failed" / f"{report['document_id']}-{report['name']}.report.txt")
    return [*(f"  {given}{command}" for command in commands), *(f"  cat {file}" for file in files)]


def _short(path: Path) -> Path:
    """A path from the working folder, where it lies in there."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

"""The demo tells its whole story, on both backings, and the same one each time."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.errors import AlreadyServed, Refused
from hub.messages.envelope import Letter
from hub.settings import Settings
from hub.simulation import demo
from hub.simulation.demo import play
from hub.simulation.ending import Ending
from hub.simulation.report import WIDTH
from hub.simulation.stage import MARKER, STORE, demo_settings, prepare
from hub.simulation.story import BRIDGEPORT, DROPS, HOLT, IBARRA, KESTREL, MORVAN, ORDERS, SUMMIT, Story
from hub.store.database import Database
from hub.store.lease import FileLease


def happened(ending: Ending, number: str) -> list[str]:
    """The types of an order's own events, as numbered."""
    events = [entry for entry in ending.orders[number]["history"] if entry.get("sequence")]
    return [entry["type"].rpartition(".v")[0] for entry in sorted(events, key=lambda entry: entry["sequence"])]


def outgoing(ending: Ending, settings: Settings, partner: str, purpose: str) -> list[bytes]:
    """What stands in a partner's outbox that tells of such an event."""
    return [
        (settings.folder / "outbox" / partner / each["name"]).read_bytes()
        for each in ending.sent
        if each["partner_id"] == partner and each["purpose"].startswith(purpose)
    ]


@pytest.mark.rule("R3", "R4", "R5", "R7", "R12", "R13", "R17", "R18", "R19", "R31", "R33", "R35", "R62")
async def test_the_whole_story(backing: Settings) -> None:
    settings = demo_settings(backing.folder / "demo", backing)

    ending = await play(settings)

    assert ending.as_told, ending.summary
    assert ending.report.clean, ending.report.findings
    assert {row["order"]: row["outcome"] for row in ending.summary} == {
        **dict.fromkeys([BRIDGEPORT, HOLT, MORVAN, KESTREL, SUMMIT], "completed"),
        IBARRA: "cancelled",
    }
    assert {row["channel"] for row in ending.summary} == {"X12", "EDIFACT", "email"}
    _made_as_ordered(ending)
    _cancelled_without_a_trace(ending)
    _told_in_the_terms_of_the_channel(ending, settings)


def _made_as_ordered(ending: Ending) -> None:
    revised = happened(ending, BRIDGEPORT)
    assert revised.index("order.revision-requested") < revised.index("order.revised") < revised.index("order.confirmed")
    assert ending.orders[BRIDGEPORT]["revision"] == 2
    assert "work-order.fix-ordered" in happened(ending, HOLT)
    assert "work-order.remake-ordered" in happened(ending, MORVAN)
    for number in (BRIDGEPORT, HOLT, MORVAN, KESTREL, SUMMIT):
        lines = ending.orders[number]["lines"]
        assert happened(ending, number).count("shipment.shipped") == len(lines)
        assert all(line["shipped"] == line["ordered"] for line in lines)

    sources = {
        po["supplier_id"] for order in ending.orders.values() for line in order["lines"] for po in line["material_pos"]
    }
    assert {"S-NORDSTAHL", "S-TUBEWORKS"} <= sources
    remade = ending.orders[MORVAN]["lines"][0]
    assert [need["state"] for need in remade["requirements"]] == ["consumed", "consumed"]
    assert len(remade["material_pos"]) == 2


def _cancelled_without_a_trace(ending: Ending) -> None:
    cancelled = happened(ending, IBARRA)
    story = [
        "work-order.production-started",
        "cancellation.requested",
        "order.held",
        "cancellation.penalty-proposed",
        "cancellation.penalty-accepted",
        "cancellation.granted",
        "order.cancelled",
        "work-order.disposed",
    ]
    assert [kind for kind in cancelled if kind in story] == story
    needs = [need for line in ending.orders[IBARRA]["lines"] for need in line["requirements"]]
    assert sorted(need["state"] for need in needs) == ["consumed", "released", "released"]
    assert [po["state"] for line in ending.orders[IBARRA]["lines"] for po in line["material_pos"]] == ["cancelled"]
    assert all(row["reserved"] == "0" and row["on_order"] == "0" for row in ending.stock)
    sheet = next(row for row in ending.stock if row["material"] == "SHEET-S355-6MM")
    assert sheet["on_hand"] == str(5000 - 180 - 96 - 150 - 210)


def _told_in_the_terms_of_the_channel(ending: Ending, settings: Settings) -> None:
    def told(partner: str, purpose: str) -> list[bytes]:
        return outgoing(ending, settings, partner, purpose)

    (question,) = told("C-BRIDGEPORT", "order.revision-requested")
    assert b"ST*855*" in question
    assert b"BAK*00*AC*70418" in question
    (confirmed,) = told("C-BRIDGEPORT", "order.confirmed")
    assert b"BAK*00*A" in confirmed.replace(b"BAK*00*AC", b"")
    assert [b"ST*856*" in each for each in told("C-BRIDGEPORT", "shipment.shipped")] == [True] * 3
    assert len(told("C-BRIDGEPORT", "997")) == 2
    (answer,) = told("C-HOLT", "order.confirmed")
    assert b"ORDRSP" in answer
    assert b"BGM+231" in answer
    assert all(b"DESADV" in each for each in told("C-HOLT", "shipment.shipped"))
    (first, again) = told("C-HOLT", "CONTRL")
    assert (b"+4+26+UNB'" in first, b"+4+26+UNB'" in again) == (False, True), "the second came before, and is told so"
    (offer,) = told("C-IBARRA", "cancellation.penalty-proposed")
    assert b"150,00" in offer
    assert b"\r\nSubject: Re: Pedido PC-3311" in offer
    assert any(b"ORDCHG" in each for each in told("S-NORDSTAHL", "material-po.cancel-requested"))
    assert told("S-TUBEWORKS", "material-po.issued")[0].startswith(b"From: ")

    aside = {each["name"]: each for each in ending.set_aside}
    assert aside["holt-orders-again.edi"]["state"] == "duplicate"
    assert aside["summit-torn.edi"]["state"] == "rejected"
    (report,) = (settings.folder / "failed").glob("*.report.txt")
    assert "trailer" in report.read_text()
    assert not [path for path in (settings.folder / "inbox").rglob("*") if path.is_file()]


async def test_it_can_be_played_again_in_the_same_place(backing: Settings) -> None:
    settings = demo_settings(backing.folder / "demo", backing)
    first = await play(settings)
    mine = settings.folder / "outbox" / "notes.txt"
    mine.write_text("kept")

    second = await play(settings)

    assert first.as_told
    assert second.as_told
    assert second.report.clean
    assert mine.read_text() == "kept"
    assert len(second.sent) == len(first.sent)
    if settings.embedded:
        assert [row["order"] for row in second.summary] == [row["order"] for row in first.summary]
    else:
        assert [row["order"] for row in second.summary] == [f"{row['order']}-2" for row in first.summary]


def told_of(ending: Ending) -> dict[str, Any]:
    """All that has to be the same when a story is told again."""
    return {
        "summary": ending.summary,
        "end stock": ending.stock,
        "events": {
            number: [
                {name: entry[name] for name in ("id", "type", "subject", "sequence", "by", "cause", "data")}
                for entry in order["history"]
                if entry.get("sequence")
            ]
            for number, order in ending.orders.items()
        },
    }


async def test_the_same_seed_tells_the_same_story(tmp_path: Path) -> None:
    tales = [told_of(await play(demo_settings(tmp_path / name), seed=7)) for name in ("one", "two")]
    other = told_of(await play(demo_settings(tmp_path / "three"), seed=8))

    assert tales[0]["summary"] == tales[1]["summary"]
    assert tales[0]["end stock"] == tales[1]["end stock"]
    assert _timeless(tales[0]) == _timeless(tales[1])
    assert _timeless(tales[0]) != _timeless(other)
    assert [row["outcome"] for row in other["summary"]] == [row["outcome"] for row in tales[0]["summary"]]


OF_OTHERS = {"stock", "suppliers", "made_before", "new_product", "listed", "all_in_stock", "load", "proposal"}
"""facts of a task that tell of other orders: how far these are when it opens is a matter of milliseconds"""


def _timeless(value: Any) -> Any:
    """A value without instants, and without what a task knew of stock, suppliers and orders beside its own."""
    if isinstance(value, dict):
        left_out = {key for key in value if key.endswith("_at")} | OF_OTHERS
        left_out |= {"materials"} if "made_before" in value else set()
        return {key: _timeless(each) for key, each in value.items() if key not in left_out}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


async def test_an_order_that_does_not_end_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never_revised = tuple(drop for drop in DROPS if drop.after != "order.revision-requested.v1")
    monkeypatch.setattr(demo, "Story", partial(Story, drops=never_revised))
    ended, taken = set[str](), set[str]()

    class Impatient(demo.Run):
        """Waits no longer than it has to once everything else is done."""

        def hear(self, letter: Letter) -> None:
            message = letter.message
            if letter.envelope.type in demo.ENDS:
                ended.add(letter.envelope.data["po_number"])
            if isinstance(message, demo.TAKEN):
                taken.add(message.name or "")
            if len(ended) == len(ORDERS) - 1 and taken >= {drop.file for drop in never_revised}:
                monkeypatch.setattr(demo, "PATIENCE", 0.2)
            super().hear(letter)

    monkeypatch.setattr(demo, "Run", Impatient)

    with pytest.raises(demo.Unfinished, match=BRIDGEPORT):
        await demo.play(demo_settings(tmp_path / "demo"))


async def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "partners.yaml"
    theirs.write_text("partners: []\n")

    with pytest.raises(Refused, match="no demo's"):
        await prepare(demo_settings(tmp_path))

    assert theirs.read_text() == "partners: []\n"
    assert not (tmp_path / MARKER).exists()


async def test_a_demo_that_is_being_served_is_left_alone(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path / "demo")
    await prepare(settings)
    lease = FileLease(Database(settings.database_url))
    lease.take()
    try:
        with pytest.raises(AlreadyServed):
            await prepare(settings)
    finally:
        await lease.release()
    assert (settings.folder / MARKER).exists()


README = Path(__file__).parents[2] / "README.md"


def hub(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command = [sys.executable, "-c", "from hub.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_shows_it_in_plain_lines(tmp_path: Path) -> None:
    done = hub("demo", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert "Holt Maschinen 4500119034: line 2 passed inspection" in done.stdout
    assert "\x1b" not in done.stdout
    assert (tmp_path / "demo" / STORE).exists()
    ending = done.stdout.splitlines()[done.stdout.splitlines().index("ORDERS") :]
    assert max(map(len, ending)) <= WIDTH
    shown = README.read_text(encoding="utf-8").partition("It ends like this:\n\n```\n")[2].partition("```")[0]
    assert {line.rstrip() for line in shown.splitlines() if line} <= {line.rstrip() for line in ending}
    assert "AUDIT: everything adds up" in shown
    assert "  HUB_DATABASE_URL=sqlite:///demo/hub.sqlite hub order 880213" in ending
    files = [line.removeprefix("  cat ") for line in ending if line.startswith("  cat ")]
    assert len(files) == 2
    assert all((tmp_path / name).is_file() for name in files)


def test_the_command_says_why_it_does_not_play(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")

    done = hub("demo", cwd=tmp_path)

    assert done.returncode == 1
    assert "--folder" in done.stderr
    assert "Traceback" not in done.stderr

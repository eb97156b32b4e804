"""A heading that nobody knew: asked about once, explained in the profile, and understood the next time."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.app import Hub, build, utc_now
from hub.settings import Settings, load_settings
from hub.store import queries
from tests.support.cli import hub_beside as cli
from tests.support.cli import set_environment
from tests.support.running import eventually, send, with_partners
from tests.support.story import by_number

ROWS = "Kennung;Menge;ME;Einzelpreis;Liefertermin\r\n{}-1;24;Stk;118,50;{}\r\n{}-2;5;Stk;2,15;{}\r\n"


def mail(number: str, parts: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["Authentication-Results"] = "mx.metalworks.example; dmarc=pass header.from=holt.example"
    made["From"], made["To"] = "j.weiss@holt.example", "orders@metalworks.example"
    made["Subject"], made["Message-ID"] = f"Bestellung {number}", f"<{number}@holt.example>"
    made.set_content("anbei unsere Bestellung\n")
    wanted = f"{utc_now().date() + timedelta(days=60):%d.%m.%Y}"
    made.add_attachment(ROWS.format(parts, wanted, parts, wanted).encode(), "text", "csv", filename="bestellung.csv")
    return made.as_bytes()


async def question(hub: Hub) -> dict[str, Any]:
    return (await eventually(lambda: queries.tasks(hub.database, kind="document.classify.v1"), "the question"))[0]


@pytest.mark.rule("R40")
async def test_a_heading_that_a_person_has_explained_is_understood_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Settings = with_partners(
        load_settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite", http_port=0)
    )
    set_environment(monkeypatch, settings)
    async with build(settings) as hub:
        receipt = await hub.intake.receive(mail("4711-1", "RS"), "one.eml")
        task = await question(hub)
        assert {reason["code"] for reason in task["facts"]["reasons"]} == {"column_unknown", "product_missing"}
        assert (await cli("partner", "columns", receipt.document_id)).code == 1

        lines = task["facts"]["form"]["message"]["lines"]
        for line, part in zip(lines, ("RS-1", "RS-2"), strict=True):
            line["product"]["buyer_part"] = part
        names = {"document_id": receipt.document_id, "task_id": task["task_id"]}
        by = {"role": task["role"], "name": "Ada Lind"}
        assert (
            await send(hub, "document.classify", **{"as": "new_po", **names, "by": by, "message": {"lines": lines}})
        ).outcome == "done"
        said = await cli("partner", "columns", receipt.document_id)
    assert (said.code, said.out.splitlines()[0]) == (0, "in the profile of C-HOLT:")
    shown = yaml.safe_load(said.out.partition("\n")[2])
    assert shown == {"email": {"columns": {"Kennung": "part"}}}

    profiles = yaml.safe_load((tmp_path / "partners.yaml").read_text())
    next(each for each in profiles["partners"] if each["id"] == "C-HOLT")["email"].update(shown["email"])
    (tmp_path / "partners.yaml").write_text(yaml.safe_dump(profiles))
    async with build(settings) as hub:
        assert (await hub.intake.receive(mail("4711-2", "RT"), "two.eml")).state == "received"
        await eventually(lambda: by_number(hub, "4711-2"), "the order")

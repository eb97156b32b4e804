"""init, settings and doctor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.partner_files import load_partners
from hub.settings import Settings
from tests.support.cli import hub


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no settings of the machine's own."""
    for name in list(os.environ):
        if name.startswith("HUB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_init_writes_what_a_hub_starts_from(folder: Path) -> None:
    said = hub("init")

    assert said.code == 0
    partners = load_partners(folder / "partners.yaml", folder / "materials.yaml")
    assert {"x12", "edifact", "email"} <= {each.channel for each in partners.all.values()}
    assert len({each.role for each in partners.all.values()}) == 2
    offers = [offer for material in partners.materials.values() for offer in material.suppliers]
    assert {offer.supplier for offer in offers} <= set(partners.all)
    assert any(float(offer.minimum) for offer in offers)
    assert hub("doctor").code == 0
    assert hub("partner", "check").code == 0


def test_the_sample_settings_name_every_setting_with_its_default(folder: Path) -> None:
    hub("init")
    text = (folder / "hub.yaml").read_text()

    for name in Settings.model_fields:
        assert f"{name}:" in text
    before = hub("settings", "--json").json
    (folder / "hub.yaml").write_text(text.replace("\n# ", "\n").replace("# Settings", "#").replace("\n", "\n"))
    (folder / "hub.yaml").write_text(
        "\n".join(
            line.removeprefix("# ")
            for line in text.splitlines()
            if line.removeprefix("# ").partition(":")[0] in Settings.model_fields
        )
    )
    assert hub("settings", "--json").json == before


def test_init_overwrites_only_when_told_to(folder: Path) -> None:
    (folder / "partners.yaml").write_text("mine")

    said = hub("init")
    assert said.code == 1
    assert "partners.yaml is there already" in said.err
    assert (folder / "partners.yaml").read_text() == "mine"
    assert not (folder / "hub.yaml").exists()
    assert hub("init", "--force").code == 0
    assert (folder / "partners.yaml").read_text() != "mine"


def test_settings_mask_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+asyncpg://hub:s3cret@db/hub")
    monkeypatch.setenv("HUB_BROKER_URL", "amqp://hub:s3cret@broker/")

    for said in (hub("settings"), hub("settings", "--json")):
        assert said.code == 0
        assert "s3cret" not in said.out
        assert "hub:***@db" in said.out


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HTTP_PORT", "99999999")

    said = hub("orders")
    assert said.code == 1
    assert "HUB_HTTP_PORT" in said.err
    assert "[configuration]" in said.err


def test_doctor_says_what_is_wrong_and_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+asyncpg://localhost:1/hub")
    monkeypatch.setenv("HUB_BROKER_URL", "amqp://localhost:1/")
    (folder / "partners.yaml").write_text("partners:\n  - id: C\n    nam: x\n")

    said = hub("doctor", "--json")
    assert said.code == 1
    failed = {line["what"] for line in said.json if not line["ok"]}
    assert failed == {"database", "broker", "partners"}
    assert all(line["todo"] for line in said.json if not line["ok"])
    assert "partners.yaml:" in next(line["found"] for line in said.json if line["what"] == "partners")


def test_without_a_store_there_is_a_hint_and_no_file_is_made(folder: Path) -> None:
    for command in ("orders", "tasks", "stock", "audit", "events"):
        said = hub(command)
        assert said.code == 1
        assert "hub serve" in said.err
    assert not list(folder.iterdir())

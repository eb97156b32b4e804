"""Settings, variables and partner files that are wrong: one line says what and where, and nothing falls over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.partner_files import load_partners
from hub.settings import load_settings
from tests.support.cli import hub


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no settings of the machine's own."""
    for name in list(os.environ):
        if name.startswith("HUB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


BROKEN = {
    "an open bracket": b"a: [\n",
    "a tab": b"\ta: 1\n",
    "a list": b"- 1\n- 2\n",
    "a text": b'"just text"',
    "not UTF-8": b"\xff\xfe\x00",
    "latin-1": b"a: 1\ncaf\xe9: 1\n",
    "a zero character": b"a: \x00\n",
    "code": b'!!python/object/apply:os.system ["id"]\n',
    "too deep": b"[" * 3000,
    "a name twice": b"a: 1\na: 2\n",
    "a broken tag": b"a: !!int x\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_named(folder: Path, content: bytes) -> None:
    for name, command in (("hub.yaml", "settings"), ("partners.yaml", "doctor")):
        (folder / name).write_bytes(content)
        said = hub(command)
        assert said.code == 1
        assert name in said.out + said.err
        assert "defect" not in said.err
        (folder / name).unlink()


def test_a_folder_in_the_place_of_a_file_is_named(folder: Path) -> None:
    (folder / "hub.yaml").mkdir()
    assert "hub.yaml" in hub("settings").err


SETTINGS = {
    "htpp_port: 8080": "no setting htpp_port; http_port is meant?",
    "http_port: abc": "HUB_HTTP_PORT",
    "wait_for: .nan": "HUB_WAIT_FOR",
    "wait_for: .inf": "HUB_WAIT_FOR",
    "task_due_hours: 1e300": "HUB_TASK_DUE_HOURS",
    'source: "a\\x1b[31m"': "HUB_SOURCE",
    "source: ''": "HUB_SOURCE",
    "broker_url: nonsense": "HUB_BROKER_URL",
    "holidays: [2026-13-45]": "HUB_HOLIDAYS",
    "working_days: someday": "HUB_WORKING_DAYS",
    "plant_timezone: Middle/Earth": "HUB_PLANT_TIMEZONE",
    "a: &a [*a]": "no setting a",
}


@pytest.mark.parametrize(("line", "named"), SETTINGS.items())
def test_a_wrong_line_of_the_settings_is_named(folder: Path, line: str, named: str) -> None:
    (folder / "hub.yaml").write_text(f"# mine\n{line}\n")
    said = hub("orders")
    assert said.code == 1
    assert named in said.err
    assert "hub.yaml:2" in said.err


@pytest.mark.parametrize("url", ["http://[::1", "amqp://[::1", "amqp://host:port/", "amqp:///", "http://host/", ""])
def test_what_is_no_broker_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HUB_BROKER_URL", url)
    said = hub("serve")
    assert said.code == 1
    assert "HUB_BROKER_URL" in said.err
    assert "(environment) [configuration]" in said.err


@pytest.mark.parametrize(
    "url", ["", "nonsense", "postgresql://u:s3cret@host:port/x", "http://[::1", "sqlite:////proc/x/y", "mysql://x/y"]
)
def test_what_is_no_database_is_refused_and_no_secret_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", url)
    for command in ("orders", "serve", "doctor"):
        said = hub(command)
        assert said.code == 1
        assert "HUB_DATABASE_URL" in said.err + said.out
        assert "s3cret" not in said.err + said.out
        assert "[defect]" not in said.err


def test_lists_in_variables_need_no_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PARTNERS", "a.yaml, b.yaml")
    monkeypatch.setenv("HUB_WORKING_DAYS", '["mon", "sat"]')
    settings = load_settings()
    assert settings.partners == [Path("a.yaml"), Path("b.yaml")]
    assert settings.working_days == ["mon", "sat"]

    monkeypatch.setenv("HUB_PARTNERS", "[a.yaml")
    assert "HUB_PARTNERS" in hub("settings").err


def test_doctor_names_variables_that_are_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PARTNRS", "a.yaml")
    monkeypatch.setenv("HUB_TEST_BROKER_URL", "for the tests")
    said = hub("doctor")
    assert "HUB_PARTNRS" in said.out
    assert "HUB_TEST" not in said.out


def test_partner_files_mean_what_stands_in_them(folder: Path) -> None:
    (folder / "partners.yaml").write_text(
        "partners:\n"
        "  - {id: 0715, name: No, channel: x12, part_shipments: yes, edi: {id: 007, qualifier: 01},\n"
        "     parts: {0012: 1_0, 1e3: 12:30}}\n"
        "materials:\n  - {id: M, unit: KGM, stock: 5, suppliers: [{supplier: S, lead_time_days: 3, price: 1.10}]}\n"
    )
    found = load_partners(folder / "partners.yaml")
    partner, material = found.all["0715"], found.materials["M"]
    assert partner.edi is not None
    assert (partner.edi.id, partner.edi.qualifier) == ("007", "01")
    assert partner.part_shipments
    assert partner.parts == {"0012": "1_0", "1e3": "12:30"}
    assert (material.stock, material.suppliers[0].price, material.suppliers[0].lead_time_days) == ("5", "1.10", 3)


PARTNERS = {
    "  - id: ''\n    name: B": "partners.0: id: must not be empty (partners.yaml:2)",
    '  - id: "A\\x1b[31m"\n    name: B': "partners.0: id: holds characters that are not allowed",
    "  - id: A\n    name: B\n    id: C": "id is given twice (partners.yaml:4)",
    "  - id: A\n    nam: B": "A: name: is needed (partners.yaml:2)",
    "  - id: A\n    name: [B]": "A: name: a text or number is needed (partners.yaml:3)",
    "  - A": "partners.0: names with their values are needed (name: value) (partners.yaml:2)",
    "  - {id: A, name: B, tolerance_percent: .nan}": "A: tolerance_percent: a number is needed",
    f"  - {{id: {'A' * 81}, name: B}}": "partners.0: id: has more than 80 characters",
}


@pytest.mark.parametrize(("lines", "text"), PARTNERS.items())
def test_a_wrong_profile_is_named(folder: Path, lines: str, text: str) -> None:
    (folder / "partners.yaml").write_text(f"partners:\n{lines}\n")
    with pytest.raises(ConfigurationError) as caught:
        load_partners(Path("partners.yaml"))
    assert text in str(caught.value)


def test_a_file_that_unfolds_without_end_takes_no_time(folder: Path) -> None:
    folds = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    (folder / "partners.yaml").write_text(f"a0: &a0 [x]\n{folds}partners: *a11\n")
    with pytest.raises(ConfigurationError):
        load_partners(Path("partners.yaml"))


def test_a_variable_that_should_be_json_and_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_POLICIES", "[")
    said = hub("settings")
    assert said.code == 1
    assert said.err.startswith("hub: HUB_POLICIES: JSON is needed (environment) [configuration]"), said.err

"""Partner files are taken up while the hub runs; a mistake in them stops nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from hub.app import build
from hub.app.profiles import Profiles
from hub.settings import Settings
from tests.support.running import DATA, documents, eventually, with_partners

PO = (DATA / "edi/cascade-850-new.edi").read_bytes()
NEW = b"NEWPARTNER     "
PROFILE = """partners:
  - id: C-NEW
    name: New
    channel: x12
    edi: {id: NEWPARTNER, qualifier: ZZ}
materials:
  - {id: NEW-STEEL, unit: KGM, stock: "7"}
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the files often."""
    begun = Profiles.__init__

    def often(self: Profiles, settings: Settings, *, every: float = 0.02) -> None:
        begun(self, settings, every=every)

    monkeypatch.setattr(Profiles, "__init__", often)


def _beside(settings: Settings) -> tuple[Settings, Path]:
    """The settings with a partner file more, which is empty yet."""
    path = settings.folder / "new.yaml"
    path.write_text("")
    return settings.model_copy(update={"partners": [*settings.partners, path]}), path


@pytest.mark.rule("R13")
async def test_a_partner_is_taken_on_while_the_hub_runs(backing: Settings, quick: None) -> None:
    settings, path = _beside(with_partners(backing))
    async with build(settings) as hub:
        inbox = settings.folder / "inbox" / "C-NEW"
        assert not inbox.exists()
        path.write_text(PROFILE)

        async def ready() -> bool:
            return hub.profiles.partners().get("C-NEW") is not None

        await eventually(ready, "the new partner")
        assert (settings.folder / "outbox" / "C-NEW").is_dir()
        (inbox / "po.edi").write_bytes(PO.replace(PO.split(b"*", 16)[6], NEW))

        async def came() -> list[object]:
            return [row for row in await documents(hub, direction="in") if row.partner_id == "C-NEW"]

        (row,) = await eventually(came, "its document")
        assert getattr(row, "state", "") == "received"


async def _looked(profiles: Profiles) -> None:
    for _ in range(2):
        await profiles.look()


async def test_a_mistake_in_a_file_leaves_what_was_known(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings, path = _beside(Settings(folder=tmp_path, partners=[]))
    path.write_text(PROFILE)
    profiles = Profiles(settings)
    with caplog.at_level(logging.INFO):
        for wrong in (PROFILE.replace("channel: x12", "channel: fax"), None):
            path.write_text(wrong) if wrong else path.unlink()
            await _looked(profiles)
            await _looked(profiles)
            assert profiles.partners().get("C-NEW") is not None
        assert "new.yaml:4" in caplog.text
        assert [each.levelname for each in caplog.records] == ["WARNING", "WARNING"]

        path.write_text(PROFILE.replace("name: New", "name: Newer"))
        await profiles.look()
        assert profiles.partners().all["C-NEW"].name == "New", "a file may be half written: two looks alike are needed"
        await profiles.look()
        assert profiles.partners().all["C-NEW"].name == "Newer"
        assert "1 partners, 1 materials" in caplog.text


async def test_what_cannot_be_made_ready_is_tried_again(tmp_path: Path) -> None:
    settings, path = _beside(Settings(folder=tmp_path, partners=[]))
    profiles, full = Profiles(settings), [True]

    async def prepare(_: object) -> None:
        if full.pop() if full else False:
            raise OSError("no space left")

    profiles.tell(prepare)
    path.write_text(PROFILE)
    await profiles.look()
    with pytest.raises(OSError, match="no space"):
        await profiles.look()
    assert profiles.partners().get("C-NEW") is None
    await profiles.look()
    assert profiles.partners().get("C-NEW") is not None

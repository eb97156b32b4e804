"""The whole hub in a played world in which everything goes wrong that can, by seed (issue 3's proof)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.app import Hub
from hub.simulation.chaos.stage import POINTS
from hub.simulation.chaos.world import Outcome, folder, play
from hub.store import unit_of_work
from hub.store.journal import Journal
from tests.support.spoiling import WAYS

SEEDS = 20
SOAK = int(os.environ.get("HUB_SOAK_SEEDS", "2000"))
PORTION = 50


@pytest.fixture(scope="module", autouse=True)
def quiet() -> None:
    """Leave out what the hub logs of all that goes wrong."""
    logging.getLogger("hub").setLevel(logging.CRITICAL + 1)
    logging.getLogger("sqlalchemy").setLevel(logging.CRITICAL + 1)


@pytest.fixture(scope="module")
def place() -> Path:
    """Return a folder in which worlds are played."""
    with folder() as path:
        yield path


def clean(outcome: Outcome) -> None:
    """Fail with the one command that plays it again."""
    assert not outcome.complaints, f"{outcome.command}\n" + "\n".join(outcome.complaints)


@pytest.mark.rule("R41", "R42", "R43")
@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_nothing_is_lost_or_done_twice_and_every_order_ends(seed: int, place: Path) -> None:
    clean(play(seed, place))


@pytest.mark.soak
@pytest.mark.rule("R41", "R42", "R43")
@pytest.mark.parametrize("first", range(SEEDS + 1, SEEDS + 1 + SOAK, PORTION))
def test_nothing_is_lost_or_done_twice_in_many_worlds(first: int, place: Path) -> None:
    for seed in range(first, first + PORTION):
        clean(play(seed, place))


@pytest.mark.rule("R41", "R42", "R43")
@pytest.mark.parametrize("point", POINTS)
def test_a_hub_that_dies_at_this_point_loses_and_doubles_nothing(point: str, place: Path) -> None:
    for seed in range(1, 50):
        outcome = play(seed, place, first=point)
        clean(outcome)
        if outcome.figures.get(f"died {point}"):
            return
    pytest.fail("no hub came there")


# ------------------------------------------------------------------------------------------- the same again


def test_a_seed_is_the_same_story_in_every_process() -> None:
    """Whatever order Python gives to its sets: what happens, and what is stored, follows from the seed alone."""
    said = set()
    for salt in ("1", "2"):
        command = [sys.executable, "-m", "hub.simulation.chaos", "--seed", "9"]
        ran = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": salt}, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        said.add(ran.stdout)
    assert len(said) == 1, "\n".join(said)


def test_another_seed_is_another_story(place: Path) -> None:
    first, again, other = play(4, place), play(4, place), play(5, place)
    assert first.digest == again.digest != other.digest


# ------------------------------------------------------------------------------------- the check of the checks


def without_timers(patch: pytest.MonkeyPatch) -> None:
    """Forget what is to come later."""
    patch.setattr(Journal, "add_timer", lambda *_: None)


def without_inbox(patch: pytest.MonkeyPatch) -> None:
    """Carry out again what comes again."""
    patch.setattr(unit_of_work, "_known", unit_of_work._known)
    patch.setattr(Journal, "write", Journal.write)
    WAYS["no inbox"](None)  # type: ignore[arg-type]


def without_waiting(patch: pytest.MonkeyPatch) -> None:
    """Forget what comes before what it depends on."""
    patch.setattr(Journal, "wait", lambda *_: None)


Plant = Callable[[pytest.MonkeyPatch], object]
PLANTED: dict[str, Plant | str] = {
    "no inbox": without_inbox,
    "no timers": without_timers,
    "nothing waits": without_waiting,
    "ack before commit": "ack before commit",
    "no confirms": "no confirms",
    "mark before publish": "mark before publish",
}


STARTS = {"no timers": 24}
"""seeds to begin with, where few find a defect"""


@pytest.mark.parametrize("defect", PLANTED)
def test_a_planted_defect_is_found(defect: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = PLANTED[defect]
    spoil: Callable[[Hub], None] = lambda hub: None  # noqa: E731
    if isinstance(planted, str):
        spoil = WAYS[planted]
    else:
        planted(monkeypatch)
    first = STARTS.get(defect, 1)
    seeds = (*range(first, 100), *range(1, first))
    assert any(play(seed, place, spoil=spoil).complaints for seed in seeds), "no seed has found it"

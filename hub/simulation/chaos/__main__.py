"""`python -m hub.simulation.chaos --seed 17` plays one world; `--seeds 2000` as many as that."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from hub.simulation.chaos.world import Outcome, folder, play

PORTION = 25


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a program of its own


def _portion(first: int, last: int) -> list[Outcome]:
    logging.disable()
    with folder() as place:
        return [play(seed, place) for seed in range(first, last)]


def _one(seed: int, show: bool) -> bool:
    if not show:
        logging.disable()
    with folder() as place:
        outcome = play(seed, place, keep=True)
    if show:
        for line in outcome.trace:
            _say(line)
    figures = ", ".join(f"{number} {name}" for name, number in outcome.figures.items())
    _say(f"seed {seed}: {figures}; {len(outcome.trace)} happenings {outcome.digest[:16]}")
    for text in outcome.complaints:
        _say(f"  {text}")
    _say("clean" if not outcome.complaints else f"NOT CLEAN: {len(outcome.complaints)} complaints")
    return not outcome.complaints


def _many(first: int, count: int, processes: int) -> bool:
    begun, figures, failed, done = time.monotonic(), Counter[str](), 0, 0
    with ProcessPoolExecutor(processes) as pool:
        starts = range(first, first + count, PORTION)
        ends = [min(start + PORTION, first + count) for start in starts]
        for outcomes in pool.map(_portion, starts, ends):
            for outcome in outcomes:
                figures.update(outcome.figures)
                if outcome.complaints:
                    failed += 1
                    _say(f"{outcome.command}: {outcome.complaints[0]}")
            done += len(outcomes)
            if sys.stderr.isatty():
                print(f"\r{done} of {count}", end="", file=sys.stderr)  # noqa: T201
    took = time.monotonic() - begun
    _say(
        f"{count} seeds in {took:.0f} s ({count / took:.1f}/s), {failed} failed: "
        + ", ".join(f"{number} {name}" for name, number in figures.items())
    )
    return not failed


def main() -> None:
    """Play; exit 0 when every world ends clean."""
    parser = argparse.ArgumentParser(prog="python -m hub.simulation.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="one world")
    parser.add_argument("--show", action="store_true", help="with --seed: all that happens, and the hub's log")
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.seed is not None:
        clean = _one(options.seed, options.show)
    else:
        clean = _many(options.first, options.seeds, options.processes)
    raise SystemExit(0 if clean else 1)


if __name__ == "__main__":
    main()

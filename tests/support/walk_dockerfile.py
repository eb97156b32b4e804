"""Carries out a Dockerfile by hand in a folder of its own: no image, but the same steps on the same files.

The image's folders (`/opt`, `/src`, `/var/lib/hub`) lie under a temporary root, and paths in the steps are
rewritten to match; all stages share that root and this machine's Python. What needs an image is named only.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

IMAGE_FOLDERS = re.compile(r"(?<![\w./-])/(?=(?:opt|src|var/lib/hub)\b)")
NEEDS_AN_IMAGE = ("useradd", "groupadd", "adduser", "addgroup", "apt-get", "chown")
READY_WITHIN = 60


class WalkFailed(Exception):
    """A step of the Dockerfile does not work."""


@dataclass
class Walk:
    """Where the walk has come to."""

    context: Path
    root: Path
    folder: Path
    environment: dict[str, str]
    health: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """Return the text with the image's folders moved under the root."""
        return IMAGE_FOLDERS.sub(f"{self.root}/", text)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield a Dockerfile's instructions and their arguments, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word:
            yield word.upper(), rest.strip()


def walk(context: Path) -> None:
    """Carry out the Dockerfile of the folder, then start what it starts until its health check passes."""
    with tempfile.TemporaryDirectory(prefix="hub-image-") as place:
        root = Path(place)
        own = Path(sys.base_prefix) / "bin"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "VIRTUAL_ENV"))}
        clean["PATH"] = f"{_python_alias(root)}:{own}:/usr/local/bin:/usr/bin:/bin"
        at = Walk(context, root, root, clean)
        for word, rest in instructions((context / "Dockerfile").read_text()):
            print(f"  {word} {rest}"[:110], flush=True)
            _step(at, word, rest)
        _start_until_healthy(at)
        print(f"Dockerfile: its steps work by hand; not tried: {'; '.join(at.left)}")


def _step(at: Walk, word: str, rest: str) -> None:
    match word:
        case "RUN":
            _run(at, rest)
        case "COPY":
            _copy(at, rest.split())
        case "WORKDIR":
            at.folder = Path(at.inside(rest))
            at.folder.mkdir(parents=True, exist_ok=True)
        case "ENV":
            for setting in shlex.split(rest):
                name, _, value = setting.partition("=")
                at.environment[name] = at.inside(value.replace("$PATH", at.environment["PATH"]))
        case "HEALTHCHECK":
            at.health = json.loads(rest.partition("CMD ")[2])
        case "ENTRYPOINT":
            at.entrypoint = json.loads(rest)
        case "CMD":
            at.command = json.loads(rest)
        case "FROM" | "USER" | "EXPOSE":
            at.left.append(f"{word} {rest}")
        case _:
            raise WalkFailed(f"{word} is not known to the walk")


def _copy(at: Walk, words: list[str]) -> None:
    *sources, target = words
    if sources[0].startswith("--from="):
        if sources[1:] != [target]:
            raise WalkFailed("COPY --from: only to the same path, as the stages share the walk's root")
        return
    allowed = (at.context / ".dockerignore").read_text().splitlines()
    for source in sources:
        if f"!{source}" not in allowed:
            raise WalkFailed(f"COPY {source}: .dockerignore leaves it out")
        origin, goal = at.context / source, at.folder / at.inside(target)
        if not origin.exists():
            raise WalkFailed(f"COPY {source}: there is no such file")
        if origin.is_dir():
            shutil.copytree(origin, goal, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            goal.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, goal)


def _run(at: Walk, step: str) -> None:
    if step.startswith(NEEDS_AN_IMAGE):
        at.left.append(step.split()[0])
        return
    command = ["sh", "-ec", at.inside(step)]
    done = subprocess.run(command, cwd=at.folder, env=at.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WalkFailed(f"{step}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _start_until_healthy(at: Walk) -> None:
    """Run the entry point with its command, alone, on the embedded defaults; end it as Docker would."""
    shown = shlex.join(at.entrypoint + at.command)
    log = at.root / "server.log"
    program = shutil.which(at.entrypoint[0], path=at.environment["PATH"])
    if program is None:
        raise WalkFailed(f"there is no {at.entrypoint[0]} in the image")
    with log.open("w") as output:
        command = [program, *at.entrypoint[1:], *at.command]
        server = subprocess.Popen(command, cwd=at.folder, env=at.environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + READY_WITHIN
        while subprocess.run(at.health, env=at.environment, capture_output=True, check=False).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                raise WalkFailed(f"`{shown}` does not become healthy\n{log.read_text()[-2000:]}")
        server.send_signal(signal.SIGTERM)
        if code := server.wait(30):
            raise WalkFailed(f"`{shown}` was healthy, but ends with {code} on SIGTERM\n{log.read_text()[-2000:]}")
    finally:
        server.kill()
        server.wait()
    print(f"  `{shown}` became healthy and ended on SIGTERM")


def _python_alias(root: Path) -> Path:
    """Make this machine's Python answer to `python`, as in the image."""
    folder = root / "bin"
    folder.mkdir()
    (folder / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
    return folder

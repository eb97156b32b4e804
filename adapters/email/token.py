"""Access tokens for mail servers (OAuth 2.0): had anew for each login, since they last an hour or so.

How a token is come by is the matter of a program of the user's own, which keeps the secret that it is made with.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from hub.ports import MailAccount

WITHIN = 30.0
"""seconds that the command may take"""


class NoToken(Exception):
    """There is no token to be had; the text says why, and holds no token."""


def access_token(account: MailAccount) -> str:
    """The token that the account's file holds, or that its command prints; blocks. Raises NoToken."""
    file = account.token_file
    found = (_read(file) if file else _asked(account.token_command)).strip()
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise NoToken(f"what {file or 'the command for a token'} says is no token")
    return found


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        raise NoToken(f"the token cannot be read: {file}: {getattr(error, 'strerror', None) or error}") from error


def _asked(command: str) -> str:
    around = {name: value for name, value in os.environ.items() if not name.upper().startswith("HUB_")}
    try:
        words = shlex.split(command)
        done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=False, env=around)  # noqa: S603 - as the settings say
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NoToken(f"the command for a token cannot be run: {type(error).__name__}") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1][:200]
        raise NoToken(f"the command for a token failed with {done.returncode}: {said}")
    return done.stdout

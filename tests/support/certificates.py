"""A certificate for this machine, made on the spot."""

from __future__ import annotations

import subprocess
from pathlib import Path

_MAKE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
    "-addext subjectAltName=IP:127.0.0.1,DNS:localhost"
)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and localhost that is its own authority, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run([*_MAKE.split(), "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key

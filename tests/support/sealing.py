"""A forwarder of the tests': seals mails by ARC (RFC 8617), written anew so that it shares no fault with the check."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import tempfile
from collections.abc import Sequence

SET = (b"arc-authentication-results", b"arc-message-signature", b"arc-seal")
"""in the order in which a seal covers them"""
SIGNED = ("from", "to", "subject", "message-id")


def sealed(
    key: bytes, content: bytes, domain: str, said: str, *, cv: str = "none", signed: Sequence[str] = SIGNED
) -> bytes:
    """The mail with one more set of ARC headers before it; ``said`` is what the forwarder found."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [_field(each) for each in re.split(rb"\r\n(?![ \t])", head)]
    before = [field for field in fields if field[0].startswith(b"arc-")]
    number = sum(name == b"arc-seal" for name, _ in before) + 1
    digest = base64.b64encode(hashlib.sha256(_relaxed(body)).digest()).decode()
    common = f"i={number}; a=rsa-sha256; d={domain}; s=s1"
    results = (b"arc-authentication-results", f"i={number}; mx.{domain}; {said}".encode())
    tags = f"{common}; c=relaxed/relaxed; h={':'.join(signed)}; bh={digest}; b="
    covered = [next(field for field in reversed(fields) if field[0] == name.encode()) for name in signed]
    signature = _signed(key, covered, (b"arc-message-signature", tags.encode()))
    chain = [
        next(field for field in before if field[0] == name and field[1].startswith(b"i=%d;" % each))
        for each in range(1, number)
        for name in SET
    ]
    seal = _signed(key, [*chain, results, signature], (b"arc-seal", f"{common}; cv={cv}; b=".encode()))
    return b"".join(b"%s: %s\r\n" % field for field in (seal, signature, results)) + content


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()


def _relaxed(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _signed(key: bytes, covered: Sequence[tuple[bytes, bytes]], field: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    data = b"\r\n".join(b"%s:%s" % each for each in (*covered, field))
    with tempfile.NamedTemporaryFile() as file:
        file.write(key)
        file.flush()
        made = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", file.name], input=data, check=True, capture_output=True
        ).stdout
    return field[0], field[1] + base64.b64encode(made)

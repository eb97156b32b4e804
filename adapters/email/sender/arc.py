"""ARC (RFC 8617): a forwarder's word that a mail was its sender's before forwarding spoiled the proof of it.

Anybody can seal, so that only the seals of forwarders count that our settings name, and only where every one who has
sealed the mail is one of them.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import dkim  # type: ignore[import-untyped]  # it has no types
from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]

from adapters.email.sender.authentication import methods
from adapters.email.sender.names import NamesSilent

SETS = 5
"""times that a mail may have been sealed"""
ALGORITHMS = frozenset({b"rsa-sha256"})
"""those that count: SHA-1 has been broken, and few use Ed25519 alone"""
Key = Callable[..., bytes | None]


def vouched(content: bytes, shown: str, sealers: Collection[str], key: Key) -> str:
    """The forwarder that vouches that the mail passed DMARC for the domain shown when it came there; else nothing.

    ``sealers`` are the domains of those that are believed, ``key`` looks a public key up, as for DKIM.
    """
    if not sealers:
        return ""
    try:
        mail = dkim.ARC(content)
        seals = [_tags(value) for name, value in mail.headers if name.lower() == b"arc-seal"]
        signatures = [_tags(value) for name, value in mail.headers if name.lower() == b"arc-message-signature"]
        if not 0 < len(seals) <= SETS or not all(map(_covers, signatures)):
            return ""
        if any(_domain(tags) not in sealers or tags.get(b"a") not in ALGORITHMS for tags in (*seals, *signatures)):
            return ""
        result, sets, _ = mail.verify(key)
    except (dkim.DKIMException, InvalidTagValueList, NamesSilent, binascii.Error, ValueError, TypeError, LookupError):
        return ""
    passed = result == dkim.CV_Pass and _passed(sets[-1], shown)
    return str(sets[0]["as-domain"].decode("ascii").lower()) if passed else ""


def _tags(value: bytes) -> Mapping[bytes, bytes]:
    found: Mapping[bytes, bytes] = parse_tag_value(value)
    return found


def _domain(tags: Mapping[bytes, bytes]) -> str:
    return tags.get(b"d", b"").decode("ascii", "replace").lower().rstrip(".")


def _covers(tags: Mapping[bytes, bytes]) -> bool:
    """Whether a signature is over the sender, and over all of the text."""
    return b"l" not in tags and b"from" in re.split(rb"\s*:\s*", tags.get(b"h", b"").lower())


def _passed(first: Mapping[str, Any], shown: str) -> bool:
    """Whether who sealed the mail first found it to pass DMARC for this domain."""
    value = first["aar-value"].decode("utf-8", "replace").partition(";")[2]
    found = [(result, properties) for method, result, properties in methods(value) if method == "dmarc"]
    return bool(found) and all(
        result == "pass" and properties.get("header.from") == shown for result, properties in found
    )

"""What the hub itself finds out of a mail's sender when it is the one that receives it: SPF, DKIM, DMARC, ARC."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, replace

import dkim  # type: ignore[import-untyped]  # it has no types
from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]

from adapters.email.isolation.apart import Apart, Gone
from adapters.email.isolation.several import Several
from adapters.email.limits import DEFAULT, Limits, MailTooLarge
from adapters.email.mail.mime import read_mail
from adapters.email.sender import arc, dmarc, spf
from adapters.email.sender.names import Names, NamesSilent

SIGNATURES = 5
"""of one mail that are looked at"""
LIMITS = replace(DEFAULT, seconds=25.0)
"""as for reading, and some time for the name servers"""
AT_ONCE = 4
"""mails that are checked at a time"""
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True, slots=True)
class SenderCheck:
    """Checks senders, in the name of this server (``authserv_id``)."""

    authserv_id: str
    names: Names
    sealers: frozenset[str] = frozenset()
    """domains of forwarders whose word (ARC) counts where forwarding has spoiled the proof"""

    def answer(self, content: bytes, sender: str, helo: str, address: str) -> bytes:
        """What `results` finds, for another process."""
        return self.results(content, sender, helo, address).encode()

    def results(self, content: bytes, sender: str, helo: str, address: str) -> str:
        """The value of Authentication-Results for a mail as it came, its envelope sender, and the server that sent it.

        A doubt is never a pass.
        """
        found, sent_by = spf.check(self.names, address, sender, helo)
        signatures = self._signatures(content)
        shown = _shown(content)
        said = [self._dmarc(shown, sent_by if found == "pass" else "", signatures, found == "temperror")]
        if said[0].startswith("dmarc=fail") and (sealer := arc.vouched(content, shown, self.sealers, self._key)):
            said = [f"dmarc=pass policy.arc={sealer} header.from={shown}"]
        said += [f"dkim={result} header.d={domain}" for result, domain in signatures if _DOMAIN.fullmatch(domain)]
        if _DOMAIN.fullmatch(sent_by):
            said.append(f"spf={found} {'smtp.mailfrom' if sender else 'smtp.helo'}={sent_by}")
        return "; ".join((self.authserv_id, *said))

    def _dmarc(self, shown: str, sent_by: str, signatures: list[tuple[str, str]], silent: bool) -> str:
        if not shown:
            return "dmarc=permerror"
        try:
            policy = dmarc.policy(self.names, shown)
        except NamesSilent:
            return f"dmarc=temperror header.from={shown}"
        if policy is None:
            return f"dmarc=none header.from={shown}"
        signed = [domain for result, domain in signatures if result == "pass"]
        proven = dmarc.is_aligned(shown, signed, strictly=policy.get("adkim") == "s")
        proven = proven or dmarc.is_aligned(shown, [sent_by], strictly=policy.get("aspf") == "s")
        silent = silent or any(result == "temperror" for result, _ in signatures)
        result = "pass" if proven else "temperror" if silent else "fail"
        asked = policy.get("p", "")
        return f"dmarc={result}{f' (p={asked})' if asked.isalpha() else ''} header.from={shown}"

    def _signatures(self, content: bytes) -> list[tuple[str, str]]:
        """What each DKIM signature proves: the result, and the domain that signed."""
        try:
            values = [value for name, value in dkim.DKIM(content).headers if name.lower() == b"dkim-signature"]
        except (dkim.DKIMException, IndexError):
            return []
        return [self._signature(content, place, value) for place, value in enumerate(values[:SIGNATURES])]

    def _signature(self, content: bytes, place: int, value: bytes) -> tuple[str, str]:
        try:
            tags = parse_tag_value(value)
        except InvalidTagValueList:
            return "permerror", ""
        domain = tags.get(b"d", b"").decode("ascii", "replace").lower().rstrip(".")
        covered = re.split(rb"\s*:\s*", tags.get(b"h", b"").lower())
        if b"l" in tags or b"from" not in covered or tags.get(b"a") not in arc.ALGORITHMS:
            return "policy", domain
        try:
            good = dkim.DKIM(content).verify(place, self._key)
        except NamesSilent:
            return "temperror", domain
        except (dkim.DKIMException, ValueError, TypeError, IndexError, KeyError, binascii.Error):
            return "permerror", domain
        return "pass" if good else "fail", domain

    def _key(self, name: bytes, timeout: float = 0) -> bytes | None:
        texts = self.names.look_up(name.decode("ascii", "replace"), "TXT")
        return texts[0].encode("utf-8") if len(texts) == 1 else None


def _shown(content: bytes) -> str:
    """The domain of the one address in the one From header, as the mail's reader will see it; else nothing."""
    try:
        mail = read_mail(content)
    except MailTooLarge:
        return ""
    addresses = mail.addresses("from")
    domain = addresses[0].rpartition("@")[2] if len(addresses) == 1 == len(mail.all("from")) else ""
    return domain if _DOMAIN.fullmatch(domain) else ""


class IsolatedCheck:
    """Sender checks in processes of their own, each killed when a mail takes too long, `AT_ONCE` at a time.

    A mail whose name servers are slow holds nobody up: the next is checked in another process, which is started when
    all before it are busy. Safe to use from several threads.
    """

    def __init__(self, check: SenderCheck, limits: Limits = LIMITS) -> None:
        self._authserv_id = check.authserv_id
        self._several = Several(lambda: Apart(check, limits), AT_ONCE)

    def results(self, content: bytes, sender: str, helo: str, address: str) -> str:
        """What was found; a mail that breaks the limits proves nothing."""
        with self._several.one() as apart:
            try:
                return apart.ask(lambda fresh: (content, sender, helo, address)).decode()
            except Gone:
                return f"{self._authserv_id}; dmarc=permerror"

    def close(self) -> None:
        """End the processes."""
        for each in self._several.all:
            each.close()

"""DMARC: whether what SPF and DKIM prove is proven of the domain that From shows.

A domain proves for itself, for those below it, and for those above it: no list of public suffixes is needed for that.
Two domains side by side (sales.firm.example and mail.firm.example) are not taken for one firm's, though DMARC would
where a third record says so; their mail goes to a person.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.email.sender.names import Names

HIGHEST = 8
"""labels of a domain above which records are not looked for one by one"""


def policy(names: Names, domain: str) -> dict[str, str] | None:
    """The tags of the record that holds for a domain: its own, else the next one above. Raises NamesSilent."""
    labels = domain.split(".")
    while labels:
        found = _record(names, ".".join(labels))
        if found is not None:
            return found
        labels = labels[-(HIGHEST - 1) :] if len(labels) > HIGHEST else labels[1:]
    return None


def is_aligned(shown: str, proven: Iterable[str], *, strictly: bool) -> bool:
    """Whether one of the proven domains proves the one shown."""
    return any(
        each == shown or (not strictly and (shown.endswith(f".{each}") or each.endswith(f".{shown}")))
        for each in proven
        if "." in each
    )


def _record(names: Names, domain: str) -> dict[str, str] | None:
    records = [
        text for text in names.look_up(f"_dmarc.{domain}", "TXT") if text.replace(" ", "").startswith("v=DMARC1")
    ]
    if len(records) != 1:
        return None
    tags = dict[str, str]()
    for part in records[0].split(";"):
        name, _, value = part.partition("=")
        tags.setdefault(name.strip().lower(), value.strip().lower())
    return tags

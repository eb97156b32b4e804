"""Writing EDIFACT: segments, with the envelope of one partner around them (ISO 9735)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.edi.delimiters import EDIFACT_DEFAULT, Delimiters
from adapters.edi.envelope import Endpoint
from hub.partners import EdiProfile
from hub.ports import Numbers

Element = str | Sequence[str]
Segments = list[Sequence[Element]]


@dataclass(frozen=True, slots=True)
class Route:
    """From whom to whom a message goes, and how it is written."""

    sender: Endpoint
    receiver: Endpoint
    directory: str = "D96A"
    delimiters: Delimiters = EDIFACT_DEFAULT
    test: bool = False
    acknowledge: bool = False
    """whether an acknowledgment is asked for"""
    syntax: str = "3"
    """version of the syntax (UNB 0002), where nothing in the text needs another"""


def route_to(profile: EdiProfile, our: Endpoint) -> Route:
    """The route to a partner by its profile; ``our`` counts where the profile does not name an id of ours."""
    return Route(
        sender=_endpoint(profile.our_qualifier or our.qualifier, profile.our_id or our.id),
        receiver=_endpoint(profile.qualifier, profile.id),
        directory=profile.version or "D96A",
        delimiters=delimiters_of(profile),
        test=profile.test,
        acknowledge=bool(profile.acknowledges),
    )


def _endpoint(qualifier: str, identifier: str) -> Endpoint:
    """Agreed mutually is ZZ in X12; EDIFACT says nothing then (UNB 0007)."""
    return Endpoint("" if qualifier == "ZZ" else qualifier, identifier)


def party(party: Endpoint, assigned: str) -> tuple[str, str, str]:
    """C082 of a party that is known by its interchange id.

    Only a GLN is GS1's (9) and a D-U-N-S number Dun & Bradstreet's (16); ``assigned`` says who else has given it.
    """
    return party.id, "", {"14": "9", "1": "16"}.get(party.qualifier, assigned)


def delimiters_of(profile: EdiProfile | None) -> Delimiters:
    """The delimiters that a partner wants."""
    if profile is None:
        return EDIFACT_DEFAULT
    return Delimiters(
        profile.element_separator or EDIFACT_DEFAULT.element,
        profile.component_separator or EDIFACT_DEFAULT.component,
        profile.segment_terminator or EDIFACT_DEFAULT.segment,
        "",
        EDIFACT_DEFAULT.release,
    )


def escaped(text: str, delimiters: Delimiters) -> str:
    """Text with every delimiter in it released, and without characters that no message may have."""
    text = "".join(c if c.isprintable() else " " for c in text)
    text = text.replace(delimiters.release, delimiters.release * 2)
    for mark in (delimiters.segment, delimiters.element, delimiters.component):
        text = text.replace(mark, delimiters.release + mark)
    return text


def segment(elements: Iterable[Element], delimiters: Delimiters) -> str:
    """One segment, empty components and elements at its ends left away."""
    parts = []
    for element in elements:
        components = [element] if isinstance(element, str) else list(element)
        while components and not components[-1]:
            components.pop()
        parts.append(delimiters.component.join(escaped(component, delimiters) for component in components))
    while parts and not parts[-1]:
        parts.pop()
    return delimiters.element.join(parts) + delimiters.segment


def interchange(
    route: Route,
    messages: Sequence[tuple[Sequence[str], Segments]],
    numbers: Numbers,
    now: datetime,
    *,
    application: str = "",
) -> bytes:
    """An interchange; each message is its identifier (``ORDRSP``, ``D``, ``96A``…) and what stands between
    UNH and UNT.
    """
    d = route.delimiters
    number = str(numbers.next("interchange"))
    body: list[str] = []
    for identifier, content in messages:
        reference = str(numbers.next("message"))
        body.append(segment(("UNH", reference, identifier), d))
        body.extend(segment(elements, d) for elements in content)
        body.append(segment(("UNT", str(len(content) + 2), reference), d))
    text = "".join(line + "\n" for line in body)
    syntax, encoding = (("UNOC", route.syntax), "latin-1") if _fits_latin_1(text) else (("UNOY", "4"), "utf-8")
    head = segment(
        (
            "UNB",
            syntax,
            (route.sender.id, route.sender.qualifier),
            (route.receiver.id, route.receiver.qualifier),
            (f"{now:%y%m%d}" if syntax[1] == "3" else f"{now:%Y%m%d}", f"{now:%H%M}"),
            number,
            "",
            application,
            "",
            "1" if route.acknowledge else "",
            "",
            "1" if route.test else "",
        ),
        d,
    )
    tail = segment(("UNZ", str(len(messages)), number), d)
    reserved = "*" if syntax[1] == "4" else " "
    advice = f"UNA{d.component}{d.element}.{d.release}{reserved}{d.segment}"
    if reserved == "*":
        text = text.replace("*", f"{d.release}*")
        head = head.replace("*", f"{d.release}*")
    return f"{advice}\n{head}\n{text}{tail}\n".encode(encoding)


def _fits_latin_1(text: str) -> bool:
    """Whether UNOC can carry the text, and its bytes cannot be taken for UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeEncodeError:
        return False
    except UnicodeDecodeError:
        return True
    return False


def message_identifier(kind: str, directory: str) -> tuple[str, ...]:
    """``ORDRSP`` in ``D96A`` is ``ORDRSP:D:96A:UN:EAN005``, by the directory's version and release."""
    association = {
        ("ORDERS", "D96A"): "EAN008",
        ("ORDERS", "D01B"): "EAN010",
        ("ORDRSP", "D96A"): "EAN005",
        ("ORDRSP", "D01B"): "EAN009",
        ("ORDCHG", "D96A"): "EAN007",
        ("ORDCHG", "D01B"): "EAN009",
        ("DESADV", "D96A"): "EAN005",
        ("DESADV", "D01B"): "EAN007",
    }.get((kind, directory), "")
    identifier = (kind, directory[:1], directory[1:], "UN")
    return (*identifier, association) if association else identifier

"""A document of a partner's explained line by line: read to where, kept where, wrong where; without any effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.cli import screen
from hub.errors import Inconsistent, NotFound, UnreadableMessage
from hub.partners import Partner, Partners
from hub.ports import Advice, ExplainedDocument, ExplainedSegment, Explanation, Finding, Reading
from hub.settings import Settings


def explain(settings: Settings, partners: Partners, partner: Partner, path: Path, *, as_json: bool) -> None:
    """Show how a partner's document is read, segment by segment. Raises Inconsistent where something is wrong in it."""
    from hub.app.adapters import explainers, readers
    from hub.app.parts import context_of

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFound(f"cannot be read: {error.strerror}", where=str(path)) from error
    if not raw.strip():
        raise UnreadableMessage("the file is empty", where=str(path))
    if len(raw) > settings.max_document_bytes:
        raise UnreadableMessage(f"the document has {len(raw)} bytes; up to {settings.max_document_bytes} are read")
    context = context_of(settings, partners, settings.calendar.day(datetime.now(UTC)).isoformat())
    explainer = next((each for each in explainers(settings) if each.recognises(raw, path.name)), None)
    if explainer:
        found = explainer.explain(raw, context)
    else:
        reader = next((each for each in readers(settings) if each.recognises(raw, path.name)), None)
        if reader is None:
            raise UnreadableMessage("neither X12, nor EDIFACT, nor a mail", where=str(path))
        found = _of_mail(reader.read(raw, path.name, context))
    if found.reading.partner_id != partner.id:
        sender = found.reading.partner_id or "nobody with a profile"
        other = Finding("other_partner", "error", f"the file is from {sender}, and not from {partner.id}")
        advice = Advice(other, "compare the sender's id in it with the profile (edi.id, edi.qualifier; email)")
        found = replace(found, advice=(advice, *found.advice))
    if as_json:
        screen.show_json({"file": str(path), "partner": partner.id, **_as_data(found)})
    else:
        _show(path, found)
    wrong = [each for each in _all_advice(found) if each.finding.severity == "error"]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if wrong[1:] else ""
        raise Inconsistent(f"{wrong[0].finding.message}{more}", where=wrong[0].finding.where)


def _of_mail(reading: Reading) -> Explanation:
    """A mail has no segments: what was read stands beside the place that it was read from."""
    documents = []
    for message in reading.messages:
        source = getattr(message, "source", None)
        places = source.read_from if source else []
        rows = tuple(
            ExplainedSegment(
                row,
                f"{each.part}{f', row {each.row}' if each.row is not None else ''}",
                ((each.field, each.text or ""),),
                (),
                (),
            )
            for row, each in enumerate(places, start=1)
        )
        kept = tuple(
            ExplainedSegment(len(rows) + row, each.where, (), (each.text,), ())
            for row, each in enumerate(getattr(message, "unmapped", ()), start=1)
        )
        documents.append(ExplainedDocument("mail", screen.version_off(message.TYPE), rows + kept))
    advice = tuple(Advice(each, "") for each in reading.findings)
    return Explanation(reading, tuple(documents), advice)


def _all_advice(found: Explanation) -> Iterator[Advice]:
    yield from found.advice
    for document in found.documents:
        for segment in document.segments:
            yield from segment.advice


def _as_data(found: Explanation) -> dict[str, Any]:
    reading = found.reading
    return {
        "kind": reading.kind,
        "intent": reading.intent,
        "disposition": reading.disposition,
        "likely_intent": reading.likely_intent,
        "documents": [
            {
                "type": document.type,
                "where": document.where,
                "segments": [
                    {
                        "segment": each.position,
                        "text": each.text,
                        "read": dict(each.read),
                        "unmapped": list(each.unmapped),
                        "faults": list(map(_fault, each.advice)),
                    }
                    for each in document.segments
                ],
            }
            for document in found.documents
        ],
        "messages": [{"type": message.TYPE, "data": message.data()} for message in reading.messages],
        "faults": list(map(_fault, found.advice)),
    }


def _fault(advice: Advice) -> dict[str, str]:
    finding = advice.finding
    said = {"code": finding.code, "severity": finding.severity, "message": finding.message, "where": finding.where}
    return {**said, "todo": advice.todo}


def _show(path: Path, found: Explanation) -> None:
    reading = found.reading
    screen.say(f"{path}: {reading.kind}, {reading.intent}, {reading.disposition}")
    for document in found.documents:
        screen.say(f"\n{document.type} ({document.where})")
        for segment in document.segments:
            screen.say(f"{segment.position:>4}  {segment.text}")
            for name, value in segment.read:
                screen.say(f"        {name} = {value}")
            for text in segment.unmapped:
                screen.say(f"        kept, without a place of its own: {text}")
            _show_advice(segment.advice, "        ")
    if found.advice:
        screen.say("\naround the documents" if found.documents else "")
        _show_advice(found.advice, "  ")
    becomes = [f"{screen.version_off(each.TYPE)} {each.subject_id}" for each in reading.messages]
    would = "would become" if reading.disposition in {"accepted", "accepted_with_errors"} else "is not carried out:"
    screen.say(f"\nit {would} {', '.join(becomes) or 'nothing'}")
    for said in (each for part in reading.parts for each in part.statements):
        screen.say(f"it says of our {said}: {said.status}" + (f" ({said.reason})" if said.reason else ""))


def _show_advice(advice: tuple[Advice, ...], indent: str) -> None:
    for each in advice:
        where = f" ({each.finding.where})" if each.finding.where else ""
        screen.say(f"{indent}{each.finding.severity} {each.finding.code}: {each.finding.message}{where}")
        if each.todo:
            screen.say(f"{indent}  -> {each.todo}")

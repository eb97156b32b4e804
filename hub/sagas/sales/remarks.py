"""What a customer wrote beside the fields of its order: shown to whoever decides, and never passed over by a policy.

A remark may change what is wanted ("treat the small ones as samples") and only a person can tell (R2, R40, R67).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.sagas.case import CustomerTerms
from hub.sagas.sales.courtesies import folded, is_courtesy, sentences


def remark_facts(po: SubmitCustomerPo, lines: Mapping[str, Line], terms: CustomerTerms) -> list[dict[str, Any]]:
    """Every remark on the order and on these lines, each with what of it is neither a courtesy nor a usual remark.

    ``kind`` is ``note`` (free text), ``charge`` (something to be paid beside the lines) or ``not-understood`` (what was
    read and has no place in the order); ``line`` is the line that it is on, and None where it is on the order.
    """
    usual = frozenset(map(folded, terms.usual_remarks))
    found = [_fact("note", None, text, usual) for text in po.notes]
    found += [_fact("charge", None, text, usual) for text in (po.terms.charges if po.terms else ())]
    found += [_fact("note", number, text, usual) for number, line in lines.items() for text in line.notes]
    found += [{**_fact("not-understood", None, each.text, usual), "where": each.where} for each in po.unmapped]
    return found


def says_more(remarks: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a remark says more than a courtesy, and is not one that all orders of this customer bear."""
    return any(remark["says"] for remark in remarks)


def _fact(kind: str, line: str | None, text: str, usual: frozenset[str]) -> dict[str, Any]:
    if folded(text) in usual:
        says = []
    else:
        says = [each for each in sentences(text) if folded(each) not in usual and not _asks_nothing(kind, each)]
    return {"kind": kind, "line": line, "text": text, "says": says}


def _asks_nothing(kind: str, sentence: str) -> bool:
    return kind == "note" and is_courtesy(sentence)

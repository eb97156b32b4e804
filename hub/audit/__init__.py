"""The audit: a second set of books, kept from the events alone, compared with what is stored.

It shares no code with the sagas, so that a mistake of theirs cannot hide itself.
"""

from __future__ import annotations

from hub.audit.report import Finding, Report
from hub.audit.seen import audit_events
from hub.audit.store import audit

__all__ = ["Finding", "Report", "audit", "audit_events"]

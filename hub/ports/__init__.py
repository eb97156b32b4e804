"""The ports that adapters fill: reading documents, writing documents, carrying files.

An adapter knows nothing of the store, the broker or the sagas. It says what a document means, and writes what
the hub has to say; archiving, duplicates, numbering and sending are the hub's part.
"""

from hub.ports.carrying import Arrival, Holder, Transport
from hub.ports.explaining import Advice, ExplainedDocument, ExplainedSegment, Explainer, Explanation
from hub.ports.mail import MAIL_ADDRESS, Delivery, Handed, Listener, MailAccount, Mailbox, MailServer, Parcel, Take
from hub.ports.reading import (
    Acknowledged,
    Context,
    Disposition,
    Finding,
    Mentions,
    Part,
    Reader,
    Reading,
    Severity,
    Statement,
    Student,
)
from hub.ports.writing import OF_TASKS, Composed, Draft, News, Notice, NoticeWriter, Numbers, Occasion, Writer

__all__ = [
    "MAIL_ADDRESS",
    "OF_TASKS",
    "Acknowledged",
    "Advice",
    "Arrival",
    "Composed",
    "Context",
    "Delivery",
    "Disposition",
    "Draft",
    "ExplainedDocument",
    "ExplainedSegment",
    "Explainer",
    "Explanation",
    "Finding",
    "Handed",
    "Holder",
    "Listener",
    "MailAccount",
    "MailServer",
    "Mailbox",
    "Mentions",
    "News",
    "Notice",
    "NoticeWriter",
    "Numbers",
    "Occasion",
    "Parcel",
    "Part",
    "Reader",
    "Reading",
    "Severity",
    "Statement",
    "Student",
    "Take",
    "Transport",
    "Writer",
]

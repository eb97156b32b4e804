"""The adapters, as the settings name them: what reads documents, writes them, and carries them in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from adapters.edi import reference as edi_reference
from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.writer import EdifactWriter, X12Writer
from adapters.email.isolation.reader import IsolatedReader
from adapters.email.reader import EmailReader
from adapters.email.receiving.listener import SmtpListener
from adapters.email.receiving.mailbox import ImapMailbox
from adapters.email.sender.names import DnsNames, NamesSilent
from adapters.email.sender.proof import IsolatedCheck, SenderCheck
from adapters.email.sending.smtp import SmtpServer
from adapters.email.sending.writer import EmailWriter
from adapters.folders import Folders
from hub.app.clock import Clock, utc_now
from hub.messages.customer_po import Party
from hub.partners import Partners
from hub.ports import Explainer, Reader, Student, Writer
from hub.settings import Settings
from hub.settings.addresses import host_and_port, is_within, network
from hub.settings.mail_accounts import mail_server_account, mailbox_address


def edi_readers(settings: Settings, *, ours_only: bool = True) -> tuple[X12Reader, EdifactReader]:
    """The readers of documents with segments; with ``ours_only`` they refuse what is addressed to others."""
    ours = [settings.our_edi_id] if ours_only else []
    return X12Reader(ours), EdifactReader(ours)


def mail_reader(settings: Settings) -> EmailReader:
    """The reader of mails, and of documents with segments that are attached to them."""
    return EmailReader(edi_readers(settings))


def isolated_mail_reader(settings: Settings) -> IsolatedReader:
    """The reader of mails in a process of its own, which ends when it is closed."""
    return IsolatedReader(mail_reader(settings))


def readers(settings: Settings, *, ours_only: bool = True) -> tuple[Reader, ...]:
    """The readers of documents, in the order in which they are asked; with ``ours_only`` others' EDI is refused."""
    edi = edi_readers(settings, ours_only=ours_only)
    return (*edi, EmailReader(edi))


@contextmanager
def isolated_readers(settings: Settings) -> Iterator[tuple[Reader, ...]]:
    """The same, of which mails are read in a process of its own, which ends with the block."""
    with closing(isolated_mail_reader(settings)) as mail:
        yield (*edi_readers(settings), mail)


def isolated_student(settings: Settings) -> AbstractContextManager[Student]:
    """What learns from corrected mails, in a process of its own, which ends with the block."""
    return closing(isolated_mail_reader(settings))


def explainers(settings: Settings) -> tuple[Explainer, ...]:
    """What says of documents with segments, segment by segment, how they are read."""
    return edi_readers(settings)


def writers(settings: Settings) -> dict[str, Writer]:
    """The writers of documents, by channel."""
    ours = settings.our_edi_id, settings.our_edi_qualifier, _site(settings)
    return {"x12": X12Writer(*ours), "edifact": EdifactWriter(*ours), "email": mail_writer(settings)}


def _site(settings: Settings) -> Party | None:
    return settings.deliver_to.party() if settings.deliver_to else None


def adapter_pages() -> dict[str, str]:
    """The pages that follow from the adapters' code, by their names in the folder of the documentation."""
    return edi_reference.files()


def mail_writer(settings: Settings) -> EmailWriter:
    """The writer of mails, with the user's templates. Raises ConfigurationError when one of them is wrong."""
    folder = settings.mail_templates
    return EmailWriter(
        receipts=settings.mail_receipts,
        templates=settings.folder / folder if folder else None,
        deliver_to=_site(settings),
    )


def mailboxes_of(settings: Settings) -> list[ImapMailbox]:
    """The mailboxes that the settings name, not connected yet."""
    return [
        ImapMailbox(
            each.name,
            each.account.within(settings.folder),
            folder=each.folder,
            processed=each.processed,
            failed=each.failed,
        )
        for each in map(mailbox_address, settings.mailboxes)
    ]


def names_of(settings: Settings) -> DnsNames:
    """The name servers that senders are checked with."""
    return DnsNames(tuple(host_and_port(server, 53) for server in settings.name_servers))


def names_answer(settings: Settings) -> bool:
    """Whether they answer; asks about our own domain, and blocks."""
    try:
        names_of(settings).look_up(settings.our_domain, "MX")
    except NamesSilent:
        return False
    return True


def sender_check_of(settings: Settings) -> IsolatedCheck:
    """What finds out who sent a mail that comes to the hub itself."""
    return IsolatedCheck(SenderCheck(settings.authserv_id, names_of(settings), frozenset(settings.arc_sealers)))


def listener_of(settings: Settings, now: Clock = utc_now) -> SmtpListener | None:
    """The place where mail servers hand mails over, if there is to be one."""
    if not settings.smtp_listen:
        return None
    host, port = host_and_port(settings.smtp_listen)
    gateways = tuple(map(network, settings.smtp_gateways))
    certificate, key = (
        path if path is None or path.is_absolute() else settings.folder / path
        for path in (settings.smtp_certificate, settings.smtp_key)
    )
    return SmtpListener(
        host,
        port,
        hostname=settings.authserv_id,
        recipients=settings.taken_for,
        believed=lambda address: is_within(address, gateways),
        limit=settings.max_document_bytes,
        now=now,
        check=sender_check_of(settings),
        certificate=certificate,
        key=key,
    )


def mail_server_of(settings: Settings) -> SmtpServer | None:
    """The server that mails go out by, not connected yet; None: they go into the outbox folder."""
    if settings.smtp_url is None:
        return None
    account = mail_server_account(settings.smtp_url).within(settings.folder)
    return SmtpServer(account, our_domain=settings.our_domain, timeout=settings.smtp_timeout)


def folders_of(settings: Settings, partners: Callable[[], Partners]) -> Folders:
    """The folders that files come in by and go out by."""
    return Folders(settings.folder, partners, settle=settings.settle_seconds)

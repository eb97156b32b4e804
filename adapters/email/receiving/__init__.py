"""How mails come in: from mailboxes (IMAP), and from mail servers (SMTP)."""

"""Mail both ways: orders read from mails of customers and suppliers, and answers written to them."""

from adapters.email.isolation import IsolatedReader
from adapters.email.reader import EmailReader
from adapters.email.writer import EmailWriter

__all__ = ["EmailReader", "EmailWriter", "IsolatedReader"]

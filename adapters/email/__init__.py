"""Mail both ways: orders read from mails of customers and suppliers, and answers written to them.

A mail comes in by `receiving`; `sender` finds out who sent it. `reader` reads it, in a process of its own
(`isolation`): `mail` takes it apart, `formats` makes lines and grids of its parts, `lines` finds the order in them with
the values that `grammar` allows, and `intents` decides what the mail wants and whether that is certain. `learning`
takes from people's answers what a customer's next mail will be read by. `sending` writes our mails and hands them over.
"""

from adapters.email.isolation.reader import IsolatedReader
from adapters.email.reader import EmailReader
from adapters.email.sending.writer import EmailWriter

__all__ = ["EmailReader", "EmailWriter", "IsolatedReader"]

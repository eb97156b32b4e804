"""Mails to partners and to our own people: written from templates, handed to a mail server."""

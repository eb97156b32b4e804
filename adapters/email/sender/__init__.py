"""Who really sent a mail: SPF, DKIM and DMARC where the hub receives it itself, else what our mail server found."""

"""Mail coming in: IMAP and MIME. Knows nothing of the store."""

"""Mail going out: templates, PDF, SMTP. Knows nothing of the store."""

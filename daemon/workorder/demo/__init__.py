"""The main job on embedded parts: a mail server on loopback, a sample company, real mails."""

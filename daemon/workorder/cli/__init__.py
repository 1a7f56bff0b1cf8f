"""The command line: arguments -> one request or one query -> print."""

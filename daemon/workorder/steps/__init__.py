"""One unit of work each: read, decide, record, acknowledge."""

"""What the driver raises, as this program's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from workorder.errors import StorageError

# What the values bring about, not the site: an integer too large, a NUL for PostgreSQL.
# Told as our fault, a mail that causes it would be tried for ever.
_OF_THE_VALUES = (exc.DataError, exc.IntegrityError)


@contextmanager
def storage_faults() -> Iterator[None]:
    """Let what the database or its driver raises come out as StorageError.

    Raises:
        StorageError: locked, disk full, no connection, damaged, a table missing ...
    """
    try:
        yield
    except _OF_THE_VALUES:
        raise
    except exc.DBAPIError as fault:
        raise StorageError(f"database: {one_line(fault.orig or fault)}") from fault
    except (exc.TimeoutError, exc.ResourceClosedError, exc.PendingRollbackError) as fault:
        raise StorageError(f"database: {one_line(fault)}") from fault


def one_line(fault: BaseException) -> str:
    """Say what went wrong in one line of bounded length."""
    return " ".join(str(fault).split())[:300] or type(fault).__name__

"""What every repository is: statements, within one transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, select


def claimed(rows: Select[Any], name: str) -> Select[Any]:
    """The ids that a claim is for, chosen exactly once.

    PostgreSQL may run a subquery again for each row that it looks at, and one that skips what is
    locked finds others each time: more than its limit would be claimed. SQLite knows no such
    thing, and takes the same words.
    """
    chosen = rows.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")
    return select(chosen.c.id)


class Repository:
    """A part of what is kept, within the transaction of `connection`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, statement: Any, **parameters: object) -> list[dict[str, Any]]:  # noqa: ANN401 - any statement that returns rows
        found: list[Mapping[Any, Any]] = [
            *self._connection.execute(statement, parameters).mappings()
        ]
        return [{**row} for row in found]

    def _insert(self, table: Table, columns: Mapping[str, object]) -> int:
        """Insert a row; the id it was given."""
        added = self._connection.execute(insert(table), columns).inserted_primary_key
        assert added is not None  # one row, into a table whose key is one number
        return int(added[0])

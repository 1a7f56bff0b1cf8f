"""The rule files that were in force last: a start goes on with them while the files are wrong."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from workorder.store.repository import Repository
from workorder.store.schema import rule_files

_ALL = select(rule_files.c.name, rule_files.c.text)


def _keeping(dialect: Any) -> Any:  # noqa: ANN401 - both dialects' insert, alike in all but type
    row = dialect.insert(rule_files)
    return row.on_conflict_do_update(
        index_elements=[rule_files.c.name], set_={"text": row.excluded.text}
    )


# Two daemons may take the same change into force at once.
_KEEP = {"sqlite": _keeping(sqlite), "postgresql": _keeping(postgresql)}


class RuleTexts(Repository):
    """The kept rule files, within one transaction."""

    __slots__ = ()

    def kept(self) -> Mapping[str, str]:
        """The text of each file by its name; empty where none were ever in force."""
        return {row["name"]: row["text"] for row in self._rows(_ALL)}

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep these instead of what was kept before."""
        others = delete(rule_files).where(rule_files.c.name.not_in(list(texts)))
        self._connection.execute(others)
        if texts:
            rows = [{"name": name, "text": text} for name, text in texts.items()]
            self._connection.execute(_KEEP[self._connection.dialect.name], rows)

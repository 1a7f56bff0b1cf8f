"""The rule files that were in force last: a start goes on with them while the files are wrong."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from workorder.store.repository import Repository
from workorder.store.schema import rule_files

_ALL = select(rule_files.c.name, rule_files.c.text)


class RuleTexts(Repository):
    """The kept rule files, within one transaction."""

    __slots__ = ()

    def kept(self) -> Mapping[str, str]:
        """The text of each file by its name; empty where none were ever in force."""
        return {row["name"]: row["text"] for row in self._rows(_ALL)}

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep these instead of what was kept before."""
        self._connection.execute(delete(rule_files))
        if texts:
            rows = [{"name": name, "text": text} for name, text in texts.items()]
            self._connection.execute(insert(rule_files), rows)

"""Equipment: the things of the customers that are serviced."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import update

from workorder.core.model import Equipment
from workorder.errors import NotFoundError, RequestError
from workorder.store import people_sql as sql
from workorder.store.repository import Repository
from workorder.store.schema import equipment


class EquipmentChanges(TypedDict, total=False):
    """The fields of a piece of equipment that may be set."""

    tag: str
    name: str
    serial: str
    location: str


class Things(Repository):
    """The equipment, within one transaction."""

    __slots__ = ()

    def add_equipment(
        self, tag: str, *, customer_id: int, name: str = "", serial: str = "", location: str = ""
    ) -> Equipment:
        """Add a thing of a customer.

        Raises:
            NotFoundError: there is no such customer.
            RequestError: the customer has that tag already, or it cannot be used.
        """
        sql.require_customer(self._connection, customer_id)
        tag = self._free_tag(customer_id, tag, but=None)
        columns = {
            "customer_id": customer_id,
            "tag": tag,
            "tag_key": sql.key(tag),
            "name": sql.line("an equipment's name", name),
            "serial": sql.line("a serial", serial),
            "location": sql.line("a location", location),
        }
        return self._thing(self._insert(equipment, {**columns, "removed_at": None}))

    def set_equipment(self, equipment_id: int, **changes: Unpack[EquipmentChanges]) -> Equipment:
        """Set the fields given.

        Raises:
            NotFoundError: there is no such equipment.
            RequestError: the customer has that tag already, or it cannot be used.
        """
        sql.require_present(self._connection, equipment, "equipment", equipment_id)
        given: dict[str, Any] = {**changes}
        columns = {name: sql.line(f"the {name}", text) for name, text in given.items()}
        if "tag" in columns:
            owner = self._thing(equipment_id).customer_id
            columns["tag"] = self._free_tag(owner, columns["tag"], but=equipment_id)
            columns["tag_key"] = sql.key(columns["tag"])
        if columns:
            changed = update(equipment).where(equipment.c.id == equipment_id)
            self._connection.execute(changed.values(columns))
        return self._thing(equipment_id)

    def remove_equipment(self, equipment_id: int, now: datetime) -> None:
        """Remove a thing; old work orders keep it, the tag is free again.

        Raises:
            NotFoundError: there is no such equipment.
        """
        sql.require_present(self._connection, equipment, "equipment", equipment_id)
        removed = update(equipment).where(equipment.c.id == equipment_id)
        self._connection.execute(removed.values(removed_at=now))

    def equipment_by_id(self, equipment_id: int) -> Equipment | None:
        """The thing of that id, removed or not."""
        found = self._rows(sql.EQUIPMENT_BY_ID, an_id=equipment_id)
        return Equipment(**found[0]) if found else None

    def equipment_by_tag(self, customer_id: int, tag: str) -> Equipment | None:
        """The thing of a customer that bears this tag, in whatever case."""
        tag_key = sql.key(" ".join(tag.split()))
        found = self._rows(sql.EQUIPMENT_BY_TAG, a_customer=customer_id, a_key=tag_key)
        return Equipment(**found[0]) if found else None

    def equipment(self) -> tuple[Equipment, ...]:
        """All equipment, in the order in which it came."""
        return tuple(Equipment(**row) for row in self._rows(sql.ALL_EQUIPMENT))

    def equipment_called(self, tags: Sequence[str]) -> tuple[Equipment, ...]:
        """Everybody's equipment that has one of these tags, in whatever case; at most 50."""
        keys = [sql.key(tag) for tag in tags]
        found = self._rows(sql.EQUIPMENT_CALLED, keys=keys) if keys else []
        return tuple(Equipment(**row) for row in found)

    def equipment_of(self, customer_id: int) -> tuple[Equipment, ...]:
        """A customer's equipment."""
        found = self._rows(sql.EQUIPMENT_OF, a_customer=customer_id)
        return tuple(Equipment(**row) for row in found)

    def _free_tag(self, customer_id: int, tag: str, *, but: int | None) -> str:
        tag = sql.line("an equipment's tag", tag, required=True)
        holder = self.equipment_by_tag(customer_id, tag)
        if holder is not None and holder.id != but:
            raise RequestError(f"the customer has an equipment {holder.tag} already")
        return tag

    def _thing(self, equipment_id: int) -> Equipment:
        found = self.equipment_by_id(equipment_id)
        if found is None:
            raise NotFoundError(f"equipment {equipment_id}: there is none")
        return found

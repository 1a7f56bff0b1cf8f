"""Technicians: the company's own people."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import update

from workorder.core.model import Notify, Technician
from workorder.errors import NotFoundError
from workorder.store import people_sql as sql
from workorder.store.repository import Repository
from workorder.store.schema import technicians


class TechnicianChanges(TypedDict, total=False):
    """The fields of a technician that may be set."""

    email: str
    name: str
    notify: Notify
    timezone: str | None


class Technicians(Repository):
    """The technicians, within one transaction."""

    __slots__ = ()

    def add_technician(
        self,
        email: str,
        *,
        name: str = "",
        notify: Notify = Notify.ALL,
        timezone: str | None = None,
    ) -> Technician:
        """Add a technician.

        Raises:
            RequestError: the address is taken, or cannot be used.
        """
        columns = {
            "email": sql.free_address(self._connection, email),
            "name": sql.line("a technician's name", name),
            "notify": notify,
            "timezone": timezone,
        }
        return self._technician(self._insert(technicians, {**columns, "removed_at": None}))

    def set_technician(
        self, technician_id: int, **changes: Unpack[TechnicianChanges]
    ) -> Technician:
        """Set the fields given.

        Raises:
            NotFoundError: there is no such technician.
            RequestError: the address is taken, or cannot be used.
        """
        sql.require_present(self._connection, technicians, "technician", technician_id)
        columns: dict[str, Any] = {**changes}
        if "email" in changes:
            but = ("technician", technician_id)
            columns["email"] = sql.free_address(self._connection, changes["email"], but=but)
        if "name" in changes:
            columns["name"] = sql.line("a technician's name", changes["name"])
        if columns:
            changed = update(technicians).where(technicians.c.id == technician_id)
            self._connection.execute(changed.values(columns))
        return self._technician(technician_id)

    def remove_technician(self, technician_id: int, now: datetime) -> None:
        """Remove a technician; old work orders keep the name, the address is free again.

        Raises:
            NotFoundError: there is no such technician.
        """
        sql.require_present(self._connection, technicians, "technician", technician_id)
        removed = update(technicians).where(technicians.c.id == technician_id)
        self._connection.execute(removed.values(removed_at=now))

    def technician_by_id(self, technician_id: int) -> Technician | None:
        """The technician of that id, removed or not."""
        found = self._rows(sql.TECHNICIAN_BY_ID, an_id=technician_id)
        return Technician(**found[0]) if found else None

    def technician_by_email(self, email: str) -> Technician | None:
        """The technician who has this (normal) address."""
        return sql.technician_by_email(self._connection, email)

    def technicians(self) -> tuple[Technician, ...]:
        """All technicians, in the order in which they came."""
        return tuple(Technician(**row) for row in self._rows(sql.TECHNICIANS))

    def _technician(self, technician_id: int) -> Technician:
        technician = self.technician_by_id(technician_id)
        if technician is None:
            raise NotFoundError(f"technician {technician_id}: there is none")
        return technician

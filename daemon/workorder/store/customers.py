"""Customers and their mail domains."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import delete, insert, select, update

from workorder.core.freemail import is_free_mail
from workorder.core.message import normal_address
from workorder.core.model import Customer
from workorder.errors import RequestError
from workorder.store import people_sql as sql
from workorder.store.repository import Repository
from workorder.store.schema import contacts, customers, domains, equipment


class CustomerChanges(TypedDict, total=False):
    """The fields of a customer that may be set."""

    name: str
    language: str | None
    domains: Iterable[str]


class Customers(Repository):
    """The customers, within one transaction."""

    __slots__ = ()

    def add_customer(
        self, name: str, *, language: str | None = None, domains: Iterable[str] = ()
    ) -> Customer:
        """Add a customer.

        Raises:
            RequestError: the name or a domain is taken, or cannot be used.
        """
        name = self._free_name(name, but=None)
        customer_id = self._insert(
            customers,
            {"name": name, "name_key": sql.key(name), "language": language, "removed_at": None},
        )
        self._set_domains(customer_id, domains)
        return sql.require_customer(self._connection, customer_id)

    def set_customer(self, customer_id: int, **changes: Unpack[CustomerChanges]) -> Customer:
        """Set the fields given; `domains` replaces all of them.

        Raises:
            NotFoundError: there is no such customer.
            RequestError: the name or a domain is taken, or cannot be used.
        """
        sql.require_customer(self._connection, customer_id)
        columns: dict[str, object] = {}
        if "name" in changes:
            name = self._free_name(changes["name"], but=customer_id)
            columns |= {"name": name, "name_key": sql.key(name)}
        if "language" in changes:
            columns["language"] = changes["language"]
        if columns:
            changed = update(customers).where(customers.c.id == customer_id)
            self._connection.execute(changed.values(columns))
        if "domains" in changes:
            self._set_domains(customer_id, changes["domains"])
        return sql.require_customer(self._connection, customer_id)

    def remove_customer(self, customer_id: int, now: datetime) -> None:
        """Remove a customer with its domains, contacts and equipment; work orders keep them.

        Raises:
            NotFoundError: there is no such customer.
        """
        sql.require_customer(self._connection, customer_id)
        self._connection.execute(delete(domains).where(domains.c.customer_id == customer_id))
        for table in (contacts, equipment):
            self._connection.execute(
                update(table)
                .where(table.c.customer_id == customer_id, table.c.removed_at.is_(None))
                .values(removed_at=now)
            )
        removed = update(customers).where(customers.c.id == customer_id)
        self._connection.execute(removed.values(removed_at=now))

    def customer_by_id(self, customer_id: int) -> Customer | None:
        """The customer of that id, removed or not."""
        return sql.customer_by_id(self._connection, customer_id)

    def customer_by_name(self, name: str) -> Customer | None:
        """The customer of that name, in whatever case."""
        found = self._rows(sql.CUSTOMER_BY_NAME, a_key=sql.key(" ".join(name.split())))
        return sql.customer_by_id(self._connection, found[0]["id"]) if found else None

    def customer_by_domain(self, domain: str) -> Customer | None:
        """The customer whose domain this is, or whose domain is nearest above it."""
        labels = domain.lower().rstrip(".").split(".")
        candidates = [".".join(labels[i:]) for i in range(len(labels) - 1)]
        if not candidates:
            return None
        found = self._connection.execute(sql.NEAREST_DOMAIN, {"candidates": candidates}).scalar()
        return None if found is None else sql.customer_by_id(self._connection, found)

    def customers(self) -> tuple[Customer, ...]:
        """All customers, in the order in which they came."""
        names: dict[int, list[str]] = {}
        for row in self._rows(sql.ALL_DOMAINS):
            names.setdefault(row["customer_id"], []).append(row["domain"])
        return tuple(
            Customer(**row, domains=tuple(names.get(row["id"], ())))
            for row in self._rows(sql.CUSTOMERS)
        )

    def customer_names(self) -> tuple[str, ...]:
        """What all customers are called, in the order in which they came."""
        return tuple(self._connection.execute(sql.CUSTOMER_NAMES).scalars())

    def domain_names(self) -> tuple[str, ...]:
        """Every domain that is some customer's."""
        return tuple(self._connection.execute(sql.DOMAIN_NAMES).scalars())

    def _free_name(self, name: str, *, but: int | None) -> str:
        name = sql.line("a customer's name", name, required=True)
        found = self._rows(sql.CUSTOMER_BY_NAME, a_key=sql.key(name))
        if found and found[0]["id"] != but:
            raise RequestError(f"there is a customer {found[0]['name']} already")
        return name

    def _set_domains(self, customer_id: int, names: Iterable[str]) -> None:
        wanted = [*dict.fromkeys(_usable_domain(name) for name in names)]
        for name in wanted:
            held = select(domains.c.customer_id).where(domains.c.domain == name)
            holder = self._connection.execute(held).scalar()
            if holder not in (None, customer_id):
                other = sql.customer_by_id(self._connection, holder)
                whose = other.name if other else "another customer"
                raise RequestError(f"the domain {name} belongs to {whose} already")
        self._connection.execute(delete(domains).where(domains.c.customer_id == customer_id))
        if wanted:
            added = [{"domain": name, "customer_id": customer_id} for name in wanted]
            self._connection.execute(insert(domains), added)


def _usable_domain(text: str) -> str:
    """Bring a mail domain to its normal form.

    Raises:
        RequestError: it is none, or everybody's.
    """
    name = text.strip().removeprefix("@").rstrip(".").lower()
    if normal_address(f"postmaster@{name}") is None or "." not in name:
        raise RequestError(f"{text!r} is no mail domain of a company")
    if is_free_mail(name):
        raise RequestError(f"{name} is a free-mail domain: it belongs to nobody")
    return name

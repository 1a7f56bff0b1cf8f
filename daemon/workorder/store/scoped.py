"""What of the work orders a viewer may see, as the database is asked for it (T33)."""

from typing import Any

from sqlalchemy import Select, Text, func, select, type_coerce

from workorder.core.viewer import Scope
from workorder.store.schema import orders
from workorder.store.schema_portal import order_people


def within(statement: Select[Any], scope: Scope) -> Select[Any]:
    """Narrow a select on work orders to those of `scope`; core.viewer.Scope.holds is its twin."""
    if scope.customer_id is not None:
        statement = statement.where(orders.c.customer_id == scope.customer_id)
    if scope.email is not None:
        own = select(order_people.c.number).where(order_people.c.email == scope.email)
        statement = statement.where(orders.c.number.in_(own))
    return statement


def about(statement: Select[Any], equipment_id: int) -> Select[Any]:
    """Narrow a select on work orders to those that a piece of equipment is on."""
    listed = type_coerce(orders.c.equipment_ids, Text)
    ids = func.replace(func.replace(listed, "[", ","), "]", ",")
    return statement.where(ids.contains(f",{equipment_id},"))

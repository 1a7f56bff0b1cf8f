"""`workorder equipment`: the things that are serviced."""

from pathlib import Path
from typing import Any, cast

import click

from workorder.cli.named import the_customer, the_equipment
from workorder.cli.output import json_option, print_fields, print_json, print_table, say
from workorder.cli.site import the_site
from workorder.core.model import Equipment
from workorder.steps.imports import import_equipment
from workorder.store.things import EquipmentChanges
from workorder.store.unit import Unit


@click.group()
def equipment() -> None:
    """The things that are serviced."""


_whose = click.option("--customer", metavar="C", help="Whose, where two customers have the tag.")


def equipment_json(unit: Unit, value: Equipment) -> dict[str, Any]:
    """A piece of equipment as JSON."""
    customer = unit.people.customer_by_id(value.customer_id)
    return {
        "tag": value.tag,
        "customer": customer.name if customer else None,
        "name": value.name,
        "serial": value.serial,
        "location": value.location,
    }


@equipment.command("add")
@click.argument("tag")
@click.option("--customer", required=True, metavar="C")
@click.option("--name", default="", metavar="N")
@click.option("--serial", default="", metavar="S")
@click.option("--location", default="", metavar="L")
def add(tag: str, customer: str, name: str, serial: str, location: str) -> None:
    """Add a piece of equipment."""
    with the_site() as site, site.store.write() as unit:
        added = unit.people.add_equipment(
            tag,
            customer_id=the_customer(unit, customer).id,
            name=name,
            serial=serial,
            location=location,
        )
    say(f"added equipment {added.tag}")


@equipment.command("list")
@_whose
@json_option
def list_(customer: str | None, as_json: bool) -> None:
    """List the equipment."""
    with the_site() as site, site.store.read() as unit:
        pieces = (
            unit.people.equipment_of(the_customer(unit, customer).id)
            if customer
            else unit.people.equipment()
        )
        documents = [equipment_json(unit, piece) for piece in pieces]
    if as_json:
        print_json(documents)
        return
    columns = ("tag", "customer", "name", "serial", "location")
    rows = [tuple(row[column] or "" for column in columns) for row in documents]
    print_table([column.upper() for column in columns], rows)


@equipment.command("show")
@click.argument("tag")
@_whose
@json_option
def show(tag: str, customer: str | None, as_json: bool) -> None:
    """Show a piece of equipment."""
    with the_site() as site, site.store.read() as unit:
        document = equipment_json(unit, the_equipment(unit, tag, customer))
    if as_json:
        print_json(document)
        return
    print_fields(document)


@equipment.command("set")
@click.argument("tag")
@_whose
@click.option("--tag", "new_tag")
@click.option("--name")
@click.option("--serial")
@click.option("--location")
def set_(tag: str, customer: str | None, new_tag: str | None, **given: str | None) -> None:
    """Change what is given, leave the rest."""
    told = {key: value for key, value in given.items() if value is not None}
    changes = cast("EquipmentChanges", told)  # the options bear the fields' names
    if new_tag is not None:
        changes["tag"] = new_tag
    with the_site() as site, site.store.write() as unit:
        unit.people.set_equipment(the_equipment(unit, tag, customer).id, **changes)


@equipment.command("remove")
@click.argument("tag")
@_whose
def remove(tag: str, customer: str | None) -> None:
    """Remove a piece of equipment; old work orders keep it."""
    with the_site() as site, site.store.write() as unit:
        unit.people.remove_equipment(the_equipment(unit, tag, customer).id, site.clock())


@equipment.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path) -> None:
    """Import a CSV file: tag, customer, name, serial, location. All rows, or none."""
    with the_site() as site:
        count = import_equipment(site.store, file)
    say(f"imported {count} pieces of equipment")

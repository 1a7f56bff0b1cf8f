"""`workorder customer`: the companies whose jobs are done."""

from pathlib import Path
from typing import Any

import click

from workorder.cli.named import the_customer
from workorder.cli.output import json_option, print_fields, print_json, print_table, say
from workorder.cli.site import the_site
from workorder.core.model import Customer
from workorder.steps.imports import import_customers
from workorder.store.customers import CustomerChanges


@click.group()
def customer() -> None:
    """The companies whose jobs are done."""


def customer_json(value: Customer) -> dict[str, Any]:
    """A customer as JSON."""
    return {"name": value.name, "domains": list(value.domains), "language": value.language}


@customer.command("add")
@click.argument("name")
@click.option("--domain", "domains", multiple=True, help="Mail from it is this customer's.")
@click.option("--language", metavar="L", help="Of its notices; en, es.")
def add(name: str, domains: tuple[str, ...], language: str | None) -> None:
    """Add a customer."""
    with the_site() as site, site.store.write() as unit:
        added = unit.people.add_customer(name, language=language, domains=domains)
    say(f"added customer {added.name}")


@customer.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the customers."""
    with the_site() as site, site.store.read() as unit:
        customers = unit.people.customers()
    if as_json:
        print_json([customer_json(one) for one in customers])
        return
    rows = [(one.name, ", ".join(one.domains), one.language or "") for one in customers]
    print_table(("NAME", "DOMAINS", "LANGUAGE"), rows)


@customer.command("show")
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show a customer with its people and equipment."""
    with the_site() as site, site.store.read() as unit:
        found = the_customer(unit, name)
        contacts = unit.people.contacts_of(found.id)
        pieces = unit.people.equipment_of(found.id)
    document = customer_json(found) | {
        "contacts": [contact.email for contact in contacts],
        "primary": [contact.email for contact in contacts if contact.primary],
        "equipment": [piece.tag for piece in pieces],
    }
    if as_json:
        print_json(document)
        return
    print_fields(document)


@customer.command("set")
@click.argument("name")
@click.option("--name", "new_name")
@click.option("--domain", "domains", multiple=True, help="All its domains: replaces those it has.")
@click.option("--no-domains", is_flag=True)
@click.option("--language", metavar="L", help="'' for the site's.")
def set_(
    name: str,
    new_name: str | None,
    domains: tuple[str, ...],
    no_domains: bool,
    language: str | None,
) -> None:
    """Change what is given, leave the rest."""
    changes: CustomerChanges = {}
    if new_name is not None:
        changes["name"] = new_name
    if domains or no_domains:
        changes["domains"] = domains
    if language is not None:
        changes["language"] = language or None
    with the_site() as site, site.store.write() as unit:
        unit.people.set_customer(the_customer(unit, name).id, **changes)


@customer.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a customer, its people and equipment; old work orders keep their names."""
    with the_site() as site, site.store.write() as unit:
        unit.people.remove_customer(the_customer(unit, name).id, site.clock())


@customer.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path) -> None:
    """Import a CSV file: name, domains (by spaces), language. All rows, or none."""
    with the_site() as site:
        count = import_customers(site.store, file)
    say(f"imported {count} customers")

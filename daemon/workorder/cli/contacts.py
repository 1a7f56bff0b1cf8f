"""`workorder contact`: the people of the customers."""

from pathlib import Path
from typing import Any, cast

import click

from workorder.cli.named import the_contact, the_customer
from workorder.cli.output import json_option, print_fields, print_json, print_table, say
from workorder.cli.site import the_site
from workorder.core.model import Contact
from workorder.steps.imports import import_contacts
from workorder.store.contacts import ContactChanges
from workorder.store.unit import Unit


@click.group()
def contact() -> None:
    """The people of the customers."""


def contact_json(unit: Unit, value: Contact) -> dict[str, Any]:
    """A contact as JSON."""
    customer = unit.people.customer_by_id(value.customer_id)
    return {
        "email": value.email,
        "name": value.name,
        "customer": customer.name if customer else None,
        "primary": value.primary,
        "language": value.language,
        "proven": value.proven,
    }


@contact.command("add")
@click.argument("email")
@click.option("--customer", required=True, metavar="C")
@click.option("--name", default="", metavar="N")
@click.option("--primary", is_flag=True, help="Gets every notice of the company.")
@click.option("--language", metavar="L", help="Of their notices; en, es.")
def add(email: str, customer: str, name: str, primary: bool, language: str | None) -> None:
    """Add a contact."""
    with the_site() as site, site.store.write() as unit:
        added = unit.people.add_contact(
            email,
            customer_id=the_customer(unit, customer).id,
            name=name,
            primary=primary,
            language=language,
        )
    say(f"added contact {added.email}")


@contact.command("list")
@click.option("--customer", metavar="C")
@json_option
def list_(customer: str | None, as_json: bool) -> None:
    """List the contacts."""
    with the_site() as site, site.store.read() as unit:
        chosen = (
            unit.people.contacts_of(the_customer(unit, customer).id)
            if customer
            else unit.people.contacts()
        )
        documents = [contact_json(unit, one) for one in chosen]
    if as_json:
        print_json(documents)
        return
    rows = [
        (
            row["email"],
            row["name"],
            row["customer"] or "",
            "primary" if row["primary"] else "",
            "" if row["proven"] else "unproven",
        )
        for row in documents
    ]
    print_table(("EMAIL", "NAME", "CUSTOMER", "", ""), rows)


@contact.command("show")
@click.argument("email")
@json_option
def show(email: str, as_json: bool) -> None:
    """Show a contact."""
    with the_site() as site, site.store.read() as unit:
        document = contact_json(unit, the_contact(unit, email))
    if as_json:
        print_json(document)
        return
    print_fields(document)


@contact.command("set")
@click.argument("email")
@click.option("--email", "new_email")
@click.option("--name")
@click.option("--customer", metavar="C")
@click.option("--primary/--no-primary", default=None)
@click.option("--proven/--unproven", default=None, help="Whether somebody confirmed them.")
@click.option("--language", metavar="L", help="'' for the customer's.")
def set_(
    email: str,
    new_email: str | None,
    customer: str | None,
    language: str | None,
    **given: str | bool | None,
) -> None:
    """Change what is given, leave the rest."""
    told = {key: value for key, value in given.items() if value is not None}
    changes = cast("ContactChanges", told)  # the options bear the fields' names
    if new_email is not None:
        changes["email"] = new_email
    if language is not None:
        changes["language"] = language or None
    with the_site() as site, site.store.write() as unit:
        if customer is not None:
            changes["customer_id"] = the_customer(unit, customer).id
        unit.people.set_contact(the_contact(unit, email).id, **changes)


@contact.command("remove")
@click.argument("email")
def remove(email: str) -> None:
    """Remove a contact; old work orders keep their name."""
    with the_site() as site, site.store.write() as unit:
        unit.people.remove_contact(the_contact(unit, email).id, site.clock())


@contact.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path) -> None:
    """Import a CSV file: email, customer, name, primary, language. All rows, or none."""
    with the_site() as site:
        count = import_contacts(site.store, file)
    say(f"imported {count} contacts")

"""`workorder technician`: the company's own people."""

from typing import Any
from zoneinfo import available_timezones

import click

from workorder.cli.named import the_technician
from workorder.cli.output import json_option, print_fields, print_json, print_table, say
from workorder.cli.site import the_site
from workorder.core.model import Notify, Technician
from workorder.store.technicians import TechnicianChanges


@click.group()
def technician() -> None:
    """The company's own people."""


def _zone(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value and value not in available_timezones():
        raise click.BadParameter(f"{value}: not a time zone, such as America/New_York")
    return value


_notify = click.option(
    "--notify",
    type=click.Choice([choice.value for choice in Notify]),
    help="Of which unassigned work orders they are told [all].",
)
_timezone = click.option("--timezone", callback=_zone, metavar="ZONE", help="The site's without.")


def technician_json(value: Technician) -> dict[str, Any]:
    """A technician as JSON."""
    return {
        "email": value.email,
        "name": value.name,
        "notify": value.notify,
        "timezone": value.timezone,
    }


@technician.command("add")
@click.argument("email")
@click.option("--name", default="", metavar="N")
@_notify
@_timezone
def add(email: str, name: str, notify: str | None, timezone: str | None) -> None:
    """Add a technician."""
    with the_site() as site, site.store.write() as unit:
        added = unit.people.add_technician(
            email, name=name, notify=Notify(notify or Notify.ALL), timezone=timezone
        )
    say(f"added technician {added.email}")


@technician.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the technicians."""
    with the_site() as site, site.store.read() as unit:
        technicians = unit.people.technicians()
    if as_json:
        print_json([technician_json(one) for one in technicians])
        return
    rows = [(one.email, one.name, one.notify, one.timezone or "") for one in technicians]
    print_table(("EMAIL", "NAME", "NOTIFY", "TIMEZONE"), rows)


@technician.command("show")
@click.argument("email")
@json_option
def show(email: str, as_json: bool) -> None:
    """Show a technician."""
    with the_site() as site, site.store.read() as unit:
        document = technician_json(the_technician(unit, email))
    if as_json:
        print_json(document)
        return
    print_fields(document)


@technician.command("set")
@click.argument("email")
@click.option("--email", "new_email")
@click.option("--name")
@_notify
@_timezone
def set_(
    email: str, new_email: str | None, name: str | None, notify: str | None, timezone: str | None
) -> None:
    """Change what is given, leave the rest."""
    changes: TechnicianChanges = {}
    if new_email is not None:
        changes["email"] = new_email
    if name is not None:
        changes["name"] = name
    if notify is not None:
        changes["notify"] = Notify(notify)
    if timezone is not None:
        changes["timezone"] = timezone or None
    with the_site() as site, site.store.write() as unit:
        unit.people.set_technician(the_technician(unit, email).id, **changes)


@technician.command("remove")
@click.argument("email")
def remove(email: str) -> None:
    """Remove a technician; old work orders keep their name."""
    with the_site() as site, site.store.write() as unit:
        unit.people.remove_technician(the_technician(unit, email).id, site.clock())

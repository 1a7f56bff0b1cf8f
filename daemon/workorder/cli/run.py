"""`workorder run`: the daemon."""

import click

from workorder.bootstrap import Site
from workorder.cli.output import say
from workorder.cli.site import the_site
from workorder.errors import RequestError, WorkOrderError
from workorder.journal import configure
from workorder.service import PARTS, PORTAL, Daemon


def _parts(_context: click.Context, _option: click.Parameter, value: str | None) -> list[str]:
    chosen = [part.strip() for part in value.split(",")] if value else list(PARTS)
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(PARTS)}")
    return chosen


def _serve(site: Site) -> None:
    """The portal alone: beside a daemon that has the mail, which holds the site."""
    from workorder.web import serve_alone  # noqa: PLC0415 - no mail needs the web

    if not site.config.portal.listen:
        raise RequestError("[portal] listen is empty: this site has no portal")
    serve_alone(site)


@click.command()
@click.option("--once", is_flag=True, help="Handle all mail now there, send what is due, and end.")
@click.option("--only", callback=_parts, metavar="PARTS", help=f"Any of {','.join(PARTS)}.")
def run(once: bool, only: list[str]) -> None:
    """Watch the mailboxes, decide on each mail, send what is owed."""
    configure()
    with the_site(upgrading=True) as site:
        for warning in site.config.warnings:
            say(f"warning: {warning}")
        if only == [PORTAL] and not once:
            _serve(site)
            return
        with Daemon(site, only=only) as daemon:
            if not once:
                daemon.run()
                return
            faults = daemon.run_once()
        with site.store.read() as unit:
            waiting = unit.outbox.waiting()
    if waiting:
        say(f"{waiting} notices wait to be tried again: workorder outbox list")
    if faults:
        raise WorkOrderError("; ".join(faults))

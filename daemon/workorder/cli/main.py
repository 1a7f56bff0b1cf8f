"""The command `workorder`: finds the module of a command, and turns errors into exit codes."""

import importlib
import sys
from collections.abc import Sequence

import click

from workorder import __version__
from workorder.errors import ConfigError, WorkOrderError

# command -> (module, attribute, its line in --help): a module is imported when it is called, so
# that `workorder --help` answers at once.
_COMMANDS = {
    "init": ("workorder.cli.setup", "init", "Write a new site's folder and create its database."),
    "check": ("workorder.cli.check", "check", "Try everything the configuration names."),
    "run": ("workorder.cli.run", "run", "Run the daemon, or with --once do what is due now."),
    "demo": ("workorder.cli.demo", "demo", "Run the main job on an embedded mail server."),
    "list": ("workorder.cli.orders", "list_orders", "List work orders, newest first."),
    "show": ("workorder.cli.orders", "show", "Show a work order."),
    "pdf": ("workorder.cli.orders", "pdf", "Write a work order as PDF."),
    "open": ("workorder.cli.orders", "open_order", "Open a work order on a contact's behalf."),
    "do": ("workorder.cli.writing", "do", "Write to a work order as a technician, tags and all."),
    "rules": ("workorder.cli.rules", "rules", "Check rule files, explain a mail, replay mails."),
    "customer": ("workorder.cli.customers", "customer", "The companies whose jobs are done."),
    "contact": ("workorder.cli.contacts", "contact", "The people of the customers."),
    "equipment": ("workorder.cli.equipment", "equipment", "The things that are serviced."),
    "technician": ("workorder.cli.technicians", "technician", "The company's own people."),
    "hours": ("workorder.cli.hours", "hours", "The customers' banks of prepaid hours."),
    "statement": ("workorder.cli.statement", "statement", "A customer's month, also by mail."),
    "report": ("workorder.cli.report", "report", "Hours, waiting, age, what is to be invoiced."),
    "tags": ("workorder.cli.tags", "tags", "The tags technicians can write, and a card of them."),
    "templates": ("workorder.cli.templates", "templates", "Preview notices, copy templates."),
    "mail": ("workorder.cli.mail", "mail", "Mail that came in and was set aside."),
    "outbox": ("workorder.cli.outbox", "outbox", "Mail that goes out."),
    "reconcile": ("workorder.cli.reconcile", "reconcile", "Audit: mailbox = recorded + aside."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command, in the order of a site's life."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module, now that it is called."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="The configuration [$WORKORDER_CONFIG, ./config.toml, /etc/workorder/config.toml].",
)
@click.version_option(__version__, prog_name="workorder")
@click.pass_context
def workorder(context: click.Context, config_file: str | None) -> None:
    """Turn a support mailbox into work orders, and keep everyone informed by mail."""
    context.obj = config_file


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process: 0 done, 1 it failed, 2 wrong usage or configuration."""
    try:
        workorder.main(args=list(arguments) if arguments is not None else None)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(2)
    except WorkOrderError as error:
        click.echo(f"workorder: {' '.join(str(error).split())}", err=True)
        sys.exit(1)

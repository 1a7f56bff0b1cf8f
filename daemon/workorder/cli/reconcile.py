"""`workorder reconcile`: the audit of intake, mailbox by mailbox."""

from dataclasses import asdict

import click

from workorder.cli.output import json_option, print_json, print_line
from workorder.cli.site import the_site
from workorder.errors import RequestError
from workorder.inbound.mailbox import ImapMailbox
from workorder.steps.reconcile import Account
from workorder.steps.reconcile import reconcile as audit

_UNKNOWN_SHOWN = 20


@click.command()
@json_option
def reconcile(as_json: bool) -> None:
    """Compare each mailbox with what is on record; ends with 1 where they do not agree."""
    accounts = []
    with the_site() as site:
        largest = site.config.work_orders.max_mail_bytes
        for config in site.config.mailboxes:
            mailbox = ImapMailbox(config)
            try:
                accounts.append(audit(mailbox, site.store, largest=largest))
            finally:
                mailbox.close()
    if as_json:
        print_json([asdict(account) | {"balances": account.balances} for account in accounts])
    else:
        for account in accounts:
            _print(account)
    wrong = [account.mailbox for account in accounts if not account.balances]
    if wrong:
        raise RequestError(f"does not balance: {', '.join(wrong)}")


def _print(account: Account) -> None:
    verdict = "balances" if account.balances else "DOES NOT BALANCE"
    print_line(
        f"{account.mailbox}: {account.on_server} on the server = {account.recorded} recorded"
        f" + {account.set_aside} set aside"
        f" + {account.waiting} in the inbox + {len(account.unknown)} unknown: {verdict}"
    )
    if account.undecided:
        print_line(f"  {account.undecided} on record are not decided yet")
    if account.gone:
        print_line(
            f"  {account.gone} on record are not on the server any more; their bytes are kept"
        )
    for name in account.unknown[:_UNKNOWN_SHOWN]:
        print_line(f"  unknown: {name}")
    if len(account.unknown) > _UNKNOWN_SHOWN:
        print_line(f"  and {len(account.unknown) - _UNKNOWN_SHOWN} more")

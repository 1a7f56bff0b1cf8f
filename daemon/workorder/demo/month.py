"""The demo's hours: bought, worked, billed, and accounted for at the end of the month."""

from zoneinfo import ZoneInfo

from workorder.core.model import BilledBy
from workorder.core.said import spelled
from workorder.demo.company import JANE, MARIA, PAT, asks_for, technicians_words
from workorder.demo.play import Play
from workorder.demo.stage import DemoError
from workorder.steps.hours import Purchase
from workorder.steps.reports import SendStatement

_BOUGHT = 10 * 60
_CUSTOMER = "Acme Ltd"


def _acme(play: Play) -> int:
    with play.stage.site.store.read() as unit:
        customer = unit.people.customer_by_name(_CUSTOMER)
    assert customer is not None  # the company was settled
    return customer.id


def _must_be_left(play: Play, minutes: int) -> None:
    with play.stage.site.store.read() as unit:
        account = unit.bank.account(_acme(play))
    left = account.balance if account is not None else 0
    if left != minutes:
        raise DemoError(f"{spelled(left)} are left in the bank, not {spelled(minutes)}")
    play.say(f"   In {_CUSTOMER}'s bank: {spelled(left)}.")


def _job(play: Play, subject: str, request: str, answer: str) -> int:
    """Jane asks for something, and Maria does it; the work order's number."""
    since = play.stage.mails_so_far()
    play.stage.send(asks_for(subject, request), envelope_sender=JANE)
    opened = {("opened", JANE), ("opened", PAT), ("opened", MARIA)}
    came = play.stage.expect_mails(since, opened)
    notice = next(mail for mail in came if mail.recipient == MARIA)
    since = play.stage.mails_so_far()
    play.stage.send(technicians_words(notice.message, answer), envelope_sender=MARIA)
    done = {("finished", JANE), ("finished", PAT), ("transcript", MARIA)}
    for mail in play.stage.expect_mails(since, done):
        if mail.recipient == MARIA:
            play.show_transcript(mail.message)
    return int(str(notice.message["X-WorkOrder"]))


def acme_buys_hours(play: Play) -> None:
    """Acme buys ten hours in advance."""
    play.stage.site.bank_desk().buy(_acme(play), Purchase(minutes=_BOUGHT, note="order 4711"))
    _must_be_left(play, _BOUGHT)


def updates_download(play: Play) -> None:
    """Updates download for three hours; Maria worked on other things, and bills one."""
    answer = "#worked 3h downloads\n#billed 1h\n#finished\n\nAll computers are up to date.\n"
    number = _job(play, "Monthly updates", "Please install this month's updates.\n", answer)
    order = play.order(number)
    if (order.worked_minutes, order.billed_minutes) != (180, 60):
        raise DemoError(f"worked {order.worked_minutes} min, billed {order.billed_minutes} min")
    _must_be_left(play, _BOUGHT - 60)


def backup_runs(play: Play) -> None:
    """A manual backup runs for six hours; its rule bills the minimum of one."""
    answer = "#worked 6h\n#finished\n\nThe copy is complete and was read back.\n"
    request = "Before the move, please make a manual backup of SRV-01.\n"
    number = _job(play, "Manual backup", request, answer)
    order = play.order(number)
    if (order.billed_minutes, order.billed_by) != (60, BilledBy.RULE):
        raise DemoError(f"billed {order.billed_minutes} min by {order.billed_by}")
    _must_be_left(play, _BOUGHT - 120)


def jane_asks_for_the_balance(play: Play) -> None:
    """Jane mails one word, balance, and is told it; no work order is opened."""
    since = play.stage.mails_so_far()
    play.stage.send(asks_for("balance", "\n"), envelope_sender=JANE)
    play.stage.expect_mails(since, {("balance", JANE)})


def the_month_is_stated(play: Play) -> None:
    """The statement, as it goes out by itself on the first of the next month."""
    site = play.stage.site
    today = site.clock().astimezone(ZoneInfo(site.config.site.timezone)).date()
    since = play.stage.mails_so_far()
    send = SendStatement(
        store=site.store, policy=site.policy, rules=site.rule_set(), clock=site.clock
    )
    send(_acme(play), today.replace(day=1))
    came = play.stage.expect_mails(since, {("statement", PAT)})
    if not came[0].files:
        raise DemoError("the statement lacks its PDF")


MONTH = (
    acme_buys_hours,
    updates_download,
    backup_runs,
    jane_asks_for_the_balance,
    the_month_is_stated,
)

"""The clock: each thing on its day, once, whatever happens to clocks and processes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

import pytest

from builders import policy
from steps.desk import JANE, MARIA, PAT, by_maria, mail, of, told
from steps.test_books import SHIPPED, Office
from workorder.core.calendar import Calendar, Daily, Repeat, Span
from workorder.core.model import Status
from workorder.core.notice import NoticeKind
from workorder.core.rules import RuleSet
from workorder.steps.hours import Purchase
from workorder.steps.remind import ClockSettings, Remind
from workorder.steps.surroundings import Surroundings
from workorder.store.outbox import OutboxRow
from workorder.store.states import NoticeState
from workorder.store.unit import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TOM = "tom@northwind.example"
DIGEST_OFF = Daily(at=time(7), off=True)
QUIET = replace(SHIPPED, calendar=Calendar(digest=DIGEST_OFF, statement_day=0))


class Wall(Office):
    """A site with its clock on the wall."""

    def __init__(self, store: Store, rules: RuleSet = QUIET) -> None:
        super().__init__(store, rules)
        self.remind = self.another()

    def another(self) -> Remind:
        """One more daemon's clock step, on the same database."""
        settings = ClockSettings(policy=policy(), first_number=1001, rules=lambda: self.rules)
        return Remind(self.store, settings, Surroundings(clock=self.clock))

    def later(self, length: timedelta) -> list[OutboxRow]:
        """Let time pass, and do what is due then."""
        self.clock.now += length
        return self.due()

    def due(self) -> list[OutboxRow]:
        with self.store.read() as unit:
            before = {row.id for row in unit.outbox.rows()}
        while self.remind():
            pass
        with self.store.read() as unit:
            return [row for row in unit.outbox.rows() if row.id not in before]

    def asks(self, text: str = "When may we come?") -> OutboxRow:
        """Open a work order, and let Maria ask; her notice to the customer."""
        opened = self.desk.handles(mail())
        rows = self.desk.handles(
            by_maria(f"#waiting customer\n\n{text}", of(opened, MARIA), Date="")
        )
        return of(rows, JANE, NoticeKind.WAITING_CUSTOMER)


@pytest.fixture
def wall(either_store: Store) -> Wall:
    return Wall(either_store)


def kinds(rows: Sequence[OutboxRow]) -> list[tuple[str, str]]:
    return told([*rows])


# -- reminders --------------------------------------------------------------------------------


def test_a_reminder_comes_on_day_three_then_weekly_four_times_then_the_technician(
    wall: Wall,
) -> None:
    asked = wall.asks()
    assert wall.later(2 * DAY) == []
    assert wall.later(DAY - HOUR) == []
    both = [("reminder", JANE), ("reminder", PAT)]
    assert kinds(wall.later(HOUR)) == both
    assert wall.due() == []
    for _ in range(3):
        assert NoticeKind.REMINDER not in {row.kind for row in wall.later(6 * DAY)}
        assert [pair for pair in kinds(wall.later(DAY)) if pair[0] == "reminder"] == both
    last = [pair for pair in kinds(wall.later(7 * DAY)) if pair[0] == "reminder"]
    assert last == [("reminder", MARIA)]
    assert NoticeKind.REMINDER not in {row.kind for row in wall.later(30 * DAY)}
    assert asked.number == 1001


def test_an_out_of_office_does_not_stop_the_clock_and_an_answer_does(wall: Wall) -> None:
    asked = wall.asks()
    away = mail(
        "I am away until Monday.",
        subject=f"Automatic reply: [WO-{asked.number}] Printer",
        Auto_Submitted="auto-replied",
        In_Reply_To=asked.message_id,
    )
    wall.desk.handles(away)
    thanks = mail("Thanks!", subject="Re: [WO-1001] x", In_Reply_To=asked.message_id)
    wall.desk.handles(thanks)
    assert ("reminder", JANE) in kinds(wall.later(3 * DAY))
    wall.desk.handles(
        mail("Tomorrow at 9.", subject="Re: [WO-1001] x", In_Reply_To=asked.message_id)
    )
    assert wall.desk.order().status is Status.IN_PROGRESS
    assert NoticeKind.REMINDER not in {row.kind for row in wall.later(4 * DAY - HOUR)}
    assert NoticeKind.REMINDER not in {row.kind for row in wall.later(30 * DAY)}


def test_a_machine_that_slept_for_weeks_reminds_once(wall: Wall) -> None:
    wall.asks()
    reminders = [row for row in wall.later(40 * DAY) if row.kind is NoticeKind.REMINDER]
    assert len(reminders) == 2  # Jane and Pat, one each
    assert wall.due() == []


def test_two_daemons_remind_once(wall: Wall) -> None:
    wall.asks()
    other = wall.another()
    wall.clock.now += 3 * DAY
    wall.remind()
    assert not other()
    assert sum(event.kind == "reminder" for event in wall.desk.events()) == 1


def test_a_clock_set_back_an_hour_doubles_nothing_and_loses_nothing(wall: Wall) -> None:
    wall.asks()
    assert len(wall.later(3 * DAY)) == 2
    assert wall.later(-HOUR) == []
    assert wall.later(2 * HOUR) == []
    assert ("reminder", JANE) in kinds(wall.later(7 * DAY))


def test_a_clock_that_was_a_year_ahead_does_not_silence_a_work_order_for_a_year(
    wall: Wall,
) -> None:
    wall.clock.now += 365 * DAY
    wall.asks()
    assert wall.later(-365 * DAY) == []
    assert ("reminder", JANE) in kinds(wall.later(3 * DAY))


@pytest.mark.parametrize(
    "asked_at",
    [
        datetime(2026, 3, 6, 15, tzinfo=UTC),  # over the hour that New York leaves out
        datetime(2026, 10, 30, 15, tzinfo=UTC),  # over the hour that it repeats
        datetime(2028, 2, 27, 15, tzinfo=UTC),  # over the leap day
    ],
)
def test_three_days_are_seventy_two_hours_whatever_the_clocks_do(
    small_store: Store, asked_at: datetime
) -> None:
    wall = Wall(small_store)
    wall.clock.now = asked_at
    wall.asks()
    assert wall.later(3 * DAY - timedelta(minutes=1)) == []
    assert ("reminder", JANE) in kinds(wall.later(timedelta(minutes=1)))


def test_days_on_which_nobody_is_there_do_not_count_where_clocks_stand_still(
    small_store: Store,
) -> None:
    day = (Span(start=8 * 60, end=17 * 60),)
    calendar = replace(
        QUIET.calendar,
        week=(day,) * 5 + ((), ()),
        clocks_stand_still=True,
        holidays=frozenset({date(2026, 11, 26)}),
    )
    wall = Wall(small_store, replace(QUIET, calendar=calendar))
    wall.clock.now = datetime(2026, 11, 25, 15, tzinfo=UTC)  # a Wednesday; Thursday is a holiday
    wall.asks()
    # Wednesday 10:00 + Friday + Monday: three open days are over on Tuesday at 10:00.
    assert wall.later(5 * DAY + 23 * HOUR) == []
    assert ("reminder", JANE) in kinds(wall.later(HOUR))


def test_a_plan_that_changes_counts_for_what_waits_already(small_store: Store) -> None:
    wall = Wall(small_store)
    wall.asks()
    assert wall.later(DAY) == []
    soon = Repeat(first=DAY, again=DAY, most=1)
    wall.rules = replace(QUIET, calendar=replace(QUIET.calendar, reminder=soon))
    assert ("reminder", JANE) in kinds(wall.due())
    wall.rules = replace(QUIET, calendar=replace(QUIET.calendar, reminder=replace(soon, off=True)))
    assert wall.later(30 * DAY) is not None
    assert sum(event.kind == "reminder" for event in wall.desk.events()) == 1


def test_the_customers_clock_begins_when_they_are_told(small_store: Store) -> None:
    wall = Wall(small_store)
    opened = wall.desk.handles(mail())
    asked_at = wall.clock.now
    raw = by_maria("#waiting customer\n\nWhen?", of(opened, MARIA), Date=format_datetime(asked_at))
    wall.desk.mailbox.put(raw, at=asked_at)
    wall.clock.now += 4 * DAY  # the daemon was down
    while wall.desk.intake():
        pass
    assert NoticeKind.REMINDER not in {row.kind for row in wall.due()}
    assert ("reminder", JANE) in kinds(wall.later(3 * DAY))


def test_a_reminder_that_still_waits_is_not_sent_after_the_answer(small_store: Store) -> None:
    wall = Wall(small_store)
    asked = wall.asks()
    wall.later(3 * DAY)
    wall.desk.handles(
        mail("Tomorrow at 9.", subject="Re: [WO-1001] x", In_Reply_To=asked.message_id)
    )
    reminders = [row for row in _rows(wall) if row.kind is NoticeKind.REMINDER]
    assert {row.state for row in reminders} == {NoticeState.DISCARDED}


# -- open for long ----------------------------------------------------------------------------


def test_a_work_order_open_for_a_week_is_told_weekly(wall: Wall) -> None:
    wall.desk.handles(mail())
    wall.writes(1001, "#assign me")
    assert wall.later(7 * DAY - HOUR) == []
    everybody = [("open-long", JANE), ("open-long", MARIA), ("open-long", PAT)]
    assert kinds(wall.later(HOUR)) == everybody
    assert wall.later(6 * DAY) == []
    assert kinds(wall.later(DAY)) == everybody
    wall.writes(1001, "#finished")
    assert wall.later(30 * DAY) == []


def test_what_is_opened_again_is_young_again(small_store: Store) -> None:
    wall = Wall(small_store)
    wall.desk.handles(mail())
    wall.later(5 * DAY)
    wall.writes(1001, "#finished")
    wall.later(5 * DAY)
    wall.writes(1001, "#reopen")
    assert wall.later(6 * DAY) == []
    assert ("open-long", JANE) in kinds(wall.later(DAY))


def test_no_stranger_is_told_weekly(small_store: Store) -> None:
    wall = Wall(small_store)
    wall.desk.handles(mail(sender="eve@evil.example"))
    assert kinds(wall.later(7 * DAY)) == [("open-long", MARIA)]


# -- follow-ups -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        # 8 o'clock in New York: winter, the day the clocks go forward, the day they go back.
        ("2026-12-01", 13),
        ("2027-03-14", 12),
        ("2027-11-07", 13),
        ("2028-02-29", 13),
    ],
)
def test_a_follow_up_comes_on_its_day_at_the_sites_hour_once(
    small_store: Store, day: str, utc_hour: int
) -> None:
    wall = Wall(small_store)
    wall.desk.handles(mail())
    wall.writes(1001, f"#followup {day}\n#finished")
    at = datetime.fromisoformat(f"{day}T{utc_hour}:00:00+00:00")
    wall.clock.now = at - timedelta(minutes=1)
    assert wall.due() == []
    wall.clock.now = at
    assert kinds(wall.due()) == [("follow-up", JANE), ("follow-up", MARIA), ("follow-up", PAT)]
    assert wall.desk.order().follow_up_on is None
    assert wall.later(DAY) == []


def test_a_follow_up_goes_to_whoever_is_assigned_else_to_whoever_set_it(
    small_store: Store,
) -> None:
    with small_store.write() as unit:
        unit.people.add_technician(TOM, name="Tom")
    wall = Wall(small_store)
    wall.desk.handles(mail())
    wall.writes(1001, "#followup 3d")
    assert ("follow-up", MARIA) in kinds(wall.later(4 * DAY))
    wall.writes(1001, "#followup 3d\n#assign tom")
    last = kinds(wall.later(3 * DAY + 2 * HOUR))
    assert ("follow-up", TOM) in last
    assert ("follow-up", MARIA) not in last


# -- timers, digests, statements --------------------------------------------------------------


def test_a_timer_that_runs_long_is_told_once_to_its_technician(wall: Wall) -> None:
    wall.desk.handles(mail())
    wall.writes(1001, "#start")
    assert wall.later(10 * HOUR) == []
    assert kinds(wall.later(HOUR)) == [("timer-long", MARIA)]
    assert wall.later(5 * HOUR) == []
    assert wall.desk.order().worked_minutes == 0


def test_a_digest_comes_once_each_working_morning(small_store: Store) -> None:
    wall = Wall(small_store, replace(QUIET, calendar=Calendar(statement_day=0)))
    wall.desk.handles(mail())
    wall.writes(1001, "#assign me\n#start")
    assert NoticeKind.DIGEST not in {row.kind for row in wall.later(4 * HOUR)}  # they are new
    monday = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # 7 o'clock in New York
    wall.clock.now = monday - timedelta(minutes=1)
    assert NoticeKind.DIGEST not in {row.kind for row in wall.due()}
    wall.clock.now = monday
    (digest,) = [row for row in wall.due() if row.kind is NoticeKind.DIGEST]
    assert (digest.recipient, digest.number) == (MARIA, None)
    assert digest.enclosure is not None
    assert digest.enclosure.digest is not None
    assert [line.number for line in digest.enclosure.digest.timers] == [1001]
    assert [line.number for line in digest.enclosure.digest.waiting] == [1001]
    assert NoticeKind.DIGEST not in {row.kind for row in wall.later(HOUR)}
    assert NoticeKind.DIGEST not in {row.kind for row in wall.later(-2 * HOUR)}
    saturday = monday + 5 * DAY
    wall.clock.now = saturday
    assert NoticeKind.DIGEST not in {row.kind for row in wall.due()}


def test_who_has_nothing_to_do_gets_no_digest(small_store: Store) -> None:
    wall = Wall(small_store, replace(QUIET, calendar=Calendar(statement_day=0)))
    assert wall.due() == []
    wall.clock.now = datetime(2026, 11, 30, 13, tzinfo=UTC)
    assert wall.due() == []


def test_a_statement_is_sent_on_its_day_for_each_month_once(wall: Wall) -> None:
    wall.rules = replace(QUIET, calendar=Calendar(digest=DIGEST_OFF))
    wall.bank.buy(1, _purchase(600))
    assert wall.due() == []
    wall.clock.now = datetime(2026, 12, 1, 12, 59, tzinfo=UTC)
    assert wall.due() == []
    wall.clock.now = datetime(2026, 12, 1, 13, tzinfo=UTC)
    (row,) = [each for each in wall.due() if each.kind is NoticeKind.STATEMENT]
    assert (row.recipient, row.with_pdf) == (PAT, True)
    assert row.enclosure is not None
    statement = row.enclosure.statement
    assert statement is not None
    assert (statement.month, statement.closing) == (date(2026, 11, 1), 600)
    assert NoticeKind.STATEMENT not in {each.kind for each in wall.later(20 * DAY)}
    # Asleep over two of its days: neither month is lost.
    wall.clock.now = datetime(2027, 2, 3, 15, tzinfo=UTC)
    months = [
        each.enclosure.statement.month.month
        for each in wall.due()
        if each.kind is NoticeKind.STATEMENT and each.enclosure and each.enclosure.statement
    ]
    assert sorted(months) == [1, 12]


def test_what_is_billed_for_a_month_that_was_stated_is_in_the_next_statement(wall: Wall) -> None:
    wall.rules = replace(QUIET, calendar=Calendar(digest=DIGEST_OFF))
    wall.bank.buy(1, _purchase(600))
    opened = wall.desk.handles(mail())
    late = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)  # half past eleven on November 30th
    raw = by_maria("#billed 2h\n#finished\n\nDone.", of(opened, MARIA), Date=format_datetime(late))
    wall.desk.mailbox.put(raw, at=late)
    wall.clock.now = datetime(2026, 12, 1, 13, 30, tzinfo=UTC)
    wall.due()
    while wall.desk.intake():
        pass
    wall.clock.now = datetime(2027, 1, 2, 15, tzinfo=UTC)
    (row,) = [each for each in wall.due() if each.kind is NoticeKind.STATEMENT]
    assert row.enclosure is not None
    statement = row.enclosure.statement
    assert statement is not None
    assert (statement.opening, statement.closing, len(statement.jobs)) == (600, 480, 1)


def test_a_clock_that_was_a_year_ahead_silences_no_statements(small_store: Store) -> None:
    wall = Wall(small_store, replace(QUIET, calendar=Calendar(digest=DIGEST_OFF)))
    wall.bank.buy(1, _purchase(600))
    wall.later(365 * DAY)
    wall.later(-365 * DAY)
    sent = [row for _ in range(3) for row in wall.later(31 * DAY)]
    assert NoticeKind.STATEMENT in {row.kind for row in sent}


def test_a_customer_without_a_bank_gets_no_statement(small_store: Store) -> None:
    wall = Wall(small_store, replace(QUIET, calendar=Calendar(digest=DIGEST_OFF)))
    wall.clock.now = datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert wall.due() == []


def test_hours_that_nobody_used_in_time_are_written_off_and_told(wall: Wall) -> None:
    wall.bank.buy(1, replace(_purchase(600), expires_on=date(2026, 11, 30)))
    wall.clock.now = datetime(2026, 12, 1, 4, 59, tzinfo=UTC)  # still the 30th in New York
    assert wall.due() == []
    wall.clock.now = datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert ("bank-low", PAT) in kinds(wall.due())
    assert wall.account.balance == 0
    assert wall.adds_up()
    assert wall.due() == []


def _purchase(minutes: int) -> Purchase:
    return Purchase(minutes=minutes)


class _KilledError(BaseException):
    """What ends a step at a checkpoint, as SIGKILL ends its process."""


def _all_due(wall: Wall) -> None:
    """A site on which everything there is has become due."""
    wall.rules = replace(QUIET, calendar=Calendar(digest=Daily(at=time(7))))
    wall.due()  # technicians are no longer new
    wall.bank.buy(1, replace(_purchase(600), expires_on=date(2026, 11, 30)))
    wall.asks()
    wall.desk.handles(mail(subject="A second one"))
    wall.writes(1002, "#start\n#followup 2026-12-01\n#assign me")
    wall.clock.now = datetime(2026, 12, 1, 14, tzinfo=UTC)


def test_a_look_that_is_cut_short_anywhere_ends_as_one_that_was_not(small_store: Store) -> None:
    wall = Wall(small_store)
    _all_due(wall)
    settings = ClockSettings(policy=policy(), first_number=1001, rules=lambda: wall.rules)
    died_at: set[str] = set()

    def dies(name: str) -> None:
        if name not in died_at:
            died_at.add(name)
            raise _KilledError

    before = {row.id for row in _rows(wall)}
    while True:
        remind = Remind(wall.store, settings, Surroundings(clock=wall.clock, checkpoint=dies))
        try:
            while remind():
                pass
        except _KilledError:
            continue
        break
    assert {"reminder-before-commit", "reminder", "open-long", "expired", "stated"} < died_at
    assert wall.due() == []
    told_of = kinds([row for row in _rows(wall) if row.id not in before])
    assert told_of == sorted(
        [
            *(("bank-low", "admin@northwind.example"), ("bank-low", PAT)),
            ("digest", MARIA),
            *(("follow-up", JANE), ("follow-up", MARIA), ("follow-up", PAT)),
            *(("open-long", JANE), ("open-long", PAT)),
            *(("open-long", JANE), ("open-long", MARIA), ("open-long", PAT)),
            *(("reminder", JANE), ("reminder", PAT)),
            ("statement", PAT),
            ("timer-long", MARIA),
        ]
    )
    assert wall.adds_up()


def _rows(wall: Wall) -> tuple[OutboxRow, ...]:
    with wall.store.read() as unit:
        return unit.outbox.rows()

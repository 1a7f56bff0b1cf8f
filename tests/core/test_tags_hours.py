"""Timers, time written down, what is billed, and what closing does to them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from builders import MARIA, NOON, SUPPORT, TOM, order
from core.test_perform import names
from workorder.core.billing import Basis, Billing, BillingRule, Charge
from workorder.core.calendar import Calendar, Span
from workorder.core.conditions import Operator, says
from workorder.core.effects import PLACES, Effect
from workorder.core.events import Billed, Event, TimeChange, TimeLogged
from workorder.core.fold import fold
from workorder.core.job import JobConditions
from workorder.core.model import BilledBy, Hours, Status, Timer, WorkOrder
from workorder.core.perform import Performance, perform
from workorder.core.rule_texts import Field, FieldName
from workorder.core.scene import PastEvent, Scene
from workorder.core.tags import read_tags
from workorder.core.vocabulary import BUILT_IN

NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
BACKUP = BillingRule(
    name="Manual backup",
    line=1,
    asked=JobConditions(
        when=(says(Field(name=FieldName.WORDS), Operator.CONTAINS, ["manual backup"]),)
    ),
    charge=Charge(bill=Basis.MINIMUM, minimum=60),
)


def scene(work_order: WorkOrder | None = None, *, at: datetime = NOON, **changes: object) -> Scene:
    values = {
        "order": work_order or order(),
        "technician": MARIA,
        "at": at,
        "today": at.astimezone(NEW_YORK).date(),
        "names": names(),
        "vocabulary": BUILT_IN,
        "prefix": "WO",
        "own_addresses": frozenset({SUPPORT}),
        "zone": NEW_YORK,
        "site_zone": NEW_YORK,
    }
    return Scene(**(values | changes))  # type: ignore[arg-type] # the values of a Scene


def done(text: str, work_order: WorkOrder | None = None, **changes: object) -> Performance:
    at = changes.pop("at", NOON)
    assert isinstance(at, datetime)
    performance = perform(read_tags("", text, BUILT_IN), scene(work_order, at=at, **changes))
    for line in performance.lines:
        assert tuple(value.name for value in line.values) == PLACES.get(line.effect, ())
    return performance


def effects(performance: Performance) -> list[Effect]:
    return [line.effect for line in performance.lines]


def running(started_at: datetime = NOON - HOUR, technician: str = MARIA.email) -> WorkOrder:
    timer = Timer(technician=technician, started_at=started_at)
    return order(hours=Hours(timers=(timer,)))


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A moment of November 2026 by New York's clock, in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


# -- timers -----------------------------------------------------------------------------------


def test_a_timer_measures_from_start_to_stop() -> None:
    started = done("#start").order
    assert started.hours.timers == (Timer(technician=MARIA.email, started_at=NOON),)
    stopped = done("#stop", started, at=NOON + timedelta(minutes=95)).order
    assert (stopped.hours.worked, stopped.hours.timers) == (95, ())


def test_a_second_start_changes_nothing_and_says_since_when_it_runs() -> None:
    performance = done("#start", running())
    assert (effects(performance), performance.events) == ([Effect.TIMER_RUNS], ())


def test_two_technicians_each_have_a_timer_on_one_work_order() -> None:
    both = done("#start", running(technician=TOM.email)).order
    assert {timer.technician for timer in both.hours.timers} == {MARIA.email, TOM.email}
    stopped = done("#stop", both, at=NOON + HOUR).order
    assert [timer.technician for timer in stopped.hours.timers] == [TOM.email]
    assert stopped.hours.worked == 60


def test_a_stop_without_a_timer_is_wrong_and_nothing_of_the_mail_applies() -> None:
    performance = done("#worked 1h\n#stop", running(technician=TOM.email))
    assert not performance.applied
    assert Effect.TIMER_NONE in effects(performance)
    assert performance.order.hours.worked == 0


def test_a_clock_time_is_the_technicians_own() -> None:
    work_order = running(local(9))
    stopped = done("#stop 14:30", work_order, at=local(16)).order
    assert stopped.hours.worked == 5 * 60 + 30


def test_a_clock_time_in_the_future_is_wrong() -> None:
    performance = done("#stop 14:30", running(local(9)), at=local(12))
    assert (performance.applied, effects(performance)) == (False, [Effect.CLOCK_FUTURE])


def test_a_clock_time_before_the_start_is_wrong() -> None:
    performance = done("#stop 8:00", running(local(9)), at=local(12))
    assert (performance.applied, effects(performance)) == (False, [Effect.STOP_EARLY])


def test_just_after_midnight_a_late_clock_time_is_that_of_yesterday() -> None:
    stopped = done("#stop 23:45", running(local(22)), at=local(0, 30, day=24)).order
    assert stopped.hours.worked == 105


def test_a_timer_may_be_started_late_and_stopped_late() -> None:
    started = done("#start 9:00", at=local(10)).order
    assert started.hours.timers[0].started_at == local(9)
    stopped = done("#stop yesterday 17:00 new cables", started, at=local(8, day=24))
    assert stopped.order.hours.worked == 8 * 60
    (event,) = stopped.events
    assert (event.text, event.public) == ("new cables", False)


def test_a_day_without_a_clock_time_is_asked_about() -> None:
    assert effects(done("#stop yesterday", running())) == [Effect.CLOCK_MISSING]


@pytest.mark.parametrize("written", ["#stop 0", "#stop none", "#stop off"])
def test_what_a_timer_measured_can_be_thrown_away(written: str) -> None:
    performance = done(written, running())
    assert effects(performance) == [Effect.TIMER_DROPPED]
    assert (performance.order.hours.worked, performance.order.hours.timers) == (0, ())


def test_more_than_a_day_is_never_counted_unseen() -> None:
    forgotten = running(NOON - timedelta(hours=30))
    performance = done("#stop", forgotten)
    assert (performance.applied, effects(performance)) == (False, [Effect.TIMER_TOO_LONG])
    mended = done("#stop yesterday 17:00", forgotten).order
    assert 0 < mended.hours.worked <= 24 * 60


@pytest.mark.parametrize(
    "written",
    [
        *("1430", "24:00", "14:75", "25:10", "(14:30)", "14", "2h30x", "noon", "monday 17:00"),
        *("Nov 22 14:30", "22/11 14:30", "at 3"),
    ],
)
def test_a_time_that_cannot_be_read_is_asked_about_and_never_taken_for_a_note(
    written: str,
) -> None:
    performance = done(f"#stop {written}", running(local(9)), at=local(16))
    assert (performance.applied, effects(performance)) == (False, [Effect.CLOCK_MISSING])


@pytest.mark.parametrize("written", ["at 14:30", "um 14:30", "14h30", "14:30h", "2:30 pm", "14.30"])
def test_a_time_may_be_written_as_people_do(written: str) -> None:
    performance = done(f"#stop {written}", running(local(9)), at=local(16))
    assert performance.order.hours.worked == 5 * 60 + 30


def test_a_stop_shows_both_ends() -> None:
    (line,) = done("#stop", running(local(9)), at=local(16)).lines
    assert [value.text for value in line.values] == [
        "420",
        "2026-11-23T09:00-05:00",
        "2026-11-23T16:00-05:00",
    ]


def test_a_timer_does_not_start_on_a_closed_work_order() -> None:
    closed = order(status=Status.FINISHED, closed_at=NOON)
    assert effects(done("#start", closed)) == [Effect.STATUS_CLOSED]
    assert done("#reopen\n#start", closed).applied


@pytest.mark.parametrize(
    ("started", "stopped", "minutes"),
    [
        # New York: 2026-03-08 02:00 EST -> 03:00 EDT; 2026-11-01 02:00 EDT -> 01:00 EST.
        (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC), 60),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC), 60),
    ],
)
def test_a_change_of_the_clocks_neither_adds_nor_loses_an_hour(
    started: datetime, stopped: datetime, minutes: int
) -> None:
    assert done("#stop", running(started), at=stopped).order.hours.worked == minutes


def test_a_time_that_summer_time_leaves_out_is_asked_about() -> None:
    at = datetime(2026, 3, 8, 15, tzinfo=UTC)
    work_order = running(datetime(2026, 3, 8, 5, tzinfo=UTC))
    assert effects(done("#stop 2026-03-08 2:30", work_order, at=at)) == [Effect.CLOCK_SKIPPED]


def test_a_timer_of_seconds_counts_a_minute() -> None:
    assert done("#stop", running(NOON - timedelta(seconds=5))).order.hours.worked == 1


# -- time written down ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("90m", 90), ("1.5h", 90), ("1:30", 90), ("1h30m", 90), ("1,5h", 90), ("24h", 1440)],
)
def test_every_spelling_of_a_duration_is_read(written: str, minutes: int) -> None:
    assert done(f"#worked {written}").order.hours.worked == minutes


@pytest.mark.parametrize("written", ["1e9", "-1", "0,5", "2", "soon", "\u0663h", "1:75"])
def test_what_is_no_duration_is_asked_about(written: str) -> None:
    performance = done(f"#worked {written}")
    assert (performance.applied, effects(performance)) == (False, [Effect.HOURS_WRONG])


@pytest.mark.parametrize("written", ["0h", "0m", "25h", "24h1m", "1441m"])
def test_an_entry_is_more_than_nothing_and_at_most_a_day(written: str) -> None:
    performance = done(f"#worked {written}")
    assert not performance.applied
    assert effects(performance)[0] in {Effect.HOURS_BOUNDS, Effect.HOURS_WRONG}


def test_work_may_have_a_day_and_a_note() -> None:
    (event,) = done("#worked 2h yesterday re-cabling").events
    assert isinstance(event, TimeLogged)
    assert (event.minutes, event.text) == (120, "re-cabling")
    assert event.started_at.astimezone(NEW_YORK).date().isoformat() == "2026-11-22"


@pytest.mark.parametrize("day", ["2026-11-24", "2024-11-01"])
def test_work_of_tomorrow_or_of_long_ago_is_asked_about(day: str) -> None:
    assert effects(done(f"#worked 2h {day}")) == [Effect.WORKED_DAY]


def test_the_same_time_twice_in_one_mail_is_twice_the_time() -> None:
    assert done("#worked 30m\n#worked 30m").order.hours.worked == 60


@pytest.mark.parametrize("day", ["2026-02-30 x", "11-22", "2026/11/22"])
def test_a_date_that_there_is_not_is_asked_about(day: str) -> None:
    assert effects(done(f"#worked 2h {day}")) == [Effect.WORKED_DAY]


def test_several_entries_of_one_mail_add_up() -> None:
    performance = done("#worked 1h\n#worked 30m yesterday")
    assert performance.order.hours.worked == 90
    assert [line.values[0].text for line in performance.lines] == ["60", "30", "90"]


# -- billing ----------------------------------------------------------------------------------


def test_three_hours_of_downloading_are_worked_and_one_is_billed() -> None:
    hours = done("#worked 3h\n#billed 1h\n#finished\n\nAll is up to date.").order.hours
    assert (hours.worked, hours.billed, hours.billed_by) == (180, 60, BilledBy.TECHNICIAN)


def test_a_manual_backup_of_six_hours_bills_the_minimum_of_one() -> None:
    backup = order(title="Manual backup of SRV-01")
    performance = done("#worked 6h\n#finished", backup, billing=Billing(rules=(BACKUP,)))
    hours = performance.order.hours
    assert (hours.worked, hours.billed, hours.billed_by) == (360, 60, BilledBy.RULE)
    billed = next(event for event in performance.events if isinstance(event, Billed))
    assert billed.rule == "Manual backup"
    assert billed.text == 'rule "Manual backup": the minimum of 60 min; 360 min worked'
    assert Effect.BILLED_BY_RULE in effects(performance)


def test_without_an_assessment_the_default_rounds_up_and_says_how_to_change_it() -> None:
    performance = done("#worked 50m\n#finished")
    assert performance.order.hours.billed == 60
    told = [line for line in performance.lines if line.effect is Effect.BILLED_BY_RULE]
    assert [value.text for value in told[0].values] == ["60", "50", "default"]


def test_nothing_worked_bills_nothing_and_says_nothing() -> None:
    performance = done("#finished")
    assert effects(performance) == [Effect.STATUS_SET]
    assert performance.order.hours.billed_by is None


def test_an_assessment_may_be_replaced_also_after_the_end() -> None:
    finished = done("#worked 3h\n#billed 1h\n#finished").order
    (event,) = done("#billed 2h", finished).events
    assert isinstance(event, Billed)
    assert (event.was, event.minutes, event.was_by) == (60, 120, BilledBy.TECHNICIAN)
    assert effects(done("#billed 1h", finished)) == [Effect.BILLED_SAME]


def test_an_assessment_may_be_nothing() -> None:
    hours = done("#worked 3h\n#billed 0\n#finished").order.hours
    assert (hours.billed, hours.billed_by) == (0, BilledBy.TECHNICIAN)


def test_hours_of_a_finished_work_order_are_billed_anew_by_its_rule() -> None:
    finished = done("#worked 30m\n#finished").order
    later = done("#worked 1h", finished)
    assert later.order.hours.billed == 90
    assert Effect.BILLED_BY_RULE in effects(later)


def test_an_assessment_stands_whatever_is_worked_later() -> None:
    finished = done("#worked 30m\n#billed 1h\n#finished").order
    assert done("#worked 3h", finished).order.hours.billed == 60


def test_what_was_billed_by_a_rule_is_taken_back_where_it_is_cancelled() -> None:
    finished = done("#worked 30m\n#finished").order
    cancelled = done("#reopen", finished).order
    performance = done("#cancelled", cancelled)
    assert performance.order.hours.billed == 0
    assert Effect.BILLED_NOT in effects(performance)


def test_work_out_of_hours_counts_by_its_factor() -> None:
    day = (Span(start=8 * 60, end=17 * 60),)
    calendar = Calendar(week=(day,) * 5 + ((), ()))
    billing = Billing(default=Charge(after_hours=200))
    work_order = running(local(16))
    performance = done("#finished", work_order, at=local(18), calendar=calendar, billing=billing)
    hours = performance.order.hours
    assert (hours.worked, hours.after_hours, hours.billed) == (120, 60, 180)


# -- closing ----------------------------------------------------------------------------------


def test_finishing_stops_ones_own_timer_and_says_so() -> None:
    performance = done("#finished\n\nDone.", running())
    assert effects(performance) == [
        Effect.STATUS_SET,
        Effect.TIMER_STOPPED,
        Effect.BILLED_BY_RULE,
    ]
    assert (performance.order.hours.worked, performance.order.hours.timers) == (60, ())


def test_finishing_leaves_anothers_timer_and_names_whose_it_is() -> None:
    performance = done("#finished", running(technician=TOM.email))
    assert Effect.TIMER_OTHERS in effects(performance)
    assert performance.order.hours.timer_of(TOM.email) is not None


def test_a_timer_over_the_limit_is_not_billed_by_itself() -> None:
    long = running(NOON - timedelta(hours=11))
    performance = done("#finished", long)
    assert (performance.applied, effects(performance)) == (False, [Effect.TIMER_TOO_LONG])
    said = done("#stop\n#finished", long)
    assert (said.applied, said.order.hours.worked) == (True, 11 * 60)


def test_the_order_of_the_lines_does_not_matter() -> None:
    one = done("#finished\n#billed 1h\n#stop", running()).order
    other = done("#stop\n#billed 1h\n#finished", running()).order
    assert one.hours == other.hours == Hours(worked=60, billed=60, billed_by=BilledBy.TECHNICIAN)


# -- taking back ------------------------------------------------------------------------------


def undone(text: str, before: WorkOrder | None = None) -> WorkOrder:
    """What is left of a mail after `#undo`, which comes an hour later."""
    before = before or order()
    performance = done(text, before)
    history = tuple(
        PastEvent(event_id=i, mail_id=7, event=event)
        for i, event in enumerate(performance.events, 1)
    )
    later = scene(performance.order, at=NOON + HOUR, names=names(history=history))
    back = perform(read_tags("", "#undo", BUILT_IN), later)
    assert back.applied
    assert fold(performance.order, back.events) == back.order
    return back.order


@pytest.mark.parametrize(
    "text",
    ["#start", "#worked 2h", "#billed 1h", "#worked 50m\n#finished", "#worked 1h\n#billed 30m"],
)
def test_hours_that_are_taken_back_leave_none(text: str) -> None:
    assert undone(text).hours == Hours()


@pytest.mark.parametrize("text", ["#stop", "#stop 0", "#finished"])
def test_a_stop_that_is_taken_back_lets_the_timer_run_on(text: str) -> None:
    before = running()
    after = undone(text, before)
    assert (after.hours, after.status) == (before.hours, before.status)


def test_a_stop_is_not_taken_back_when_another_timer_runs_since() -> None:
    performance = done("#stop", running())
    again = done("#start", performance.order, at=NOON + HOUR).order
    past = PastEvent(event_id=1, mail_id=7, event=performance.events[0])
    later = scene(again, at=NOON + 2 * HOUR, names=names(history=(past,)))
    back = perform(read_tags("", "#undo", BUILT_IN), later)
    assert [line.effect for line in back.lines] == [Effect.UNDO_CHANGED_SINCE]
    assert back.order.hours == again.hours


def test_what_is_left_is_billed_anew_when_hours_of_a_finished_work_order_are_taken_back() -> None:
    finished = order(status=Status.FINISHED, closed_at=NOON)
    one = done("#worked 1h", finished)
    later: list[Event] = [
        TimeLogged(
            at=NOON + HOUR,
            actor=TOM.email,
            change=TimeChange.ENTERED,
            technician=TOM.email,
            started_at=NOON,
            stopped_at=NOON + 2 * HOUR,
            minutes=120,
        ),
        Billed(at=NOON + HOUR, actor=TOM.email, minutes=180, by=BilledBy.RULE, was=60),
    ]
    now = fold(one.order, later)
    history = tuple(
        PastEvent(event_id=i, mail_id=7 if event.actor == MARIA.email else 8, event=event)
        for i, event in enumerate([*one.events, *later], 1)
    )
    back = perform(
        read_tags("", "#undo", BUILT_IN),
        scene(now, at=NOON + 2 * HOUR, names=names(history=history)),
    )
    assert (back.order.hours.worked, back.order.hours.billed) == (120, 120)


def test_an_assessment_is_not_taken_back_when_somebody_said_the_same_since() -> None:
    mine = done("#billed 1h")
    theirs = [
        Billed(at=NOON, actor=TOM.email, minutes=120, by=BilledBy.TECHNICIAN, was=60),
        Billed(at=NOON, actor=TOM.email, minutes=60, by=BilledBy.TECHNICIAN, was=120),
    ]
    now = fold(mine.order, theirs)
    history = tuple(
        PastEvent(event_id=i, mail_id=i, event=event)
        for i, event in enumerate([*mine.events, *theirs], 1)
    )
    back = perform(
        read_tags("", "#undo", BUILT_IN),
        scene(now, at=NOON + HOUR, names=names(history=history)),
    )
    assert (back.order.hours.billed, back.order.hours.billed_by) == (60, BilledBy.TECHNICIAN)


def test_a_timer_that_runs_on_after_undo_has_its_own_note_and_was_told() -> None:
    started = done("#start cabling").order
    told = TimeLogged(
        at=NOON + 11 * HOUR,
        actor="workorder",
        text="cabling",
        change=TimeChange.LONG,
        technician=MARIA.email,
        started_at=NOON,
    )
    stopped = done("#stop done with it", fold(started, [told]), at=NOON + 12 * HOUR)
    history = tuple(
        PastEvent(event_id=i, mail_id=i, event=event)
        for i, event in enumerate([*done("#start cabling").events, told, *stopped.events], 1)
    )
    back = perform(
        read_tags("", "#undo", BUILT_IN),
        scene(stopped.order, at=NOON + 13 * HOUR, names=names(history=history)),
    )
    (timer,) = back.order.hours.timers
    assert timer == Timer(technician=MARIA.email, started_at=NOON, note="cabling", told=True)


def test_cancelling_takes_the_follow_up_off() -> None:
    performance = done("#cancelled", order(follow_up_on=NOON.date()))
    assert Effect.FOLLOWUP_OFF in effects(performance)
    assert performance.order.follow_up_on is None


def test_a_technicians_word_counts_whichever_work_order_goes_on() -> None:
    goes_on = replace(
        order(number=1040), hours=Hours(worked=60, billed=60, billed_by=BilledBy.RULE)
    )
    ending = order(hours=Hours(worked=300, billed=30, billed_by=BilledBy.TECHNICIAN))
    merged = done("#merge WO-1040", ending, names=names(orders=((1040, goes_on),))).order
    assert merged.hours.billed_by is BilledBy.TECHNICIAN
    finished = done("#finished", merged).order
    assert finished.hours.billed == 90


def test_two_work_orders_that_are_merged_have_the_hours_of_both() -> None:
    goes_on = replace(order(number=1040), hours=Hours(worked=30))
    ending = order(
        hours=Hours(
            worked=60,
            billed=45,
            billed_by=BilledBy.TECHNICIAN,
            timers=(Timer(technician=TOM.email, started_at=NOON - HOUR),),
        )
    )
    performance = done("#merge WO-1040", ending, names=names(orders=((1040, goes_on),)))
    assert performance.order.hours == Hours(
        worked=90,
        billed=45,
        billed_by=BilledBy.TECHNICIAN,
        timers=ending.hours.timers,
    )
    (elsewhere,) = performance.elsewhere
    assert fold(ending, elsewhere.events).hours == Hours()


def test_a_timer_that_is_told_to_run_long_still_runs() -> None:
    timer = Timer(technician=MARIA.email, started_at=NOON - HOUR)
    warned = fold(
        running(),
        [
            TimeLogged(
                at=NOON,
                actor="workorder",
                change=TimeChange.LONG,
                technician=MARIA.email,
                started_at=timer.started_at,
            )
        ],
    )
    assert warned.hours.timers == (replace(timer, told=True),)

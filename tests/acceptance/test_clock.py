"""Weeks of a site on real servers, with the clock moved: reminders, follow-ups, hours, statements.

The daemon is put together as it is in service, but for its clock; each look is a `run --once` of
one that goes on running, or after a restart of a new one.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from acceptance.live import ADMIN, JANE, MARIA, PAT, LiveSite, Notice, mail, told
from acceptance.test_technicians_day import of, reply
from workorder.bootstrap import open_site
from workorder.config import load
from workorder.service import Daemon
from workorder.steps.hours import Purchase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
QUESTION = "May I replace the drum on Friday at eleven?"
# Starts from which the story runs over what clocks and calendars do; all at ten in New York.
OVER_THE_GAP = datetime(2026, 3, 5, 15, tzinfo=UTC)  # clocks go forward on the 8th
OVER_THE_REPEATED_HOUR = datetime(2025, 10, 30, 14, tzinfo=UTC)  # and back on November 2nd
OVER_THE_LEAP_DAY = datetime(2024, 2, 27, 15, tzinfo=UTC)


class Weeks:
    """A site by a clock that is moved by hand."""

    def __init__(self, site: LiveSite, start: datetime) -> None:
        self.site = site
        self.now = start
        self._running = ExitStack()
        self._daemon: Daemon | None = None

    def restart(self) -> None:
        """End the daemon; the next look is another one's."""
        self._running.close()
        self._daemon = None

    def _started(self) -> Daemon:
        if self._daemon is None:
            config = load(self.site.config_file)
            opened = self._running.enter_context(open_site(config, clock=lambda: self.now))
            self._daemon = self._running.enter_context(Daemon(opened, renderers=1))
        return self._daemon

    def handles(self, *raws: bytes) -> list[Notice]:
        """Let mails arrive now; what is sent about them, and about what has become due."""
        self.site.dovecot.append(self.site.user, raws, at=self.now)
        return self.look()

    def later(self, length: timedelta) -> list[Notice]:
        """Let time pass; what is sent then."""
        self.now += length
        return self.look()

    def look(self) -> list[Notice]:
        """One `run --once`; its notices but for the technicians' mornings."""
        before = len(self.site.sink.mails)
        assert self._started().run_once() == []
        return [n for n in self.site.notices(before) if n.event != "digest"]

    def asks(self) -> Notice:
        opened = self.handles(mail(Date=""))
        notices = self.handles(reply(of(opened, MARIA), f"#waiting customer\n\n{QUESTION}\n"))
        return of(notices, JANE)


@pytest.fixture(params=[OVER_THE_GAP, OVER_THE_REPEATED_HOUR, OVER_THE_LEAP_DAY], ids=str)
def weeks(request: pytest.FixtureRequest, site: LiveSite) -> Iterator[Weeks]:
    weeks = Weeks(site, request.param)
    yield weeks
    weeks.restart()


def test_reminders_come_on_their_days_and_an_answer_ends_them(weeks: Weeks) -> None:
    asked = weeks.asks()
    assert weeks.later(2 * DAY) == []
    assert weeks.later(DAY - HOUR) == []

    reminders = weeks.later(HOUR)
    assert told(reminders) == [("reminder", JANE), ("reminder", PAT)]
    reminder = of(reminders, JANE)
    assert QUESTION in reminder.text
    assert QUESTION in reminder.html
    assert reminder.message["Auto-Submitted"] == "auto-generated"
    assert reminder.message["Subject"] == asked.message["Subject"]
    weeks.restart()
    assert weeks.look() == []

    away = mail(
        subject=f"Automatic reply: {asked.message['Subject']}",
        text="I am out of the office.\n",
        Auto_Submitted="auto-replied",
        In_Reply_To=str(asked.message["Message-ID"]),
        Date="",
    )
    assert weeks.handles(away) == []
    assert weeks.later(-HOUR) == []  # the clock was put back
    assert weeks.later(HOUR) == []

    # Opened a week ago, asked minutes later: where it stands, told to everybody once.
    long = weeks.later(4 * DAY)
    assert told(long) == [("open-long", JANE), ("open-long", PAT)]
    assert QUESTION in of(long, JANE).text
    assert "Waiting on Customer" in of(long, JANE).text
    assert weeks.later(3 * DAY - HOUR) == []
    weeks.restart()
    assert told(weeks.later(2 * HOUR)) == [("reminder", JANE), ("reminder", PAT)]

    answer = mail(
        subject=f"Re: {asked.message['Subject']}",
        text="Yes, eleven is fine.\n",
        In_Reply_To=str(reminder.message["Message-ID"]),
        Date="",
    )
    assert ("reply", MARIA) in told(weeks.handles(answer))
    later = told(weeks.later(30 * DAY))
    assert all(event != "reminder" for event, _ in later)


def test_a_follow_up_is_told_on_its_day_at_eight(weeks: Weeks) -> None:
    opened = weeks.handles(mail(Date=""))
    weeks.handles(reply(of(opened, MARIA), "#followup 4d\n#finished\n\nI look again in four days."))
    assert weeks.later(4 * DAY - 5 * HOUR) == []  # five o'clock, give or take an hour
    notices = weeks.later(5 * HOUR)
    assert told(notices) == [("follow-up", JANE), ("follow-up", MARIA), ("follow-up", PAT)]
    assert weeks.later(DAY) == []


def test_a_month_of_hours_ends_in_a_statement(
    site: LiveSite, request: pytest.FixtureRequest
) -> None:
    weeks = Weeks(site, OVER_THE_REPEATED_HOUR)
    request.addfinalizer(weeks.restart)
    with open_site(load(site.config_file), clock=lambda: weeks.now) as opened:
        opened.bank_desk().buy(1, Purchase(minutes=5 * 60, note="order 4711"))
    opening = weeks.handles(mail("Jane Roe <jane@acme.example>", "Updates", "Please.\n", Date=""))
    notices = weeks.handles(
        reply(of(opening, MARIA), "#worked 3h downloads\n#billed 1h\n#finished\n\nUp to date.\n")
    )
    finished = of(notices, JANE)
    for words in ("3 h", "1 h", "4 h"):
        assert words in finished.text
    (pdf,) = finished.pdfs.values()
    page = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert "3 h" in page
    assert "downloads" not in page + finished.text + finished.html

    opening = weeks.handles(mail(subject="Manual backup of SRV-01", text="Please.\n", Date=""))
    notices = weeks.handles(reply(of(opening, MARIA), "#worked 6h\n#finished\n\nIt is safe.\n"))
    assert "Manual backup" in of(notices, MARIA).text
    order = site.json("show", "1002")
    assert (order["worked_minutes"], order["billed_minutes"]) == (360, 60)
    assert order["billed_by"] == "rule"
    assert site.json("hours", "show", "Acme Ltd")["balance_minutes"] == 180

    weeks.now = datetime(2025, 11, 1, 11, 59, tzinfo=UTC)  # a minute to eight in New York
    assert [n for n in weeks.look() if n.event == "statement"] == []
    statements = [n for n in weeks.later(timedelta(minutes=1)) if n.event == "statement"]
    assert [n.recipient for n in statements] == [PAT]
    (statement,) = statements
    assert list(statement.pdfs) == ["Statement-2025-10.pdf"]
    (pdf,) = statement.pdfs.values()
    page = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for words in ("Acme Ltd", "WO-1001", "WO-1002", "Manual backup of SRV-01", "3 h"):
        assert words in page
    assert [n for n in weeks.later(20 * DAY) if n.event == "statement"] == []


def test_an_empty_bank_is_told_and_its_customer_may_ask(site: LiveSite) -> None:
    site.must("hours", "buy", "Acme Ltd", "1")
    opening = site.handles(mail())
    notices = site.handles(reply(of(opening, MARIA), "#billed 2h\n#finished\n\nDone.\n"))
    assert ("bank-low", ADMIN) in told(notices)
    assert ("bank-low", PAT) in told(notices)
    opening = site.handles(mail(subject="And the fax", text="It is dead.\n"))
    assert "no hours left" in of(opening, MARIA).text
    asked = site.handles(mail(subject="balance", text="\n"))
    assert told(asked) == [("balance", JANE)]
    assert "1 h" in of(asked, JANE).text  # to be invoiced
    assert len(site.json("list")) == 2

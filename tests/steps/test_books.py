"""What technicians write comes to the customers' banks, whichever way it comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import policy
from fakes import FakeClock, FakePress
from steps.conftest import filled
from steps.desk import JANE, MARIA, PAT, SITE, Desk, by_maria, mail, of, told
from steps.test_deliver import SETTINGS
from workorder import rulefiles
from workorder.core.bank import EntryKind
from workorder.core.billing import Billing
from workorder.core.model import BilledBy
from workorder.core.notice import NoticeKind
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.errors import NotFoundError, RequestError
from workorder.steps.books import Books
from workorder.steps.compose import Compose
from workorder.steps.hours import BankDesk, Purchase
from workorder.steps.surroundings import Surroundings
from workorder.steps.writing import TechnicianWrites, Words, Written
from workorder.store.bank import Account, Entry
from workorder.store.engine import open_engine
from workorder.store.unit import Store

ACME = 1
ADMIN = "admin@northwind.example"
SHIPPED = rulefiles.load(Path(__file__).resolve().parents[2] / "rules")
ASKING = replace(SHIPPED, billing=Billing(asks_approval=True))


class Office:
    """A site's desk, its bank, and its technicians at the shell, by one clock."""

    def __init__(self, store: Store, rules: RuleSet = BUILT_IN) -> None:
        self.desk = Desk(store, rules=rules)
        self.clock: FakeClock = self.desk.clock
        self.store = store
        self.rules = rules
        self.bank = BankDesk(store=store, policy=policy(), rules=rules, clock=self.clock)

    def buys(self, hours: float, **more: object) -> Account:
        purchase = Purchase(minutes=int(hours * 60), **more)  # type: ignore[arg-type] # a purchase's values
        return self.bank.buy(ACME, purchase)

    def opened(self) -> int:
        rows = self.desk.handles(mail())
        number = rows[0].number
        assert number is not None
        return number

    def writes(self, number: int, text: str, technician: str = MARIA) -> Written:
        write = TechnicianWrites(
            store=self.store, rules=SITE, rule_set=self.rules, first_number=1001, clock=self.clock
        )
        return write(number, technician, Words(text=text))

    @property
    def account(self) -> Account:
        with self.store.read() as unit:
            found = unit.bank.account(ACME)
        assert found is not None
        return found

    @property
    def entries(self) -> list[Entry]:
        with self.store.read() as unit:
            return sorted(unit.bank.entries(ACME), key=lambda entry: entry.id)

    def adds_up(self) -> bool:
        with self.store.read() as unit:
            return unit.bank.check() == ()

    def notices(self, kind: NoticeKind) -> list[str]:
        with self.store.read() as unit:
            return sorted(row.recipient for row in unit.outbox.rows() if row.kind is kind)


@pytest.fixture
def office(either_store: Store) -> Office:
    return Office(either_store)


def test_three_hours_are_worked_one_is_billed_and_the_bank_goes_down_by_one(
    office: Office,
) -> None:
    office.buys(10)
    opened = office.desk.handles(mail("Please install the updates."))
    rows = office.desk.handles(
        by_maria("#worked 3h\n#billed 1h\n#finished\n\nAll is up to date.", of(opened, MARIA))
    )
    view = office.desk.order()
    assert (view.worked_minutes, view.billed_minutes) == (180, 60)
    assert view.billed_by is BilledBy.TECHNICIAN
    assert (office.account.balance, office.account.to_invoice) == (9 * 60, 0)
    assert (NoticeKind.FINISHED.value, JANE) in told(rows)
    assert office.adds_up()


def test_an_assessment_is_replaced_by_a_reversing_entry(office: Office) -> None:
    office.buys(10)
    number = office.opened()
    office.writes(number, "#billed 2h")
    office.writes(number, "#billed 3h")
    kinds = [(entry.kind, entry.minutes, entry.number) for entry in office.entries]
    assert kinds == [
        (EntryKind.BOUGHT, 600, None),
        (EntryKind.BILLED, -120, number),
        (EntryKind.REVERSED, 120, number),
        (EntryKind.BILLED, -180, number),
    ]
    assert office.entries[2].reverses == office.entries[1].id
    assert office.adds_up()


def test_what_the_bank_does_not_cover_is_left_to_invoice(office: Office) -> None:
    office.buys(1)
    office.writes(office.opened(), "#billed 3h")
    assert (office.account.balance, office.account.to_invoice) == (0, 120)


def test_buying_later_pays_old_work_only_where_that_is_asked_for(office: Office) -> None:
    office.writes(office.opened(), "#billed 3h")
    office.buys(2)
    assert (office.account.balance, office.account.to_invoice) == (120, 180)
    office.buys(2, covers=True)
    assert (office.account.balance, office.account.to_invoice) == (60, 0)
    assert office.adds_up()


def test_a_balance_that_falls_to_a_threshold_is_told_once(office: Office) -> None:
    office.buys(10)
    number = office.opened()
    office.writes(number, "#billed 7h")
    assert office.notices(NoticeKind.BANK_LOW) == []
    office.writes(number, "#billed 8h30m")
    assert office.notices(NoticeKind.BANK_LOW) == [ADMIN, PAT]
    office.writes(number, "#billed 9h")
    assert len(office.notices(NoticeKind.BANK_LOW)) == 2
    office.writes(number, "#billed 11h")
    assert len(office.notices(NoticeKind.BANK_LOW)) == 4


def test_a_work_order_of_another_customer_is_billed_there_and_no_longer_here(
    office: Office,
) -> None:
    with office.store.write() as unit:
        other = unit.people.add_customer("Other Inc", domains=["other.example"])
        unit.people.add_contact("morgan@other.example", customer_id=other.id, primary=True)
    office.buys(5)
    rows = office.desk.handles(by_maria("#for pat@acme.example\n#billed 2h\n\nA phone call."))
    number = rows[0].number
    assert number is not None
    assert office.account.balance == 180
    office.writes(number, "#for morgan@other.example")
    assert office.account.balance == 300
    with office.store.read() as unit:
        there = unit.bank.account(other.id)
    assert there is not None
    assert (there.balance, there.to_invoice) == (0, 120)
    assert office.adds_up()


def test_merged_work_orders_cost_what_both_did_and_not_a_minute_more(office: Office) -> None:
    office.buys(3)
    first, second = office.opened(), office.opened()
    office.writes(first, "#billed 1h")
    office.writes(second, "#billed 2h")
    office.writes(second, f"#merge WO-{first}")
    assert office.desk.order(first).billed_minutes == 180
    assert (office.account.balance, office.account.to_invoice) == (0, 0)
    assert office.adds_up()


def test_what_is_undone_is_given_back(office: Office) -> None:
    office.buys(3)
    number = office.opened()
    office.writes(number, "#worked 50m\n#finished\n\nDone.")
    assert office.account.balance == 120
    office.clock.now += timedelta(minutes=5)
    office.writes(number, "#undo")
    assert office.account.balance == 180
    assert office.desk.order(number).billed_by is None
    assert office.desk.order(number).worked_minutes == 0
    assert office.adds_up()


def test_hours_that_expire_are_written_off_and_told(office: Office) -> None:
    until = office.clock.now.date() + timedelta(days=10)
    office.buys(2, expires_on=until)
    office.buys(5)
    number = office.opened()
    office.writes(number, "#billed 1h")
    office.clock.now += timedelta(days=12)
    office.writes(number, "#billed 1h30m")
    kinds = [entry.kind for entry in office.entries]
    assert EntryKind.EXPIRED in kinds
    # What this work order drew before stays good for it; the half hour more is of the other lot.
    assert office.account.balance == 5 * 60 - 30
    assert office.adds_up()


@pytest.mark.parametrize(
    ("purchase", "reason"),
    [
        (Purchase(minutes=0), "0 minutes"),
        (Purchase(minutes=60, day=date(2027, 1, 1)), "2027-01-01 is in the future"),
        (Purchase(minutes=60, expires_on=date(2026, 1, 1)), "2026-01-01 is past"),
    ],
)
def test_a_purchase_that_makes_no_sense_is_refused(
    office: Office, purchase: Purchase, reason: str
) -> None:
    with pytest.raises(RequestError, match=reason):
        office.bank.buy(ACME, purchase)
    with office.store.read() as unit:
        assert unit.bank.account(ACME) is None


def test_a_purchase_counts_for_the_day_it_was_made(office: Office) -> None:
    office.buys(2, day=date(2026, 10, 5))
    (entry,) = office.entries
    assert entry.at == datetime(2026, 10, 5, 4, tzinfo=UTC)  # midnight in New York
    assert entry.recorded_at == office.clock.now


def test_an_adjustment_takes_no_more_than_there_is_and_needs_a_reason(office: Office) -> None:
    office.buys(1)
    with pytest.raises(RequestError, match="only 60 minutes are left"):
        office.bank.adjust(ACME, -90, "counted twice")
    with pytest.raises(RequestError, match="needs a note"):
        office.bank.adjust(ACME, -30, " ")
    assert office.bank.adjust(ACME, -30, "counted twice").balance == 30


def test_a_purchase_that_was_none_is_taken_back_with_all_that_drew_from_it(
    office: Office,
) -> None:
    office.buys(2)
    office.writes(office.opened(), "#billed 1h")
    office.bank.reverse(ACME, office.entries[0].id, "never paid")
    assert (office.account.balance, office.account.to_invoice) == (0, 60)
    assert office.adds_up()
    with pytest.raises(RequestError, match="already"):
        office.bank.reverse(ACME, office.entries[0].id, "again")
    with pytest.raises(NotFoundError, match="no entry 999"):
        office.bank.reverse(ACME, 999, "x")


def test_what_was_invoiced_waits_no_longer(office: Office) -> None:
    number = office.opened()
    office.writes(number, "#billed 2h")
    assert office.bank.invoiced(ACME, [number], "invoice 17") == 120
    assert office.account.to_invoice == 0
    with pytest.raises(RequestError, match="nothing to invoice"):
        office.bank.invoiced(ACME, None, "again")
    with pytest.raises(RequestError, match="nothing to invoice of WO-4711"):
        office.bank.invoiced(ACME, [4711], "again")
    # A correction afterwards is owed to the customer.
    office.writes(number, "#billed 1h")
    assert office.account.to_invoice == -60


def test_what_was_billed_for_nothing_and_again_stays_to_invoice(office: Office) -> None:
    number = office.opened()
    office.writes(number, "#billed 3h")
    office.buys(10)
    office.writes(number, "#billed 0")
    office.writes(number, "#billed 3h")
    assert (office.account.balance, office.account.to_invoice) == (600, 180)


def test_work_done_while_hours_were_good_draws_from_them_however_late_its_mail_is_read(
    office: Office,
) -> None:
    office.buys(5, expires_on=office.clock.now.date())
    opened = office.desk.handles(mail())
    worked_at = office.clock.now
    office.clock.now += timedelta(hours=20)  # the daemon was down over midnight
    raw = by_maria(
        "#billed 2h\n#finished\n\nDone.", of(opened, MARIA), Date=format_datetime(worked_at)
    )
    with office.store.write() as unit:
        Books(unit, policy(), office.rules, now=office.clock.now).expire(ACME)
    assert office.account.balance == 0
    office.desk.handles(raw)
    assert (office.account.balance, office.account.to_invoice) == (0, 0)
    kinds = [(entry.kind.value, entry.minutes) for entry in office.entries]
    assert kinds == [
        ("bought", 300),
        ("expired", -300),
        ("expired", 300),
        ("billed", -120),
        ("expired", -180),
    ]
    assert office.adds_up()


def test_a_cover_is_not_taken_back_twice(office: Office) -> None:
    number = office.opened()
    office.writes(number, "#billed 4h")
    office.buys(2, covers=True)
    office.buys(2, covers=True)
    office.writes(number, "#billed 1h")
    cover = next(entry for entry in office.entries if entry.kind is EntryKind.COVERED)
    with pytest.raises(RequestError, match="billed anew"):
        office.bank.reverse(ACME, cover.id, "x")
    assert office.account.balance == 180


def test_an_adjustment_of_hours_that_were_none_is_not_taken_back(office: Office) -> None:
    office.buys(10)
    office.bank.adjust(ACME, -120, "x")
    bought, adjusted = office.entries
    office.bank.reverse(ACME, bought.id, "never paid")
    with pytest.raises(RequestError, match="a purchase that was taken back"):
        office.bank.reverse(ACME, adjusted.id, "x")
    assert office.account.balance == 0


def test_thresholds_are_those_of_the_purchases_that_stand(office: Office) -> None:
    office.buys(10)
    office.buys(100)
    office.bank.reverse(ACME, office.entries[1].id, "a slip of the pen")
    assert office.notices(NoticeKind.BANK_LOW) == []
    assert office.account.last_bought == 600
    office.writes(office.opened(), "#billed 9h")
    assert office.notices(NoticeKind.BANK_LOW) == [ADMIN, PAT]


def test_a_merge_that_changes_no_balance_tells_nobody(office: Office) -> None:
    office.buys(10)
    first, second = office.opened(), office.opened()
    office.writes(first, "#billed 5h")
    office.writes(second, "#billed 4h")
    told_once = office.notices(NoticeKind.BANK_LOW)
    office.writes(second, f"#merge WO-{first}")
    assert office.notices(NoticeKind.BANK_LOW) == told_once == [ADMIN, PAT]


def test_another_bill_of_a_finished_work_order_is_told_to_the_customer(office: Office) -> None:
    opened = office.desk.handles(mail())
    office.desk.handles(by_maria("#worked 1h\n#finished\n\nDone.", of(opened, MARIA)))
    rows = office.desk.handles(by_maria("#billed 30m", of(opened, MARIA)))
    assert told(rows) == [("finished", JANE), ("finished", PAT), ("transcript", MARIA)]
    rows = office.desk.handles(by_maria("#billed 30m", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]


# -- what contacts ask for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "text"),
    [("balance", ""), ("Question", "Balance?"), ("x", "balance\n\nThank you\nJane Roe")],
)
def test_a_contact_who_asks_for_the_balance_is_told_it_and_nothing_is_opened(
    small_store: Store, subject: str, text: str
) -> None:
    office = Office(small_store, SHIPPED)
    office.buys(10)
    rows = office.desk.handles(mail(text, subject=subject))
    assert told(rows) == [("balance", JANE)]
    (row,) = rows
    assert row.enclosure is not None
    assert row.enclosure.bank is not None
    assert row.enclosure.bank.balance == 600
    assert office.desk.orders() == []


@pytest.mark.parametrize(
    "text", ["My balance sheet does not open.", "balance\nof the printer is off"]
)
def test_the_word_among_others_opens_a_work_order(small_store: Store, text: str) -> None:
    office = Office(small_store)
    rows = office.desk.handles(mail(text))
    assert rows[0].kind is NoticeKind.OPENED


def test_a_strangers_balance_is_nobodys_business(small_store: Store) -> None:
    office = Office(small_store)
    office.buys(10)
    rows = office.desk.handles(mail("balance", sender="eve@evil.example"))
    assert NoticeKind.BALANCE not in {row.kind for row in rows}
    failed = "mx.northwind.example; dmarc=fail header.from=acme.example"
    rows = office.desk.handles(mail("balance", Authentication_Results=failed))
    assert NoticeKind.BALANCE not in {row.kind for row in rows}


PASSED = "mx.northwind.example; dmarc=pass header.from=acme.example"


def test_an_empty_bank_asks_the_primary_contact_to_approve(small_store: Store) -> None:
    office = Office(small_store, ASKING)
    rows = office.desk.handles(mail())
    asked = of(rows, PAT, NoticeKind.APPROVAL)
    answer = mail(
        "Approve.\n\nThanks",
        sender=PAT,
        subject=f"Re: [WO-{asked.number}] x",
        In_Reply_To=asked.message_id,
    )
    told_now = office.desk.handles(answer)
    assert (NoticeKind.REPLY.value, MARIA) in told(told_now)
    with office.store.read() as unit:
        order = unit.orders.get(1001)
    assert order is not None
    assert order.approval.value == "given"


@pytest.mark.parametrize(
    ("sender", "results", "why"),
    [
        (JANE, PASSED, "no primary contact"),
        (PAT, "", "no Authentication-Results"),
        (PAT, "mx.northwind.example; dmarc=fail header.from=acme.example", "dmarc=fail"),
    ],
)
def test_approval_needs_a_primary_contact_and_proof(
    small_store: Store, sender: str, results: str, why: str
) -> None:
    office = Office(small_store, ASKING)
    office.desk.handles(mail())
    headers = {"Authentication_Results": results} if results else {}
    office.desk.handles(mail("approve", sender=sender, subject="Re: [WO-1001] x", **headers))
    with office.store.read() as unit:
        order = unit.orders.get(1001)
    assert order is not None
    assert order.approval.value == "asked"
    assert any(why in event.text for event in office.desk.events() if not event.public)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("approve", True),
        ("Yes, approved.", True),
        ("Aprobado, gracias", True),
        ("Hi Maria,\n\napproved\n\nThank you", True),
        ("Approve?", False),
        ("¿Aprobado?", False),
        ("approve not", False),
        ("I cannot approve this before Monday.", False),
        ("approve, but only two hours", False),
    ],
)
def test_consent_is_the_word_alone_and_what_comes_near_is_noted(
    small_store: Store, text: str, given: bool
) -> None:
    office = Office(small_store, ASKING)
    asked = of(office.desk.handles(mail()), PAT, NoticeKind.APPROVAL)
    subject = f"Re: [WO-{asked.number}] x"
    office.desk.handles(mail(text, sender=PAT, subject=subject, In_Reply_To=asked.message_id))
    with office.store.read() as unit:
        order = unit.orders.get(1001)
    assert order is not None
    assert order.approval.value == ("given" if given else "asked")
    noted = any("does not count" in event.text for event in office.desk.events())
    assert noted is not given


def test_consent_answers_what_the_customer_was_asked(small_store: Store) -> None:
    office = Office(small_store, ASKING)
    asked = of(office.desk.handles(mail()), PAT, NoticeKind.APPROVAL)
    office.writes(1001, "#waiting customer\n\nMay we go on?")
    subject = f"Re: [WO-{asked.number}] x"
    office.desk.handles(mail("approve", sender=PAT, subject=subject, In_Reply_To=asked.message_id))
    assert office.desk.order().status == "in-progress"


def test_a_bank_with_hours_asks_nobody(small_store: Store) -> None:
    office = Office(small_store, ASKING)
    office.buys(1)
    assert NoticeKind.APPROVAL not in {row.kind for row in office.desk.handles(mail())}


# -- any sequence, on the real store ----------------------------------------------------------

_TEXTS = (
    "#worked 50m",
    "#billed 1h",
    "#billed 2h30m",
    "#billed 0",
    "#finished",
    "#reopen",
    "#cancelled",
    "#undo",
    "#start",
    "#stop",
)
_ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from((1001, 1002)), st.sampled_from(_TEXTS)),
        st.tuples(st.just("buy"), st.integers(1, 300), st.one_of(st.none(), st.integers(0, 9))),
        st.tuples(st.just("adjust"), st.integers(-200, 200).filter(bool), st.none()),
        st.tuples(st.just("reverse"), st.integers(1, 12), st.none()),
        st.tuples(st.just("invoiced"), st.none(), st.none()),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions=_ACTIONS)
def test_the_balance_is_the_sum_of_the_ledger_whatever_people_do(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, int | None, object]]
) -> None:
    home: Path = tmp_path_factory.mktemp("bank")
    for store in filled(open_engine(f"sqlite:///{home / 'x.db'}", create=True), home):
        office = Office(store)
        office.opened()
        office.opened()
        seen: list[Entry] = []
        for what, amount, other in actions:
            office.clock.now += timedelta(hours=7)
            _act(office, what, amount, other)
            entries = office.entries
            assert entries[: len(seen)] == seen  # nothing that was written ever changes
            seen = entries
            assert office.adds_up()
            for number in (1001, 1002):
                with store.read() as unit:
                    charged = unit.bank.charges(ACME, number).charged
                assert charged.total == office.desk.order(number).billed_minutes


def _act(office: Office, what: str, amount: int | None, other: object) -> None:
    """One thing that a person does; what is refused changes nothing."""
    try:
        if what == "write":
            assert isinstance(amount, int)
            office.writes(amount, str(other))
        elif what == "buy":
            today = office.clock.now.date()
            until = today + timedelta(days=other) if isinstance(other, int) else None
            office.bank.buy(ACME, Purchase(minutes=amount or 0, expires_on=until))
        elif what == "adjust":
            office.bank.adjust(ACME, amount or 0, "x")
        elif what == "reverse":
            office.bank.reverse(ACME, amount or 0, "x")
        else:
            office.bank.invoiced(ACME, None, "x")
    except RequestError:
        return


# -- other doors ------------------------------------------------------------------------------


def test_who_takes_part_and_is_none_of_the_customers_is_shown_no_hours(
    small_store: Store,
) -> None:
    office = Office(small_store)
    office.buys(10)
    number = office.opened()
    office.writes(number, "#cc vendor@parts.example\n#worked 1h\n#finished\n\nDone.")
    press = FakePress()
    around = Surroundings(clock=office.clock)
    compose = Compose(small_store, press, SETTINGS, around)
    while compose():
        pass
    sheets = {
        sheet.envelope.recipient.email: sheet.letter.order
        for job in press.jobs
        for sheet in job.sheets
        if sheet.letter.kind is NoticeKind.FINISHED
    }
    jane, vendor = sheets[JANE], sheets["vendor@parts.example"]
    assert jane is not None
    assert jane.hours is not None
    assert (jane.hours.worked, jane.hours.billed, jane.hours.balance_after) == (60, 60, 540)
    assert vendor is not None
    assert (vendor.hours, vendor.bank) == (None, None)


def test_what_was_worked_is_billed_though_no_technician_closes_it(small_store: Store) -> None:
    rule = '[[rule]]\nname = "close"\nwhen.reply = true\nwhen.text.contains = "never mind"\n'
    texts = {"intake.toml": rule + 'set.status = "finished"\n'}
    office = Office(small_store, rulefiles.load_texts(texts, Path("rules")))
    office.buys(1)
    number = office.opened()
    office.writes(number, "#worked 40m")
    office.desk.handles(mail("Never mind.", subject=f"Re: [WO-{number}] x"))
    order = office.desk.order(number)
    assert (order.status, order.billed_minutes, order.billed_by) == ("finished", 45, BilledBy.RULE)
    assert office.account.balance == 15

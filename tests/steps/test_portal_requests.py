"""What the portal asks for, on both databases: opening, answering, adding people, being let in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from builders import policy
from fakes import FakeClock
from workorder import rulefiles, shipped
from workorder.core.entrance import MOST_WRONG_CODES, Admitted, Refusal
from workorder.core.model import Approval, OpenedBy, Priority, Status
from workorder.core.notice import NoticeKind
from workorder.core.rules import RuleSet
from workorder.core.trust import parse_way
from workorder.core.viewer import ContactViewer, Scope, scope_of
from workorder.core.vocabulary import Tag
from workorder.errors import NotFoundError, RequestError
from workorder.rulefiles import load_texts
from workorder.steps.customer_writes import Answer, Asked, CustomerWrites, NewPerson
from workorder.steps.entrance import Caller, Entrance
from workorder.steps.requests import OpenOrder, OpenRequest
from workorder.steps.sessions import Passwords, Sessions
from workorder.steps.site_rules import SiteRules
from workorder.steps.writing import Commands, TechnicianWrites
from workorder.store.screens import Wanted
from workorder.store.unit import Store

JANE, PAT, MARIA = "jane@acme.example", "pat@acme.example", "maria@northwind.example"
SITE = SiteRules(policy=policy(), ways=(parse_way("reply"),), authserv_id="mx.example")
HERE = Caller(browser="this browser", address="192.0.2.7")


def rules(**changed: str) -> RuleSet:
    """The shipped rules, with text added to some files."""
    folder = shipped.rules_folder()
    texts = dict(rulefiles.read_texts(folder))
    for name, more in changed.items():
        texts[f"{name}.toml"] = more + texts[f"{name}.toml"]
    return load_texts(texts, folder)


def approving() -> RuleSet:
    """The shipped rules, and work that no bank covers is asked about."""
    folder = shipped.rules_folder()
    texts = dict(rulefiles.read_texts(folder))
    assert "approval = false" in texts["billing.toml"]
    texts["billing.toml"] = texts["billing.toml"].replace("approval = false", "approval = true")
    return load_texts(texts, folder)


@dataclass
class Counter:
    """The requests of one site."""

    store: Store
    rules: RuleSet
    clock: FakeClock

    def viewer(self, email: str) -> ContactViewer:
        with self.store.read() as unit:
            contact = unit.people.contact_by_email(email)
            assert contact is not None
            customer = unit.people.customer_by_id(contact.customer_id)
        assert customer is not None
        return ContactViewer(contact=contact, customer=customer)

    @property
    def writes(self) -> CustomerWrites:
        return CustomerWrites(
            store=self.store, rules=SITE, rule_set=self.rules, first_number=1001, clock=self.clock
        )

    @property
    def technicians(self) -> TechnicianWrites:
        return TechnicianWrites(
            store=self.store, rules=SITE, rule_set=self.rules, first_number=1001, clock=self.clock
        )

    def door(self) -> tuple[Entrance, Sessions]:
        passwords = Passwords()
        entrance = Entrance(
            store=self.store,
            policy=SITE.policy,
            key=b"k" * 32,
            passwords=passwords,
            clock=self.clock,
        )
        sessions = Sessions(
            store=self.store, policy=SITE.policy, passwords=passwords, clock=self.clock
        )
        return entrance, sessions

    def opens(self, **changes: Any) -> int:
        values = {"title": "Printer does not print", "text": "Paper jam.", "once": "first"}
        return self.writes.open(self.viewer(JANE), Asked(**(values | changes))).number

    def told(self, kind: NoticeKind) -> set[str]:
        with self.store.read() as unit:
            return {row.recipient for row in unit.outbox.rows() if row.kind is kind}


@pytest.fixture
def counter(either_store: Store) -> Counter:
    return Counter(either_store, rules(), FakeClock())


def test_an_opening_by_a_contact_is_theirs_and_is_told(counter: Counter) -> None:
    number = counter.opens(priority=Priority.URGENT)
    with counter.store.read() as unit:
        order = unit.orders.get(number)
    assert order is not None
    assert (order.opened_by, order.priority) == (OpenedBy.PORTAL, Priority.URGENT)
    assert order.requester.email == JANE
    assert counter.told(NoticeKind.OPENED) == {JANE, PAT, MARIA}


def test_the_rules_of_intake_count_for_an_opening_by_the_portal_too(either_store: Store) -> None:
    rule = """
[[rule]]
name = "printers are Maria's"
[rule.when]
subject.contains = ["printer"]
[rule.set]
technician = "maria@northwind.example"
labels = ["printers"]
"""
    counter = Counter(either_store, rules(intake=rule), FakeClock())
    with either_store.read() as unit:
        order = unit.orders.get(counter.opens())
        assert order is not None
        assert order.labels == ("printers",)
        assert order.technician_id is not None


@pytest.mark.parametrize("effect", ['refuse = "no"', 'aside = "no"', "automatic = true"])
def test_no_rule_refuses_who_is_logged_in(either_store: Store, effect: str) -> None:
    rule = f'[[rule]]\nname = "x"\n{effect}\n[rule.when]\nsubject.contains = ["printer"]\n'
    counter = Counter(either_store, rules(intake=rule), FakeClock())
    assert counter.opens() == 1001


def test_the_same_form_twice_is_one_work_order_and_one_answer(counter: Counter) -> None:
    number = counter.opens()
    assert counter.opens() == number
    jane = counter.viewer(JANE)
    for _ in range(2):
        counter.writes.answer(jane, number, Answer(text="More of it.", once="second"))
    with counter.store.read() as unit:
        assert [event.kind for event in unit.orders.events(number)] == ["opened", "reply"]


@pytest.mark.parametrize(
    ("words", "becomes"),
    [("Yes, it is on.", Status.IN_PROGRESS), ("Thank you!", Status.WAITING_CUSTOMER)],
)
def test_an_answer_goes_on_with_it_and_bare_thanks_do_not(
    counter: Counter, words: str, becomes: Status
) -> None:
    number = counter.opens()
    asks = Commands(tags=((Tag.WAITING_CUSTOMER, ""),), prose="Is it on?")
    counter.technicians.do(number, MARIA, asks)
    order = counter.writes.answer(counter.viewer(JANE), number, Answer(text=words, once="a"))
    assert order.status is becomes


def test_solved_said_with_thanks_is_an_answer(counter: Counter) -> None:
    number = counter.opens()
    asks = Commands(tags=((Tag.WAITING_CUSTOMER, ""),), prose="Does it print?")
    counter.technicians.do(number, MARIA, asks)
    said = Answer(text="Thank you!", solved=True, once="a")
    assert counter.writes.answer(counter.viewer(JANE), number, said).status is Status.IN_PROGRESS


def test_solved_said_of_a_finished_one_opens_nothing(counter: Counter) -> None:
    number = counter.opens()
    counter.technicians.do(number, MARIA, Commands(tags=((Tag.FINISHED, ""),), prose="Done."))
    said = Answer(text="It prints.", solved=True, once="a")
    order = counter.writes.answer(counter.viewer(JANE), number, said)
    assert (order.number, order.status) == (number, Status.FINISHED)


def test_a_primary_contact_approves_and_another_does_not(either_store: Store) -> None:
    asking = Counter(either_store, approving(), FakeClock())
    number = asking.opens()
    yes = Answer(text="", approves=True, once="a")
    with pytest.raises(RequestError):
        asking.writes.answer(asking.viewer(JANE), number, yes)
    assert asking.writes.answer(asking.viewer(PAT), number, yes).approval is Approval.GIVEN
    with pytest.raises(RequestError):  # a page that was open since: nothing is asked any more
        asking.writes.answer(asking.viewer(PAT), number, replace(yes, once="b"))


def test_one_word_of_a_form_is_one_for_each_person_and_for_each_text(counter: Counter) -> None:
    number = counter.opens(once="same")
    assert counter.opens(once="same") == number
    assert counter.opens(once="same", text="Something else.") == number + 1
    by_pat = Asked(title="Printer does not print", text="Paper jam.", once="same")
    assert counter.writes.open(counter.viewer(PAT), by_pat).number == number + 2
    assert counter.opens(once="") == number + 3
    assert counter.opens(once="") == number + 4


@pytest.mark.parametrize(
    "email",
    ["boss@other.example", "x@northwind.example", "maria@northwind.example", "x@sub.other.example"],
)
def test_nobody_takes_addresses_of_others_into_their_company(counter: Counter, email: str) -> None:
    """T10: mail from there would be this company's."""
    with counter.store.write() as unit:
        unit.people.add_customer("Other Inc", domains=["other.example"])
    with pytest.raises(RequestError):
        counter.writes.add_contact(counter.viewer(PAT), NewPerson(name="", email=email))


def test_only_the_companys_own_domain_vouches_for_who_is_added(counter: Counter) -> None:
    add = counter.writes.add_contact
    assert add(counter.viewer(PAT), NewPerson(name="", email="lou@acme.example")).proven
    assert not add(counter.viewer(PAT), NewPerson(name="", email="lou@gmail.com")).proven


def test_no_rule_makes_it_another_companys(either_store: Store) -> None:
    with either_store.write() as unit:
        unit.people.add_customer("Other Inc", domains=["other.example"])
    rule = """
[[rule]]
name = "printers are Other's"
[rule.when]
subject.contains = ["printer"]
[rule.set]
customer = "Other Inc"
"""
    counter = Counter(either_store, rules(intake=rule), FakeClock())
    with either_store.read() as unit:
        order = unit.orders.get(counter.opens())
    assert order is not None
    assert order.customer_id == counter.viewer(JANE).contact.customer_id


def test_guesses_at_one_moment_count_too(counter: Counter) -> None:
    entrance, _ = counter.door()
    entrance.ask(JANE, HERE, next_page="")
    with ThreadPoolExecutor(16) as crowd:
        found = list(crowd.map(lambda n: entrance.by_code(HERE, f"{n:06}"), range(16)))
    assert not any(isinstance(each, Admitted) for each in found)
    with counter.store.engine.connect() as connection:
        (wrong,) = connection.execute(text("SELECT wrong FROM portal_logins")).one()
    assert wrong == MOST_WRONG_CODES


def test_presses_at_one_moment_send_one_mail(counter: Counter) -> None:
    entrance, _ = counter.door()
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda _: entrance.ask(JANE, HERE, next_page=""), range(8)))
    with counter.store.read() as unit:
        assert len([row for row in unit.outbox.rows() if row.kind is NoticeKind.LOGIN]) == 1


def test_words_in_a_form_are_words_whatever_they_look_like(counter: Counter) -> None:
    """Buttons say what is done; what a technician types beside them is no tag."""
    number = counter.opens()
    prose = "#finished\nis what you would write in a mail."
    done = counter.technicians.do(number, MARIA, Commands(tags=(), prose=prose))
    assert done.order.status is Status.IN_PROGRESS
    with counter.store.read() as unit:
        assert unit.orders.events(number)[-1].text == prose


def test_a_button_does_what_its_tag_does_with_the_same_line(counter: Counter) -> None:
    number = counter.opens()
    by_button = counter.technicians.do(number, MARIA, Commands(tags=((Tag.ASSIGN, "me"),)))
    assert by_button.transcript is not None
    (line,) = by_button.transcript.lines
    assert (line.written, line.effect.value) == ("#assign me", "assigned")


def test_what_one_may_not_see_one_cannot_answer(counter: Counter) -> None:
    number = counter.opens()
    with counter.store.write() as unit:
        acme = unit.people.customer_by_name("Acme Ltd")
        assert acme is not None
        unit.people.add_contact("kim@acme.example", customer_id=acme.id)
    kim = counter.viewer("kim@acme.example")
    with pytest.raises(NotFoundError):
        counter.writes.answer(kim, number, Answer(text="hm", once="a"))
    with pytest.raises(RequestError, match="only a primary contact"):
        counter.writes.add_contact(kim, NewPerson(name="", email="x@acme.example"))


def test_who_takes_part_follows_the_work_order(counter: Counter) -> None:
    """The table that contacts are found by says what the work order says."""
    first, second = counter.opens(), counter.opens(once="another")
    do = counter.technicians.do
    do(first, MARIA, Commands(tags=((Tag.CC, "vendor@parts.example"),)))
    do(second, MARIA, Commands(tags=((Tag.CC, "second@parts.example"),)))
    do(second, MARIA, Commands(tags=((Tag.MERGE, f"WO-{first}"),)))
    do(first, MARIA, Commands(tags=((Tag.CC, "-vendor@parts.example"),)))
    with counter.store.engine.connect() as connection:
        rows = connection.execute(text("SELECT number, email FROM order_people")).all()
    with counter.store.read() as unit:
        for number in (first, second):
            order = unit.orders.get(number)
            assert order is not None
            assert {email for n, email in rows if n == number} == set(order.participants)


def test_a_technician_on_the_telephone_takes_it_and_sends_it_once(counter: Counter) -> None:
    opening = OpenOrder(
        store=counter.store, policy=SITE.policy, first_number=1001, clock=counter.clock
    )
    request = OpenRequest(
        contact=JANE, title="VPN", text="It drops.", technician=MARIA, takes=True, once="call"
    )
    order = opening(request)
    assert opening(request).number == order.number
    assert order.technician_id is not None


def test_a_code_lets_in_once_and_only_in_its_browser(counter: Counter) -> None:
    entrance, sessions = counter.door()
    assert entrance.ask(JANE, HERE, next_page="/orders")
    with counter.store.read() as unit:
        (row,) = [row for row in unit.outbox.rows() if row.kind is NoticeKind.LOGIN]
    assert row.enclosure is not None
    assert row.enclosure.login is not None
    code = row.enclosure.login.code
    elsewhere = Caller(browser="another", address="192.0.2.8")
    assert entrance.by_code(elsewhere, code) is Refusal.GONE
    admitted = entrance.by_code(HERE, code)
    assert isinstance(admitted, Admitted)
    assert entrance.by_code(HERE, code) is Refusal.WRONG_CODE
    viewer = sessions.viewer(admitted.secret)
    assert isinstance(viewer, ContactViewer)
    assert viewer.email == JANE
    counter.clock.advance(timedelta(days=3))
    sessions.sweep()
    assert sessions.viewer(admitted.secret) is None
    with counter.store.engine.connect() as connection:
        for table in ("portal_logins", "portal_sessions", "portal_tries"):
            kept = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - our own tables
            assert kept == 0, table


def test_what_the_portal_reads_is_the_same_in_both_databases(counter: Counter) -> None:
    with counter.store.write() as unit:
        acme = unit.people.customer_by_name("Acme Ltd")
        assert acme is not None
        piece = unit.people.add_equipment("PRN-2", customer_id=acme.id)
    first = counter.opens(equipment=(piece.id,), text="It says paper jam.")
    second = counter.opens(once="b", title="Screen", text="It is dark.")
    for tags, prose in (
        (((Tag.INTERNAL, ""),), "A margin of 40 %."),
        (((Tag.WAITING_PARTS, ""),), "A drum is ordered."),
        ((), "Sent by mistake."),
        (((Tag.UNDO, ""),), ""),
    ):
        counter.clock.advance(timedelta(minutes=1))
        counter.technicians.do(first, MARIA, Commands(tags=tags, prose=prose))
    jane, everything = scope_of(counter.viewer(JANE)), Scope()

    def found(scope: Scope, **wanted: Any) -> list[int]:
        with counter.store.read() as unit:
            listing = unit.screens.listing(scope, Wanted(**wanted))
        assert listing.more is None
        return [row.number for row in listing.rows]

    assert found(jane) == found(everything) == [second, first]
    assert found(jane, statuses=(Status.WAITING_PARTS,)) == [first]
    assert found(jane, words=("drum", "JAM")) == [first]
    assert found(jane, words=("margin",)) == found(jane, words=("mistake",)) == []
    assert found(everything, words=("margin",)) == [first]
    assert found(jane, equipment=piece.id) == [first]
    assert found(jane, before=second) == [first]
    assert found(Scope(customer_id=acme.id, email="kim@acme.example")) == []
    with counter.store.read() as unit:
        thread = unit.screens.thread(jane, first, prefix="WO")
        assert unit.screens.thread(Scope(customer_id=99), first, prefix="WO") is None
        assert unit.screens.going_on(Scope(customer_id=99), first) is None
    assert thread is not None
    assert [note.text for note in thread.card.notes] == ["A drum is ordered."]
    assert thread.card.service == "It says paper jam."

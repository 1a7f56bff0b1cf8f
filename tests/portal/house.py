"""A portal on a small site, and the people who look at it with a browser that runs no scripts."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from builders import SUPPORT, policy
from fakes import FakeClock
from workorder.core.model import Customer, Equipment
from workorder.core.notice import Letter, NoticeKind, SiteCard
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.core.trust import parse_way
from workorder.portal.app import create_app
from workorder.portal.services import Services
from workorder.steps.customer_writes import CustomerWrites
from workorder.steps.entrance import Entrance
from workorder.steps.hours import BankDesk, Purchase
from workorder.steps.requests import OpenOrder, OpenRequest
from workorder.steps.sessions import Passwords, Sessions
from workorder.steps.site_rules import SiteRules
from workorder.steps.writing import TechnicianWrites, Words
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.outbox import OutboxRow
from workorder.store.queries import OrderView
from workorder.store.unit import Store

JANE, PAT, KIM = "jane@acme.example", "pat@acme.example", "kim@acme.example"
MORGAN, SAM = "morgan@other.example", "sam@other.example"
MARIA, TOM = "maria@northwind.example", "tom@northwind.example"
KEY = b"a key of sixty-four characters, as init makes one for each site."
NO_HEADERS: Mapping[str, str] = {}
URL = "http://portal.northwind.example"


class Compiled(BytecodeCache):
    """Pages that one portal compiled, for the next test's."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass
class House:
    """The site: Acme Ltd (Jane, Kim, and Pat who is primary), Other Inc, Maria and Tom."""

    store: Store
    clock: FakeClock = field(default_factory=FakeClock)
    rules: RuleSet = BUILT_IN
    url: str = URL
    one_click: tuple[str, ...] = ()
    overrides: Path = Path("/nowhere")
    woken: int = 0
    printed: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site = SiteRules(policy=policy(), ways=(parse_way("reply"),), authserv_id="mx.example")
        passwords = Passwords()
        self.sessions = Sessions(
            store=self.store, policy=self.site.policy, passwords=passwords, clock=self.clock
        )
        self.entrance = Entrance(
            store=self.store,
            policy=self.site.policy,
            key=KEY,
            passwords=passwords,
            clock=self.clock,
        )
        self.app: Flask = create_app(
            Services(
                store=self.store,
                site=SiteCard(
                    name="Northwind IT Services",
                    support_address=SUPPORT,
                    portal_url=self.url,
                    timezone="America/New_York",
                ),
                policy=self.site.policy,
                clock=self.clock,
                entrance=self.entrance,
                sessions=self.sessions,
                rules=lambda: self.rules,
                customer_writes=self.customer_writes,
                technician_writes=self.technician_writes,
                open_order=self.open_order,
                pdf=self._print,
                wake=self._wake,
                key=KEY,
                max_upload=300_000,
                overrides=self.overrides,
                one_click=self.one_click,
            ),
            compiled=COMPILED,
        )
        self.app.testing = True

    def _print(self, letter: Letter) -> bytes:
        self.printed.append(letter)
        return b"%PDF-1.4 a page"

    def _wake(self) -> None:
        self.woken += 1

    def customer_writes(self) -> CustomerWrites:
        return CustomerWrites(
            store=self.store,
            rules=self.site,
            rule_set=self.rules,
            first_number=1001,
            clock=self.clock,
        )

    def technician_writes(self) -> TechnicianWrites:
        return TechnicianWrites(
            store=self.store,
            rules=self.site,
            rule_set=self.rules,
            first_number=1001,
            clock=self.clock,
        )

    def open_order(self) -> OpenOrder:
        return OpenOrder(
            store=self.store,
            policy=self.site.policy,
            first_number=1001,
            clock=self.clock,
            rules=self.rules,
        )

    # -- what there is ------------------------------------------------------------------------

    def opens(self, email: str, title: str = "Printer does not print", **more: object) -> int:
        """A work order of a contact's; its number."""
        request = OpenRequest(contact=email, title=title, text=f"{title}, please help.", **more)  # type: ignore[arg-type] # a request's values
        return self.open_order()(request).number

    def writes(self, number: int, text: str, technician: str = MARIA) -> None:
        """A technician writes, with tags on top as in a mail."""
        assert self.technician_writes()(number, technician, Words(text=text)).applied

    def buys(self, customer: str, hours: float) -> None:
        desk = BankDesk(
            store=self.store, policy=self.site.policy, rules=self.rules, clock=self.clock
        )
        desk.buy(self.customer(customer).id, Purchase(minutes=int(hours * 60)))

    def customer(self, name: str) -> Customer:
        with self.store.read() as unit:
            found = unit.people.customer_by_name(name)
        assert found is not None
        return found

    def equipment(self, customer: str) -> tuple[Equipment, ...]:
        with self.store.read() as unit:
            return unit.people.equipment_of(self.customer(customer).id)

    def order(self, number: int) -> OrderView:
        with self.store.read() as unit:
            view = unit.queries.order(number)
        assert view is not None
        return view

    def kinds(self, number: int) -> list[str]:
        detail = self.order(number).detail
        assert detail is not None
        return [event.kind for event in detail.events]

    def notices(self, kind: NoticeKind | None = None) -> list[OutboxRow]:
        """What is to be mailed, oldest first."""
        with self.store.read() as unit:
            rows = sorted(unit.outbox.rows(), key=lambda row: row.id)
        return [row for row in rows if kind in {None, row.kind}]

    def told(self, kind: NoticeKind) -> set[str]:
        return {row.recipient for row in self.notices(kind)}

    def later(self, **step: float) -> datetime:
        self.sessions.note_used()
        self.clock.advance(timedelta(**step))
        return self.clock.now

    # -- who looks ----------------------------------------------------------------------------

    def visitor(self, email: str | None = None, *, address: str = "192.0.2.7") -> "Visitor":
        """Somebody with a browser of their own; logged in, if an address is given."""
        visitor = Visitor(self.app.test_client(), address=address)
        if email is not None:
            admitted = self.entrance.admit(email)
            assert admitted is not None
            with visitor.client.session_transaction() as cookie:
                cookie["who"] = admitted.secret
        return visitor


@dataclass
class Page:
    """What a browser shows."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def text(self) -> str:
        """What can be read on it, white space folded."""
        reader = _Reader()
        reader.feed(self.html)
        return " ".join("".join(reader.pieces).split())

    @property
    def goes_to(self) -> str:
        return self.response.headers.get("Location", "")

    def field(self, name: str) -> str:
        """The value of a hidden or text field."""
        found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', self.html)
        assert found, f"no field {name}"
        return found[1]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs
        self.pieces.append(" ")


@dataclass
class Visitor:
    """A person before a browser."""

    client: FlaskClient
    address: str
    headers: dict[str, str] = field(default_factory=dict)

    def sees(self, path: str) -> Page:
        """Open an address; redirections are shown, not followed."""
        return Page(
            self.client.get(
                path,
                headers=self.headers,
                environ_overrides={"REMOTE_ADDR": self.address},
                buffered=True,
            )
        )

    def follows(self, path: str) -> Page:
        """Open an address, and go where it leads."""
        page = self.sees(path)
        for _ in range(5):
            if not page.goes_to:
                return page
            page = self.sees(page.goes_to)
        raise AssertionError(f"{path} leads round and round")

    def sends(
        self,
        path: str,
        values: dict[str, object] | None = None,
        *,
        files: Sequence[tuple[str, bytes]] = (),
        token: str | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Page:
        """Send a form, with the token that a page of ours has, unless told another."""
        own = self.sees("/how-to").field("csrf_token") if token is None else token
        data: dict[str, object] = {"csrf_token": own, **(values or {})}
        if files:
            data["files"] = [(io.BytesIO(content), name) for name, content in files]
        return Page(
            self.client.post(
                path,
                data=data,
                content_type="multipart/form-data" if files else None,
                headers={**self.headers, **headers},
                environ_overrides={"REMOTE_ADDR": self.address},
            )
        )


def new_store(folder: Path) -> Store:
    """The store of a new site with its people and things."""
    engine = open_engine(f"sqlite:///{folder / 'workorder.db'}", create=True)
    create_schema(engine)
    store = Store(engine, Files(folder / "files"))
    with store.write() as unit:
        people = unit.people
        acme = people.add_customer("Acme Ltd", domains=["acme.example"])
        people.add_contact(JANE, customer_id=acme.id, name="Jane Roe")
        people.add_contact(PAT, customer_id=acme.id, name="Pat Lee", primary=True)
        people.add_contact(KIM, customer_id=acme.id, name="Kim Day")
        people.add_equipment(
            customer_id=acme.id, tag="PRN-2", name="Front desk printer", serial="VNB3R12345"
        )
        people.add_equipment(customer_id=acme.id, tag="SRV-01", name="File server")
        other = people.add_customer("Other Inc", domains=["other.example"])
        people.add_contact(MORGAN, customer_id=other.id, name="Morgan Poe", primary=True)
        people.add_contact(SAM, customer_id=other.id, name="Sam Orr")
        people.add_equipment(customer_id=other.id, tag="LAP-9", name="Laptop")
        people.add_technician(MARIA, name="Maria Santos")
        people.add_technician(TOM, name="Tom Berg")
    return store


HouseMaker = Callable[..., House]

__all__ = ["House", "HouseMaker", "Page", "Visitor", "new_store"]

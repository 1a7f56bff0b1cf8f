"""Letting people into the portal: by a mailed link or code, or by a password (T30-T32).

Secrets are random, kept as hashes, and good once. Nothing here says whether an address is known:
what is done for a stranger is what is done for a contact, less the mail.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from workorder.core.books import Enclosure, LoginCard
from workorder.core.decision import Policy
from workorder.core.entrance import (
    CODE_DIGITS,
    LOGIN_LASTS,
    MOST_WRONG_CODES,
    PER_ADDRESS,
    PER_EMAIL,
    SEEN_EVERY,
    SESSION_IDLE,
    Admitted,
    Door,
    Refusal,
)
from workorder.core.message import Address, normal_address
from workorder.core.model import Contact, Technician
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.viewer import ContactViewer, TechnicianViewer, Viewer, person_key
from workorder.steps.facts import new_message_id
from workorder.store.access import LoginRow
from workorder.store.outbox import NewNotice
from workorder.store.unit import Store, Unit

_SECRET_BYTES = 16  # 128 bits
# RFC 9106 allows less memory for more passes: a dozen at once must not fill a small machine.
_HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
_NOBODYS = _HASHER.hash(secrets.token_urlsafe(_SECRET_BYTES))


def new_secret() -> str:
    """128 random bits in letters that a URL and a cookie take."""
    return secrets.token_urlsafe(_SECRET_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who tries: the secret of their browser, and the network address they come from."""

    browser: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A mailed link that is good. `same_browser`: it was asked for here, and needs no code."""

    same_browser: bool


class Entrance:
    """The portal's door."""

    def __init__(
        self, *, store: Store, policy: Policy, key: bytes, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._policy = policy
        self._key = key
        self._clock = clock

    # -- asking -----------------------------------------------------------------------------

    def ask(self, email: str, caller: Caller, *, next_page: str) -> bool:
        """Mail a link and a code to a known address; False where it was asked too often from here.

        An unknown address is treated alike in every way that can be seen (T31).
        """
        now = self._clock()
        normal = normal_address(email) or ""
        with self._store.write() as unit:
            if _over(unit, Door.MAIL, now, address=caller.address):
                return False
            again = _over(unit, Door.MAIL, now, email=normal)
            unit.access.tried(Door.MAIL, email=normal, address=caller.address, at=now)
            person = None if again else _person_of(unit, normal)
            # Asked for again in the same browser, the mail that is on its way stays good.
            if not (again and self._pending(unit, caller.browser, now)):
                self._add_login(unit, person, caller, next_page, now)
        return True

    def _pending(self, unit: Unit, browser: str, now: datetime) -> bool:
        login = unit.access.login_of_browser(_hash(browser))
        return login is not None and not _is_over(login, now)

    def _add_login(
        self,
        unit: Unit,
        person: Contact | Technician | None,
        caller: Caller,
        next_page: str,
        now: datetime,
    ) -> None:
        token = new_secret()
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        login_id = unit.access.add_login(
            {
                "person": person_key(person) if person else None,
                "token_hash": _hash(token),
                "code_hash": self._code_hash(_hash(token), code),
                "browser_hash": _hash(caller.browser),
                "next": next_page,
                "expires_at": now + LOGIN_LASTS,
            }
        )
        if person is not None:
            card = LoginCard(
                code=code, path=f"/login/{token}", minutes=int(LOGIN_LASTS.total_seconds() // 60)
            )
            unit.outbox.add([self._mail(unit, person, card, login_id)], now)

    def _mail(
        self, unit: Unit, person: Contact | Technician, card: LoginCard, login_id: int
    ) -> NewNotice:
        is_contact = isinstance(person, Contact)
        request = NoticeRequest(
            kind=NoticeKind.LOGIN,
            recipient=Address(name=person.name, email=person.email),
            audience=Audience.CUSTOMER if is_contact else Audience.TECHNICIAN,
            language=language_of(unit, person, self._policy.language),
            with_pdf=False,
            auto_submitted=AutoSubmitted.GENERATED,
            in_reply_to=None,
            references=(),
            template=NoticeKind.LOGIN.value,
            enclosure=Enclosure(login=card),
        )
        return NewNotice(
            number=None,
            event_id=None,
            mail_id=None,
            request=request,
            message_id=new_message_id("login", self._policy.domain),
            key=f"login:{login_id}",
        )

    # -- coming in --------------------------------------------------------------------------

    def offer(self, token: str, browser: str) -> Offer | None:
        """What a mailed link leads to; nothing is spent by looking. None: it is good no more."""
        with self._store.read() as unit:
            login = unit.access.login_by_token(_hash(token))
        if login is None or not _is_good(login, self._clock()):
            return None
        return Offer(same_browser=hmac.compare_digest(login.browser_hash, _hash(browser)))

    def by_link(self, token: str, caller: Caller, code: str) -> Admitted | Refusal:
        """Come in by a mailed link; in another browser than it was asked for in, with the code."""
        now = self._clock()
        with self._store.write() as unit:
            login = unit.access.login_by_token(_hash(token))
            if login is None or not _is_good(login, now):
                return Refusal.GONE
            if not hmac.compare_digest(login.browser_hash, _hash(caller.browser)):
                refusal = self._check_code(unit, login, code, caller, now)
                if refusal is not None:
                    return refusal
            return _admit(unit, login, now)

    def by_code(self, caller: Caller, code: str) -> Admitted | Refusal:
        """Come in by the mailed code, typed into the browser that it was asked for in."""
        now = self._clock()
        with self._store.write() as unit:
            login = unit.access.login_of_browser(_hash(caller.browser))
            if login is None or _is_over(login, now):
                return Refusal.GONE
            refusal = self._check_code(unit, login, code, caller, now)
            return refusal if refusal is not None else _admit(unit, login, now)

    def _check_code(
        self, unit: Unit, login: LoginRow, code: str, caller: Caller, now: datetime
    ) -> Refusal | None:
        if _over(unit, Door.CODE, now, address=caller.address):
            return Refusal.TOO_OFTEN
        digits = "".join(c for c in code if c.isascii() and c.isdigit())
        typed = self._code_hash(login.token_hash, digits)
        # A login of nobody's has a code too, which nobody was told, and is refused alike.
        if hmac.compare_digest(login.code_hash, typed) and _is_good(login, now):
            return None
        unit.access.wrong_code(login.id)
        unit.access.tried(Door.CODE, email="", address=caller.address, at=now)
        return Refusal.WRONG_CODE

    def by_password(self, email: str, password: str, caller: Caller) -> Admitted | Refusal:
        """Come in by a password that the person set before."""
        now = self._clock()
        normal = normal_address(email) or ""
        with self._store.write() as unit:
            if _over(unit, Door.PASSWORD, now, email=normal, address=caller.address):
                return Refusal.TOO_OFTEN
            # Counted before it is known to be wrong: many tries at once count too.
            unit.access.tried(Door.PASSWORD, email=normal, address=caller.address, at=now)
            person = _person_of(unit, normal)
            kept = unit.access.password(person_key(person)) if person else None
        is_right = _verified(kept or _NOBODYS, password)
        if person is None or kept is None or not is_right:
            return Refusal.WRONG_PASSWORD
        with self._store.write() as unit:
            unit.access.forget_tries(Door.PASSWORD, email=normal)
            return Admitted(secret=_new_session(unit, person_key(person), now), next="")

    def admit(self, email: str) -> Admitted | None:
        """Let a person in whom nobody has to prove: the demo's one click, on loopback."""
        now = self._clock()
        with self._store.write() as unit:
            person = _person_of(unit, email)
            if person is None:
                return None
            return Admitted(secret=_new_session(unit, person_key(person), now), next="")

    # -- being in ---------------------------------------------------------------------------

    def viewer(self, secret: str) -> Viewer | None:
        """Who is logged in with this secret; None where nobody is, or they were removed."""
        now = self._clock()
        with self._store.read() as unit:
            session = unit.access.session(_hash(secret))
            if session is None or now - session.seen_at > SESSION_IDLE:
                return None
            viewer = _viewer_of(unit, session.person)
        if viewer is not None and now - session.seen_at > SEEN_EVERY:
            with self._store.write() as unit:
                unit.access.seen(session.id, now)
        return viewer

    def leave(self, secret: str) -> None:
        """Log out."""
        with self._store.write() as unit:
            unit.access.end_session(_hash(secret))

    def has_password(self, viewer: Viewer) -> bool:
        """Whether they have set one."""
        with self._store.read() as unit:
            return unit.access.password(person_key(_person(viewer))) is not None

    def set_password(self, viewer: Viewer, password: str | None, *, secret: str) -> None:
        """Keep a password, or none any more; every other browser of theirs is logged out."""
        hashed = _HASHER.hash(password) if password is not None else None
        person = person_key(_person(viewer))
        with self._store.write() as unit:
            unit.access.set_password(person, hashed, self._clock())
            unit.access.end_sessions_of(person, but=_hash(secret))

    def sweep(self) -> None:
        """Forget what is over."""
        with self._store.write() as unit:
            unit.access.sweep(self._clock(), idle=SESSION_IDLE)

    def _code_hash(self, token_hash: str, code: str) -> str:
        """A million codes are soon tried: without the site's key their hashes tell nothing."""
        return hmac.new(self._key, f"{token_hash}:{code}".encode(), hashlib.sha256).hexdigest()


def language_of(unit: Unit, person: Contact | Technician, default: str) -> str:
    """The language that a person is written to in."""
    if isinstance(person, Technician):
        return default
    customer = unit.people.customer_by_id(person.customer_id)
    return person.language or (customer.language if customer else None) or default


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _person_of(unit: Unit, email: str) -> Contact | Technician | None:
    return unit.people.technician_by_email(email) or unit.people.contact_by_email(email)


def _person(viewer: Viewer) -> Contact | Technician:
    return viewer.contact if isinstance(viewer, ContactViewer) else viewer.technician


def _over(
    unit: Unit, door: Door, now: datetime, *, email: str | None = None, address: str | None = None
) -> bool:
    """Whether one may not try again yet, for the sake of either."""
    tries = unit.access.tries
    return any(
        email is not None and tries(door, since=limit.since(now), email=email) >= limit.most
        for limit in PER_EMAIL[door]
    ) or any(
        address is not None and tries(door, since=limit.since(now), address=address) >= limit.most
        for limit in PER_ADDRESS[door]
    )


def _is_over(login: LoginRow, now: datetime) -> bool:
    return login.used_at is not None or login.expires_at <= now


def _is_good(login: LoginRow, now: datetime) -> bool:
    few = login.wrong < MOST_WRONG_CODES
    return few and login.person is not None and not _is_over(login, now)


def _admit(unit: Unit, login: LoginRow, now: datetime) -> Admitted | Refusal:
    person = login.person
    assert person is not None  # a login of nobody's is never good
    if _viewer_of(unit, person) is None or not unit.access.use_login(login.id, now):
        return Refusal.GONE
    unit.access.spend_logins_of(person, now)
    return Admitted(secret=_new_session(unit, person, now), next=login.next)


def _new_session(unit: Unit, person: str, now: datetime) -> str:
    secret = new_secret()
    unit.access.add_session(_hash(secret), person, now)
    return secret


def _viewer_of(unit: Unit, person: str) -> Viewer | None:
    kind, _, number = person.partition(":")
    if kind == "technician":
        technician = next((t for t in unit.people.technicians() if t.id == int(number)), None)
        return TechnicianViewer(technician=technician) if technician else None
    contact = unit.people.contact_by_id(int(number))
    # One that was removed is found by its id still, and by its address no more.
    present = contact and unit.people.contact_by_email(contact.email)
    customer = unit.people.customer_by_id(contact.customer_id) if contact else None
    if contact is None or present is None or present.id != contact.id or customer is None:
        return None
    return ContactViewer(contact=contact, customer=customer)


def _verified(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False

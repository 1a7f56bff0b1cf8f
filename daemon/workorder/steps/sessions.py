"""Being in the portal: who a browser's secret stands for, and the passwords that people set."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from workorder.core.books import Enclosure, LoginCard
from workorder.core.decision import Policy
from workorder.core.entrance import FRESH, SEEN_EVERY, SESSION_IDLE, SESSION_LASTS, Refusal
from workorder.core.message import Address
from workorder.core.model import Contact, Technician
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.viewer import ContactViewer, TechnicianViewer, Viewer, person_key
from workorder.steps.facts import new_message_id
from workorder.store.access import SessionRow
from workorder.store.outbox import NewNotice
from workorder.store.unit import Store, Unit

_SECRET_BYTES = 16  # 128 bits


def new_secret() -> str:
    """128 random bits in letters that a URL and a cookie take."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret that nobody could guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Passwords:
    """Passwords of people's own choice, which a thief of the database would try to guess."""

    def __init__(self) -> None:
        # RFC 9106 lets passes stand for memory: a dozen at once must not fill a small machine.
        self._hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the one that was kept; without one it takes as long, and it is not."""
        try:
            return self._hasher.verify(kept or self._nobodys, password) and kept is not None
        except (Argon2Error, InvalidHashError):
            return False

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(new_secret())


class Sessions:
    """Who is logged in."""

    def __init__(
        self, *, store: Store, policy: Policy, passwords: Passwords, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._policy = policy
        self._passwords = passwords
        self._clock = clock
        self._used: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def viewer(self, secret: str) -> Viewer | None:
        """Who is logged in with this secret; None where nobody is, or they were removed.

        Only reads: that the session is in use is noted by `note_used`, off the page's way.
        """
        now = self._clock()
        with self._store.read() as unit:
            session = unit.access.session(hashed(secret))
            if session is None or _is_over(session, now):
                return None
            viewer = viewer_of(unit, session.person)
        if viewer is not None and now - session.seen_at > SEEN_EVERY:
            with self._lock:
                self._used[session.id] = now
        return viewer

    def note_used(self) -> None:
        """Note which sessions were in use, so that they do not end for being idle."""
        with self._lock:
            used, self._used = self._used, {}
        if not used:
            return
        with self._store.write() as unit:
            for session_id, at in used.items():
                unit.access.seen(session_id, at)

    def leave(self, secret: str) -> None:
        """Log out."""
        with self._store.write() as unit:
            unit.access.end_session(hashed(secret))

    def has_password(self, viewer: Viewer) -> bool:
        """Whether they have set one."""
        with self._store.read() as unit:
            return unit.access.password(person_key(person_in(viewer))) is not None

    def set_password(
        self, viewer: Viewer, password: str | None, *, current: str, secret: str
    ) -> Refusal | None:
        """Keep a password, or none any more; every other browser of theirs is logged out.

        Who finds a browser that was left open may not: the current password is asked for or, where
        there is none yet, a login that was a moment ago. The person is told by mail.

        Returns:
            Why it was not done, or None.
        """
        person = person_in(viewer)
        key, now = person_key(person), self._clock()
        with self._store.read() as unit:
            kept = unit.access.password(key)
            session = unit.access.session(hashed(secret))
        if kept is not None and not self._passwords.fits(kept, current):
            return Refusal.WRONG_PASSWORD
        if kept is None and (session is None or now - session.started_at > FRESH):
            return Refusal.NOT_FRESH
        new = self._passwords.hash(password) if password is not None else None
        with self._store.write() as unit:
            unit.access.set_password(key, new, now)
            unit.access.end_sessions_of(key, but=hashed(secret))
            unit.access.spend_logins_of(key, now)
            card = LoginCard(code="", path="/login", minutes=0)
            notice = login_notice(unit, person, card, self._policy, key=f"{key}:{now.isoformat()}")
            unit.outbox.add([notice], now)
        return None

    def sweep(self) -> None:
        """Forget what is over."""
        with self._store.write() as unit:
            unit.access.sweep(self._clock(), idle=SESSION_IDLE)


def login_notice(
    unit: Unit, person: Contact | Technician, card: LoginCard, policy: Policy, *, key: str
) -> NewNotice:
    """A mail about logging in, to the one whom it lets in."""
    is_contact = isinstance(person, Contact)
    request = NoticeRequest(
        kind=NoticeKind.LOGIN,
        recipient=Address(name=person.name, email=person.email),
        audience=Audience.CUSTOMER if is_contact else Audience.TECHNICIAN,
        language=language_of(unit, person, policy.language),
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
        message_id=new_message_id("login", policy.domain),
        key=f"login:{key}",
    )


def language_of(unit: Unit, person: Contact | Technician, default: str) -> str:
    """The language that a person is written to in."""
    if isinstance(person, Technician):
        return default
    customer = unit.people.customer_by_id(person.customer_id)
    return person.language or (customer.language if customer else None) or default


def person_in(viewer: Viewer) -> Contact | Technician:
    """The person who looks."""
    return viewer.contact if isinstance(viewer, ContactViewer) else viewer.technician


def viewer_of(unit: Unit, person: str) -> Viewer | None:
    """Who is meant by a person's key; None where they were removed."""
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


def _is_over(session: SessionRow, now: datetime) -> bool:
    return now - session.seen_at > SESSION_IDLE or now - session.started_at > SESSION_LASTS

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
from ipaddress import IPv6Address, ip_address

from workorder.core.books import LoginCard
from workorder.core.decision import Policy
from workorder.core.entrance import (
    CODE_DIGITS,
    LOGIN_LASTS,
    MOST_WRONG_CODES,
    PER_EMAIL,
    PER_NETWORK,
    PER_PAIR,
    Admitted,
    Door,
    Limit,
    Refusal,
)
from workorder.core.message import normal_address
from workorder.core.model import Contact, Technician
from workorder.core.viewer import person_key
from workorder.steps.sessions import Passwords, hashed, login_notice, new_secret, viewer_of
from workorder.store.access import LoginRow
from workorder.store.unit import Store, Unit

_PREFIX = 64  # bits of an IPv6 address that are one household's or company's


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who tries: the secret of their browser, and the network address they come from.

    `known`: the e-mail address of somebody who was logged in with this browser before, or ''.
    """

    browser: str
    address: str
    known: str = ""

    def network(self, email: str) -> str:
        """What counts as one network for tries of an e-mail address.

        An IPv6 address is one of very many of its owner's; a browser that its owner was logged in
        with is no stranger's.
        """
        if self.known and self.known == email:
            return f"known:{hashed(email)[:16]}"
        try:
            address = ip_address(self.address.strip("[]").partition("%")[0])
        except ValueError:
            return self.address
        if isinstance(address, IPv6Address):
            return f"{IPv6Address(int(address) >> (128 - _PREFIX) << (128 - _PREFIX))}/{_PREFIX}"
        return str(address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A mailed link that is good. `same_browser`: it was asked for here, and needs no code."""

    same_browser: bool


class Entrance:
    """The portal's door."""

    def __init__(
        self,
        *,
        store: Store,
        policy: Policy,
        key: bytes,
        passwords: Passwords,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._policy = policy
        self._key = key
        self._passwords = passwords
        self._clock = clock

    # -- asking -----------------------------------------------------------------------------

    def ask(self, email: str, caller: Caller, *, next_page: str) -> bool:
        """Mail a link and a code to a known address; False where it was asked too often from here.

        An unknown address is treated alike in every way that can be seen (T31).
        """
        now = self._clock()
        normal = normal_address(email) or ""
        with self._store.write() as unit:
            unit.access.alone(f"{Door.MAIL}:{normal}")
            if _over_network(unit, Door.MAIL, now, caller):
                return False
            again = _over_email(unit, Door.MAIL, now, normal, caller)
            # A press that sends nothing uses nothing up: else one could keep another out for good.
            _count(unit, Door.MAIL, caller, now, email="" if again else normal)
            person = None if again else _person_of(unit, normal)
            # Asked for again in the same browser, the mail that is on its way stays good.
            if not (again and self._pending(unit, caller.browser, now)):
                self._add_login(unit, person, caller, next_page, now)
        return True

    def _pending(self, unit: Unit, browser: str, now: datetime) -> bool:
        login = unit.access.login_of_browser(hashed(browser))
        return login is not None and login.used_at is None and login.expires_at > now

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
                "token_hash": hashed(token),
                "code_hash": self._code_hash(hashed(token), code),
                "browser_hash": hashed(caller.browser),
                "next": next_page,
                "expires_at": now + LOGIN_LASTS,
            }
        )
        if person is not None:
            minutes = int(LOGIN_LASTS.total_seconds() // 60)
            card = LoginCard(code=code, path=f"/login/{token}", minutes=minutes)
            notice = login_notice(unit, person, card, self._policy, key=f"{login_id}")
            unit.outbox.add([notice], now)

    # -- coming in --------------------------------------------------------------------------

    def offer(self, token: str, browser: str) -> Offer | None:
        """What a mailed link leads to; nothing is spent by looking. None: it is good no more."""
        with self._store.read() as unit:
            login = unit.access.login_by_token(hashed(token))
        if login is None or not _is_good(login, self._clock()):
            return None
        return Offer(same_browser=hmac.compare_digest(login.browser_hash, hashed(browser)))

    def by_link(self, token: str, caller: Caller, code: str) -> Admitted | Refusal:
        """Come in by a mailed link; in another browser than it was asked for in, with the code."""
        now = self._clock()
        with self._store.write() as unit:
            login = unit.access.login_by_token(hashed(token))
            if login is None or not _is_good(login, now):
                return Refusal.GONE
            # Who has the link has the mail: wrong codes that others typed do not spoil it.
            if not hmac.compare_digest(login.browser_hash, hashed(caller.browser)):
                if _over_network(unit, Door.CODE, now, caller):
                    return Refusal.TOO_OFTEN
                if not self._fits(login, code):
                    _count(unit, Door.CODE, caller, now)
                    return Refusal.WRONG_CODE
            return _admit(unit, login, now)

    def by_code(self, caller: Caller, code: str) -> Admitted | Refusal:
        """Come in by the mailed code, typed into the browser that it was asked for in."""
        now = self._clock()
        with self._store.write() as unit:
            login = unit.access.login_of_browser(hashed(caller.browser))
            if login is None or login.expires_at <= now:
                return Refusal.GONE
            if _over_network(unit, Door.CODE, now, caller):
                return Refusal.TOO_OFTEN
            whose = login.person or ""
            unit.access.alone(f"{Door.CODE}:{whose}")
            # Counted before it is compared: guesses at one moment count too. A login of nobody's
            # has a code as well, which nobody was told, and is refused alike.
            may_try = unit.access.count_code(login.id, most=MOST_WRONG_CODES)
            daily = whose and _over_total(unit, Door.CODE, now, whose)
            if may_try and not daily and _is_good(login, now) and self._fits(login, code):
                return _admit(unit, login, now)
            _count(unit, Door.CODE, caller, now, email=whose)
            return Refusal.WRONG_CODE

    def _fits(self, login: LoginRow, code: str) -> bool:
        digits = "".join(c for c in code if c.isascii() and c.isdigit())
        return hmac.compare_digest(login.code_hash, self._code_hash(login.token_hash, digits))

    def by_password(self, email: str, password: str, caller: Caller) -> Admitted | Refusal:
        """Come in by a password that the person set before."""
        now = self._clock()
        normal = normal_address(email) or ""
        with self._store.write() as unit:
            unit.access.alone(f"{Door.PASSWORD}:{normal}")
            over = _over_network(unit, Door.PASSWORD, now, caller)
            if over or _over_email(unit, Door.PASSWORD, now, normal, caller):
                return Refusal.TOO_OFTEN
            # Counted before it is known to be wrong: many tries at once count too.
            _count(unit, Door.PASSWORD, caller, now, email=normal)
            person = _person_of(unit, normal)
            kept = unit.access.password(person_key(person)) if person else None
        if not self._passwords.fits(kept, password) or person is None:
            return Refusal.WRONG_PASSWORD
        with self._store.write() as unit:
            network = caller.network(normal)
            unit.access.forget_tries(Door.PASSWORD, email=normal, address=network)
            return _new_session(unit, person_key(person), normal, now)

    def admit(self, email: str) -> Admitted | None:
        """Let a person in whom nobody has to prove: the demo's one click, on loopback."""
        now = self._clock()
        with self._store.write() as unit:
            person = _person_of(unit, email)
            return _new_session(unit, person_key(person), email, now) if person else None

    def _code_hash(self, token_hash: str, code: str) -> str:
        """A million codes are soon tried: without the site's key their hashes tell nothing."""
        return hmac.new(self._key, f"{token_hash}:{code}".encode(), hashlib.sha256).hexdigest()


def _person_of(unit: Unit, email: str) -> Contact | Technician | None:
    return unit.people.technician_by_email(email) or unit.people.contact_by_email(email)


def _count(unit: Unit, door: Door, caller: Caller, now: datetime, *, email: str = "") -> None:
    """Note a try: of the network it came from, and of the address or person it was about."""
    unit.access.tried(door, email="", address=caller.network(""), at=now)
    if email:
        unit.access.tried(door, email=email, address=caller.network(email), at=now)


def _over_network(unit: Unit, door: Door, now: datetime, caller: Caller) -> bool:
    """Whether too much was tried from a network, whoever it was about."""
    network = caller.network("")
    return _any_over(
        PER_NETWORK[door],
        lambda at: unit.access.tries(door, since=at, email="", address=network),
        now,
    )


def _over_email(unit: Unit, door: Door, now: datetime, email: str, caller: Caller) -> bool:
    """Whether too much was tried for an e-mail address, from here or from everywhere."""
    network = caller.network(email)
    if _any_over(
        PER_PAIR[door],
        lambda at: unit.access.tries(door, since=at, email=email, address=network),
        now,
    ):
        return True
    return caller.known != email and _over_total(unit, door, now, email)


def _over_total(unit: Unit, door: Door, now: datetime, email: str) -> bool:
    return _any_over(
        PER_EMAIL[door], lambda at: unit.access.tries(door, since=at, email=email), now
    )


def _any_over(limits: tuple[Limit, ...], tries: Callable[[datetime], int], now: datetime) -> bool:
    return any(tries(limit.since(now)) >= limit.most for limit in limits)


def _is_good(login: LoginRow, now: datetime) -> bool:
    return login.person is not None and login.used_at is None and login.expires_at > now


def _admit(unit: Unit, login: LoginRow, now: datetime) -> Admitted | Refusal:
    person = login.person
    assert person is not None  # a login of nobody's is never good
    viewer = viewer_of(unit, person)
    if viewer is None or not unit.access.use_login(login.id, now):
        return Refusal.GONE
    unit.access.spend_logins_of(person, now)
    admitted = _new_session(unit, person, viewer.email, now)
    return Admitted(secret=admitted.secret, next=login.next, email=viewer.email)


def _new_session(unit: Unit, person: str, email: str, now: datetime) -> Admitted:
    secret = new_secret()
    unit.access.add_session(hashed(secret), person, now)
    return Admitted(secret=secret, next="", email=email)

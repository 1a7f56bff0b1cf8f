"""Who may come into the portal: asking, being let in, sessions, passwords; hashes alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workorder.store.orders_sql import ALONE_WITH_KEY
from workorder.store.repository import Repository
from workorder.store.schema_portal import (
    portal_logins,
    portal_passwords,
    portal_posts,
    portal_sessions,
    portal_tries,
)

KEPT = timedelta(days=2)
"""How long tries and posts are remembered; no limit looks further back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    """Somebody asked to be let in. `person` None: an address that is nobody's.

    `wrong`: how many codes were typed.
    """

    id: int
    person: str | None
    token_hash: str
    code_hash: str
    browser_hash: str
    next: str
    expires_at: datetime
    wrong: int
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """Somebody is in."""

    id: int
    person: str
    started_at: datetime
    seen_at: datetime


_LOGIN = select(
    portal_logins.c.id,
    portal_logins.c.person,
    portal_logins.c.token_hash,
    portal_logins.c.code_hash,
    portal_logins.c.browser_hash,
    portal_logins.c.next,
    portal_logins.c.expires_at,
    portal_logins.c.wrong,
    portal_logins.c.used_at,
)
_CLAIM = {
    "sqlite": sqlite.insert(portal_posts).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(portal_posts).on_conflict_do_nothing(),
}
_SESSION = select(
    portal_sessions.c.id,
    portal_sessions.c.person,
    portal_sessions.c.started_at,
    portal_sessions.c.seen_at,
)


class Access(Repository):
    """The portal's door, within one transaction."""

    __slots__ = ()

    # -- how often somebody tried -------------------------------------------------------------

    def tried(self, kind: str, *, email: str, address: str, at: datetime) -> None:
        """Note a try of a kind, for the limits."""
        row = {"kind": kind, "email": email, "address": address, "at": at}
        self._connection.execute(insert(portal_tries), row)

    def tries(
        self, kind: str, *, since: datetime, email: str | None = None, address: str | None = None
    ) -> int:
        """How many tries there were for an e-mail address, or from a network address."""
        statement = select(func.count()).where(
            portal_tries.c.kind == kind, portal_tries.c.at > since
        )
        if email is not None:
            statement = statement.where(portal_tries.c.email == email)
        if address is not None:
            statement = statement.where(portal_tries.c.address == address)
        return int(self._connection.execute(statement).scalar_one())

    def forget_tries(self, kind: str, *, email: str, address: str) -> None:
        """Who came in may try again from there."""
        self._connection.execute(
            delete(portal_tries).where(
                portal_tries.c.kind == kind,
                portal_tries.c.email == email,
                portal_tries.c.address == address,
            )
        )

    def alone(self, key: str) -> None:
        """Let nobody else count tries of that key until this transaction has ended.

        SQLite has one writer anyway.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(ALONE_WITH_KEY, {"a_key": key})

    # -- logins ---------------------------------------------------------------------------------

    def add_login(self, columns: Mapping[str, object]) -> int:
        """Note that somebody asked to be let in; its id."""
        return self._insert(portal_logins, {"wrong": 0, "used_at": None, **columns})

    def login_by_token(self, token_hash: str) -> LoginRow | None:
        """The asking that a mailed link is of."""
        return self._login(_LOGIN.where(portal_logins.c.token_hash == token_hash))

    def login_of_browser(self, browser_hash: str) -> LoginRow | None:
        """The last asking of a browser."""
        newest = _LOGIN.where(portal_logins.c.browser_hash == browser_hash)
        return self._login(newest.order_by(portal_logins.c.id.desc()).limit(1))

    def _login(self, statement: Any) -> LoginRow | None:  # noqa: ANN401 - any select
        rows = self._rows(statement)
        return LoginRow(**rows[0]) if rows else None

    def count_code(self, login_id: int, *, most: int) -> bool:
        """Count a code that was typed, right or wrong; False where there were too many."""
        counted = update(portal_logins).where(
            portal_logins.c.id == login_id, portal_logins.c.wrong < most
        )
        counted = counted.values(wrong=portal_logins.c.wrong + 1)
        return self._connection.execute(counted).rowcount == 1

    def use_login(self, login_id: int, now: datetime) -> bool:
        """Spend a login; False where somebody did meanwhile."""
        spent = update(portal_logins).where(
            portal_logins.c.id == login_id, portal_logins.c.used_at.is_(None)
        )
        return self._connection.execute(spent.values(used_at=now)).rowcount == 1

    def spend_logins_of(self, person: str, now: datetime) -> None:
        """Spend every other login of a person."""
        spent = update(portal_logins).where(
            portal_logins.c.person == person, portal_logins.c.used_at.is_(None)
        )
        self._connection.execute(spent.values(used_at=now))

    # -- sessions ---------------------------------------------------------------------------------

    def add_session(self, secret_hash: str, person: str, now: datetime) -> None:
        """Let a person in."""
        row = {"secret_hash": secret_hash, "person": person, "started_at": now, "seen_at": now}
        self._insert(portal_sessions, row)

    def session(self, secret_hash: str) -> SessionRow | None:
        """The session of that secret."""
        rows = self._rows(_SESSION.where(portal_sessions.c.secret_hash == secret_hash))
        return SessionRow(**rows[0]) if rows else None

    def seen(self, session_id: int, now: datetime) -> None:
        """Note that a session is in use."""
        used = update(portal_sessions).where(portal_sessions.c.id == session_id)
        self._connection.execute(used.values(seen_at=now))

    def end_session(self, secret_hash: str) -> None:
        """Log one browser out."""
        self._connection.execute(
            delete(portal_sessions).where(portal_sessions.c.secret_hash == secret_hash)
        )

    def end_sessions_of(self, person: str, *, but: str) -> None:
        """Log a person out everywhere but in the session of the secret hash `but`."""
        self._connection.execute(
            delete(portal_sessions).where(
                portal_sessions.c.person == person, portal_sessions.c.secret_hash != but
            )
        )

    # -- passwords --------------------------------------------------------------------------------

    def password(self, person: str) -> str | None:
        """The hash of a person's password, if they set one."""
        found = select(portal_passwords.c.hash).where(portal_passwords.c.person == person)
        return self._connection.execute(found).scalar_one_or_none()

    def set_password(self, person: str, hashed: str | None, now: datetime) -> None:
        """Keep a person's password, or (None) none any more."""
        old = delete(portal_passwords).where(portal_passwords.c.person == person)
        self._connection.execute(old)
        if hashed is not None:
            row = {"person": person, "hash": hashed, "set_at": now}
            self._connection.execute(insert(portal_passwords), row)

    # -- what was sent twice ----------------------------------------------------------------------

    def claim_post(self, key: str, now: datetime) -> int | None:
        """Take a form in hand; where it was sent before, the work order that it led to.

        Whoever sends the same one at this moment waits until this transaction has ended.
        """
        claimed = _CLAIM[self._connection.dialect.name]
        row = {"key": key, "number": 0, "at": now}
        if self._connection.execute(claimed, row).rowcount == 1:
            return None
        found = select(portal_posts.c.number).where(portal_posts.c.key == key)
        return int(self._connection.execute(found).scalar_one())

    def settle_post(self, key: str, number: int) -> None:
        """Note what a form has led to."""
        led = update(portal_posts).where(portal_posts.c.key == key).values(number=number)
        self._connection.execute(led)

    def sweep(self, now: datetime, *, idle: timedelta) -> None:
        """Forget what no limit and no page asks for any more."""
        for statement in (
            delete(portal_tries).where(portal_tries.c.at < now - KEPT),
            delete(portal_logins).where(portal_logins.c.expires_at < now - KEPT),
            delete(portal_posts).where(portal_posts.c.at < now - KEPT),
            delete(portal_sessions).where(portal_sessions.c.seen_at < now - idle),
        ):
            self._connection.execute(statement)

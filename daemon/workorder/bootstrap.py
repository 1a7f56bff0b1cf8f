"""The composition root: Config -> an open site, with the one clock of the program.

What only the daemon needs is put together in service: a command that lists work orders imports
no IMAP and no scheduler.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never

from sqlalchemy import Engine

from workorder import rulefiles, shipped
from workorder.config import Config
from workorder.core.decision import Policy
from workorder.core.notice import SiteCard
from workorder.core.rules import RuleSet
from workorder.core.trust import parse_way
from workorder.errors import ConfigError, StorageError
from workorder.outbound.pool import RenderPool
from workorder.steps.customer_writes import CustomerWrites
from workorder.steps.hours import BankDesk
from workorder.steps.requests import OpenOrder
from workorder.steps.site_rules import SiteRules
from workorder.steps.writing import TechnicianWrites
from workorder.store.engine import SchemaState, open_engine, schema_state, upgrade
from workorder.store.files import Files
from workorder.store.lock import SiteLock
from workorder.store.unit import Store

SHORTEST_KEY = 32


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One configured site: what every command needs of it."""

    config: Config
    store: Store
    policy: Policy
    card: SiteCard
    clock: Callable[[], datetime]

    @property
    def rules(self) -> SiteRules:
        """How the site decides, and what proves a technician's mail."""
        config = self.config
        return SiteRules(
            policy=self.policy,
            ways=tuple(parse_way(way) for way in config.trust.commands),
            authserv_id=config.trust.authserv_id,
        )

    def rule_set(self) -> RuleSet:
        """The rules as the files have them now.

        Raises:
            ConfigError: a file is wrong.
        """
        return rulefiles.load(self.config.paths.rules)

    def technician_writes(self, rule_set: RuleSet | None = None) -> TechnicianWrites:
        """The request of a technician who writes, under these rules [those of the files now]."""
        return TechnicianWrites(
            store=self.store,
            rules=self.rules,
            rule_set=rule_set or self.rule_set(),
            first_number=self.config.numbers.first,
            clock=self.clock,
        )

    def bank_desk(self) -> BankDesk:
        """What an admin does with customers' banks."""
        return BankDesk(
            store=self.store, policy=self.policy, rules=self.rule_set(), clock=self.clock
        )

    def customer_writes(self, rule_set: RuleSet) -> CustomerWrites:
        """The requests of a contact who is logged in to the portal."""
        return CustomerWrites(
            store=self.store,
            rules=self.rules,
            rule_set=rule_set,
            first_number=self.config.numbers.first,
            clock=self.clock,
        )

    def open_order(self, rule_set: RuleSet | None = None) -> OpenOrder:
        """The request that opens a work order on a contact's behalf; rules as above."""
        return OpenOrder(
            store=self.store,
            policy=self.policy,
            first_number=self.config.numbers.first,
            clock=self.clock,
            rules=rule_set or self.rule_set(),
        )

    def pool(self, workers: int) -> RenderPool:
        """Rendering processes for this site's templates; close it after use."""
        return RenderPool(workers, shipped.templates_folder(), self.config.paths.templates)


@contextmanager
def open_site(
    config: Config, *, clock: Callable[[], datetime] = utc_now, upgrading: bool = False
) -> Iterator[Site]:
    """A site with its database open. `upgrading` brings an older schema to this program's.

    Raises:
        StorageError: there is no database, or not one that this program works with.
        SiteLockedError: it is to be upgraded while another daemon holds it.
    """
    store = Store(open_engine(config.storage.database), Files(config.storage.files))
    try:
        _require_schema(store.engine, config, upgrading=upgrading)
        yield Site(
            config=config,
            store=store,
            policy=policy_of(config),
            card=card_of(config),
            clock=clock,
        )
    finally:
        store.close()


def _require_schema(engine: Engine, config: Config, *, upgrading: bool) -> None:
    state = schema_state(engine)
    match state:
        case SchemaState.CURRENT:
            pass
        case SchemaState.BEHIND if upgrading:
            with SiteLock.acquire(engine, [box.name for box in config.mailboxes]):
                upgrade(engine)
        case SchemaState.BEHIND:
            raise StorageError("database: made by an older Work Order; workorder run upgrades it")
        case SchemaState.MISSING:
            raise StorageError("database: it has no tables (workorder init DIR makes a new site)")
        case SchemaState.AHEAD:
            raise StorageError("database: made by a newer Work Order; install that one")
        case _:
            assert_never(state)


def site_key(path: Path) -> bytes:
    """The secret in a file.

    Raises:
        ConfigError: it is not there, or too short to be one.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        raise ConfigError([f"{path}: {reason} (workorder init makes a secret_file)"]) from fault
    if len(key) < SHORTEST_KEY:
        raise ConfigError([f"{path}: a secret_file holds {SHORTEST_KEY} characters at least"])
    return key


def policy_of(config: Config) -> Policy:
    """What deciding needs of the configuration."""
    support = config.site.support_address
    logins = {box.user for box in config.mailboxes if "@" in box.user}
    return Policy(
        prefix=config.numbers.prefix,
        own_addresses=frozenset({support.lower(), *(login.lower() for login in logins)}),
        domain=support.rpartition("@")[2],
        language=config.site.language,
        timezone=config.site.timezone,
        admin_address=config.site.admin_address,
        reopen_within=timedelta(days=config.work_orders.reopen_days),
    )


def card_of(config: Config) -> SiteCard:
    """What notices and PDFs show of the configuration."""
    return SiteCard(
        name=config.site.name,
        support_address=config.site.support_address,
        portal_url=config.site.portal_url if config.portal.listen else "",
        timezone=config.site.timezone,
    )

"""The daemon put together: mailboxes, transport, rendering processes and steps, for one run."""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Self

from workorder.bootstrap import Site
from workorder.child import PortalChild
from workorder.config import MailboxConfig
from workorder.core.message import Address
from workorder.core.rules import RuleSet
from workorder.errors import LoginRefusedError
from workorder.inbound.mailbox import ImapMailbox
from workorder.outbound.smtp import SmtpTransport
from workorder.runner import Task, Wake, run_forever, run_once, stop_on_signals
from workorder.steps.compose import Compose
from workorder.steps.deliver import Send
from workorder.steps.delivery_settings import DeliverySettings
from workorder.steps.housekeeping import Housekeeping
from workorder.steps.intake import Intake, IntakeSettings
from workorder.steps.patience import Patience
from workorder.steps.remind import ClockSettings, Remind
from workorder.steps.rulebook import RuleBook
from workorder.steps.surroundings import Surroundings
from workorder.steps.trouble import trouble
from workorder.steps.wheel import Chore, Wheel
from workorder.store.lock import SiteLock

INTAKE = "intake"
DELIVER = "deliver"
REMIND = "remind"
PORTAL = "portal"
PARTS = (INTAKE, DELIVER, REMIND, PORTAL)

# A batch of fifty mails, or a server that thinks for ten minutes about the final dot.
_INTAKE_DEADLINE = 900.0
_DELIVER_DEADLINE = 1200.0
_DELIVER_IDLE = 5.0
_CLOCK_SECONDS = 20
_CLOCK_DEADLINE = 300.0
_PORTAL_IDLE = 5.0
_PORTAL_DEADLINE = 120.0


def _unwatched(_name: str) -> None:
    """In service nothing watches the steps."""


def _intake_settings(site: Site) -> IntakeSettings:
    config = site.config
    return IntakeSettings(
        rules=site.rules,
        first_number=config.numbers.first,
        admin_address=config.site.admin_address,
        max_mail_bytes=config.work_orders.max_mail_bytes,
    )


def _delivery_settings(site: Site, rules: Callable[[], RuleSet]) -> DeliverySettings:
    config = site.config
    return DeliverySettings(
        policy=site.policy,
        site=site.card,
        sender=Address(name=config.site.name, email=config.site.support_address),
        first_number=config.numbers.first,
        admin_address=config.site.admin_address,
        ways=site.rules.ways,
        rules=rules,
    )


class Daemon:
    """The daemon's parts, put together for one run; a context manager that ends them."""

    def __init__(
        self,
        site: Site,
        *,
        only: Sequence[str] = PARTS,
        checkpoint: Callable[[str], None] = _unwatched,
        renderers: int | None = None,
    ) -> None:
        """Put the parts together; nothing runs yet. `renderers`: processes [one a processor]."""
        self._site = site
        self._checkpoint = checkpoint
        self._renderers = renderers or os.cpu_count() or 1
        self._stop = threading.Event()
        self._compose_wake = Wake()
        self._send_wake = Wake()
        self._resources = ExitStack()
        self._rules = RuleBook(
            site.config.paths.rules,
            site.store,
            policy=site.policy,
            admin_address=site.config.site.admin_address,
            clock=site.clock,
            wake=self._compose_wake,
        )
        self._intakes = self._build_intakes() if INTAKE in only else []
        self._patience = Patience([box.name for _, box in self._intakes], site.clock)
        self._delivery = self._build_delivery() if DELIVER in only else None
        self._clock = self._build_clock() if REMIND in only else None
        self._portal = self._build_portal() if PORTAL in only else None

    def __enter__(self) -> Self:
        """Hold the site, and take back what a dead process had in hand.

        Raises:
            SiteLockedError: another daemon holds it.
        """
        stop_on_signals(self._stop)
        mailboxes = [mailbox.name for _, mailbox in self._intakes]
        self._resources.enter_context(SiteLock.acquire(self._site.store.engine, mailboxes))
        self._site.store.files.sweep()
        for intake, _ in self._intakes:
            intake.take_back()
        with self._site.store.write() as unit:
            unit.outbox.take_back(self._site.clock())
        return self

    def __exit__(self, *_exc: object) -> None:
        """Let everything go; children end."""
        self._resources.close()

    def run(self) -> None:
        """Work until SIGTERM."""
        run_forever(self._tasks(), self._stop)

    def run_once(self) -> list[str]:
        """Do all that is due now; the faults met, one line each."""
        intakes: list[Callable[[], bool]] = [intake for intake, _ in self._intakes]
        # What lies in the mailboxes comes before what the clock makes of its not being there.
        faults = run_once(intakes, self._stop)
        steps = [] if faults else intakes
        steps += [self._clock] if self._clock is not None else []
        if self._delivery is not None:
            compose, send = self._delivery
            steps += [compose, send]
        return faults + run_once(steps, self._stop)

    def _surroundings(self, wake: Wake) -> Surroundings:
        return Surroundings(
            clock=self._site.clock,
            wake=wake,
            stopping=self._stop.is_set,
            checkpoint=self._checkpoint,
        )

    def _build_intakes(self) -> list[tuple[Intake, ImapMailbox]]:
        site = self._site
        built = []
        for config in site.config.mailboxes:
            mailbox = ImapMailbox(config)
            self._resources.callback(mailbox.close)
            around = self._surroundings(self._compose_wake)
            intake = Intake(
                mailbox, site.store, _intake_settings(site), around, lambda: self._rules.current
            )
            built.append((intake, mailbox))
        return built

    def _build_delivery(self) -> tuple[Compose, Send]:
        site = self._site
        pool = site.pool(self._renderers)
        self._resources.callback(pool.close)
        transport = SmtpTransport(site.config.smtp)
        self._resources.callback(transport.close)
        settings = _delivery_settings(site, lambda: self._rules.current)
        to_send = self._surroundings(self._send_wake)
        to_compose = self._surroundings(self._compose_wake)
        compose = Compose(site.store, pool, settings, to_send)
        send = Send(site.store, transport, settings, to_compose)
        return compose, send

    def _build_clock(self) -> Remind:
        site = self._site
        settings = ClockSettings(
            policy=site.policy,
            first_number=site.config.numbers.first,
            rules=lambda: self._rules.current,
        )
        return Remind(site.store, settings, self._surroundings(self._compose_wake))

    def _build_portal(self) -> PortalChild | None:
        config = self._site.config
        if not config.portal.listen:
            return None
        child = PortalChild(config, wake=self._compose_wake)
        self._resources.callback(child.close)
        return child

    def _tasks(self) -> list[Task]:
        tasks = [self._intake_task(*pair) for pair in self._intakes]
        if self._delivery is not None:
            compose, send = self._delivery
            tasks.append(_delivery_task("compose", compose, self._compose_wake))
            tasks.append(_delivery_task("send", send, self._send_wake))
        if self._clock is not None:
            tasks.append(self._clock_task(self._clock))
        if self._portal is not None:
            tasks.append(_portal_task(self._portal))
        tasks.append(self._housekeeping_task())
        return tasks

    def _intake_task(self, intake: Intake, mailbox: ImapMailbox) -> Task:
        config = next(c for c in self._site.config.mailboxes if c.name == mailbox.name)
        return Task(
            name=f"intake {mailbox.name}",
            step=lambda: self._patience.read(mailbox.name, intake),
            wait=lambda seconds: mailbox.wait(seconds, self._stop.is_set),
            idle_seconds=float(config.poll_seconds),
            deadline=_INTAKE_DEADLINE + config.poll_seconds,
            on_trouble=lambda fault: self._tell_of_login(config, fault),
        )

    def _tell_of_login(self, config: MailboxConfig, fault: Exception) -> None:
        """A refused login needs a person; a server that is away comes back by itself."""
        if not isinstance(fault, LoginRefusedError):
            return
        now = self._site.clock()
        notice = trouble(
            f"Mailbox {config.name} refuses the login; no mail is taken in until it works: {fault}",
            admin=self._site.config.site.admin_address,
            policy=self._site.policy,
            key=f"login:{config.name}:{now.date()}",
        )
        with self._site.store.write() as unit:
            unit.outbox.add([notice], now)
        self._compose_wake()

    def _clock_task(self, clock: Remind) -> Task:
        return Task(
            name="clock",
            step=Wheel([Chore(seconds=_CLOCK_SECONDS, do=lambda: self._let_run(clock))]),
            wait=lambda seconds: (self._stop.wait(seconds), None)[1],
            idle_seconds=1.0,
            deadline=_CLOCK_DEADLINE,
        )

    def _let_run(self, clock: Remind) -> None:
        if not self._patience.is_over():
            return
        while not self._stop.is_set() and clock():
            pass

    def _housekeeping_task(self) -> Task:
        chores = Housekeeping(
            store=self._site.store,
            clock=self._site.clock,
            wake=self._send_wake,
            refresh_rules=self._rules.refresh,
        )
        return Task(
            name="housekeeping",
            step=chores,
            wait=lambda seconds: (self._stop.wait(seconds), None)[1],
            idle_seconds=1.0,
            deadline=120.0,
        )


def _portal_task(child: PortalChild) -> Task:
    return Task(
        name="portal",
        step=child,
        wait=child.wait,
        interrupt=child.interrupt,
        idle_seconds=_PORTAL_IDLE,
        deadline=_PORTAL_DEADLINE,
    )


def _delivery_task(name: str, step: Callable[[], bool], wake: Wake) -> Task:
    return Task(
        name=name,
        step=step,
        wait=wake.wait,
        interrupt=wake,
        idle_seconds=_DELIVER_IDLE,
        deadline=_DELIVER_DEADLINE,
    )

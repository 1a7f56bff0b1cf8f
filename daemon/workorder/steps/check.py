"""Trying everything that a configuration names, before a mail depends on it; changes nothing.

Only to see what the mail servers do with a forged header it sends itself a mail, where asked to.
"""

import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never

from workorder import rulefiles, shipped
from workorder.config import Config
from workorder.core.findings import Finding, Level, Remark
from workorder.core.notice import NoticeKind
from workorder.errors import ConfigError, StorageError, WorkOrderError
from workorder.inbound.mailbox import ImapMailbox
from workorder.outbound.pool import RenderPool
from workorder.outbound.samples import sample_letter
from workorder.outbound.smtp import SmtpTransport
from workorder.outbound.templates import Templates
from workorder.steps.check_portal import check_portal
from workorder.steps.check_proof import check_proof
from workorder.steps.site_store import opened_store
from workorder.store.engine import SchemaState, database_file, schema_state
from workorder.store.unit import Store

FIRST_YEAR = 2026
CLOCK_TOLERANCE = timedelta(minutes=1)
"""Two machines of one site may differ by so much."""

SCARCE_BYTES = 1_000_000_000
MAILS_TO_FIT = 5
"""How many mails of the largest size the disk must take: a mail is kept whole, and in parts."""

_MEGABYTE = 1_000_000
_SQLITE = "sqlite:///"


Trial = Callable[[], Iterable[Remark]]


def check_site(config: Config, now: datetime, *, probe_seconds: float = 0.0) -> Iterator[Finding]:
    """Try each thing in turn; a finding comes as soon as it is known.

    Args:
        config: The configuration.
        now: The clock's time.
        probe_seconds: How long the mail to ourselves is waited for; with 0 none is sent.
    """
    for warning in config.warnings:
        yield Finding(level=Level.WARN, subject="config", text=warning)
    for subject, trial in _trials(config, now, probe_seconds):
        yield from _tried(subject, trial)


def _trials(config: Config, now: datetime, probe_seconds: float) -> Iterator[tuple[str, Trial]]:
    yield "database", partial(_database, config)
    yield "files", partial(_files, config)
    yield "disk", partial(_disk, config)
    yield "secret", partial(_secret, config.site.secret_file)
    yield "clock", partial(_clock, config, now)
    for box in config.mailboxes:
        yield f"mailbox {box.name}", partial(_probed, ImapMailbox(box))
    yield "smtp", partial(_probed, SmtpTransport(config.smtp))
    yield "rules", partial(_rules, config)
    yield "templates", partial(_templates, config)
    yield "pdf", partial(_pdf, config)
    yield "portal", partial(check_portal, config)
    yield "proof", partial(check_proof, config, now, probe_seconds)


def _tried(subject: str, trial: Trial) -> Iterator[Finding]:
    try:
        for level, text in trial():
            yield Finding(level=level, subject=subject, text=_one_line(text))
    except WorkOrderError as fault:
        yield Finding(level=Level.FAIL, subject=subject, text=_without(subject, str(fault)))
    except OSError as fault:
        words = f"{fault.strerror} ({fault.filename})" if fault.filename else str(fault)
        yield Finding(level=Level.FAIL, subject=subject, text=_one_line(words))


def _without(subject: str, text: str) -> str:
    """The line of a fault, which may begin with what it is of."""
    return _one_line(text).removeprefix(f"{subject}: ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _database(config: Config) -> Iterator[Remark]:
    with opened_store(config) as store:
        where = database_file(store.engine) or store.engine.url.render_as_string()
        state = schema_state(store.engine)
        if state is SchemaState.CURRENT:
            _try_to_write(store)
            yield from _banks(store)
        yield _of_schema(state, where)


def _of_schema(state: SchemaState, where: Path | str) -> Remark:
    match state:
        case SchemaState.CURRENT:
            return Level.OK, f"{where} can be written, its tables are of this version"
        case SchemaState.BEHIND:
            return Level.WARN, f"{where} is of an older version; workorder run upgrades it"
        case SchemaState.AHEAD:
            return Level.FAIL, f"{where} is of a newer version; install that one"
        case SchemaState.MISSING:
            return Level.FAIL, f"{where} has no tables; workorder init DIR makes a new site"
        case _:
            assert_never(state)


class _UndoneError(Exception):
    """Ends a transaction that was only a trial."""


def _try_to_write(store: Store) -> None:
    with suppress(_UndoneError), store.write():
        raise _UndoneError


def _banks(store: Store) -> Iterator[Remark]:
    """What is wrong with a customer's bank: its balance is the sum of its ledger."""
    with store.read() as unit:
        wrong = unit.bank.check()
    for each in wrong:
        sums = f"a balance of {each.balance} min, and entries of {each.entries} min"
        yield Level.FAIL, f"the bank of {each.customer} does not add up: {sums}"


def _files(config: Config) -> Iterator[Remark]:
    folder = config.storage.files
    if not folder.exists():
        yield Level.WARN, f"{folder} does not exist yet; it is made with the first mail"
        folder = _nearest_there(folder)
    with tempfile.TemporaryFile(dir=folder):  # without a name: nothing is to be seen of it
        yield Level.OK, f"{folder} can be written"


def _disk(config: Config) -> Iterator[Remark]:
    """Space where mails and database go, each disk once."""
    needed = MAILS_TO_FIT * config.work_orders.max_mail_mb * _MEGABYTE
    folders = [config.storage.files]
    if config.storage.database.startswith(_SQLITE):
        folders.append(Path(config.storage.database.removeprefix(_SQLITE)).parent)
    places = {place.stat().st_dev: place for place in map(_nearest_there, reversed(folders))}
    for place in places.values():
        free = shutil.disk_usage(place).free
        text = f"{free // _MEGABYTE} MB free in {place}"
        if free < needed:
            yield Level.FAIL, f"{text}: {needed // _MEGABYTE} MB are needed at least"
        else:
            yield (Level.OK if free >= SCARCE_BYTES else Level.WARN), text


def _nearest_there(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _secret(file: Path) -> Iterator[Remark]:
    if not file.exists():
        yield Level.WARN, f"{file} does not exist; workorder init makes one in a new site"
    elif file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Level.WARN, f"{file} can be read by others (chmod 600)"
    elif not file.read_bytes().strip():
        yield Level.FAIL, f"{file} is empty"
    else:
        yield Level.OK, f"{file} is there, and private"


def _clock(config: Config, now: datetime) -> Iterator[Remark]:
    if now.year < FIRST_YEAR:
        yield Level.FAIL, f"it says {now:%Y-%m-%d %H:%M} UTC, which is past"
        return
    newest = _newest_record(config)
    told = f"{now:%Y-%m-%d %H:%M} UTC"
    if newest is not None and now < newest - CLOCK_TOLERANCE:
        yield Level.FAIL, f"it says {told}; the newest record is of {newest:%Y-%m-%d %H:%M} UTC"
    else:
        yield Level.OK, told


def _newest_record(config: Config) -> datetime | None:
    """When something was last written; None of an empty database, or of one that cannot be read."""
    try:
        with opened_store(config) as store, store.read() as unit:
            opened = [order.opened_at for order in unit.queries.orders(limit=1)]
            written = [row.created_at for row in unit.outbox.rows(limit=1)]
    except StorageError:
        return None  # the trial of the database tells why
    return max([*opened, *written], default=None)


class _Probed(Protocol):
    def probe(self) -> tuple[str, ...]: ...


def _probed(server: _Probed) -> Iterator[Remark]:
    yield Level.OK, "; ".join(server.probe())


def _rules(config: Config) -> Iterator[Remark]:
    folder = config.paths.rules
    try:
        rule_set = rulefiles.load(folder)
    except ConfigError as wrong:
        yield from ((Level.FAIL, problem) for problem in wrong.problems)
        return
    templates = Templates(shipped.templates_folder(), config.paths.templates)
    missing = [
        f"{folder / 'notices.toml'}: {told}: there is no template folder mail/{line.template}"
        for told, line in rule_set.notices.items()
        if not templates.has(line.template)
    ]
    yield from ((Level.FAIL, problem) for problem in missing)
    if not missing:
        intake, alerts = len(rule_set.intake.rules), len(rule_set.alerts.rules)
        words, jobs = len(rule_set.vocabulary.spellings), len(rule_set.billing.rules)
        rules = f"{intake} intake rules, {alerts} alert rules, {jobs} billing rules"
        yield Level.OK, f"{folder}: {rules}, {words} spellings of tags"


def _templates(config: Config) -> Iterator[Remark]:
    overrides = config.paths.templates
    templates = Templates(shipped.templates_folder(), overrides)
    problems = templates.problems()
    for problem in problems:
        yield Level.FAIL, problem
    if not overrides.is_dir():
        yield Level.WARN, f"{overrides} is no folder: every template is the shipped one"
    if not problems:
        mine = sum(1 for name in templates.names() if (overrides / name).is_file())
        spoken = ", ".join(templates.languages())
        yield Level.OK, f"{len(templates.names())} templates in {spoken}; {mine} of them your own"


def _pdf(config: Config) -> Iterator[Remark]:
    pool = RenderPool(1, shipped.templates_folder(), config.paths.templates)
    try:
        content = pool.pdf(sample_letter(NoticeKind.OPENED, config.site.language))
    finally:
        pool.close()
    yield Level.OK, f"a sample was rendered: {len(content)} bytes"

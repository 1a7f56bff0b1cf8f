"""The rules in force: read at the start, and again when the files change, while mail is handled.

A set that is wrong is refused whole: the last good one stays, also over a restart, and the admin is
told once.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from workorder import rulefiles
from workorder.core.decision import Policy
from workorder.core.rules import RuleSet
from workorder.errors import ConfigError
from workorder.steps.trouble import trouble
from workorder.store.unit import Store

log = structlog.get_logger()

_Signature = tuple[tuple[str, int, int], ...]
_MOST_TOLD = 20  # problems in one mail; `workorder rules check` shows all


class RuleBook:
    """The rule set of a running daemon. `current` may be read by any thread at any time."""

    def __init__(  # noqa: PLR0913 - what it reads, where it keeps it, and whom it tells
        self,
        folder: Path,
        store: Store,
        *,
        policy: Policy,
        admin_address: str,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._store = store
        self._policy = policy
        self._admin = admin_address
        self._clock = clock
        self._wake = wake
        self._seen: _Signature = ()
        self._judged: _Signature = ()
        self.current: RuleSet = self._first()

    def refresh(self) -> bool:
        """Take changed files into force, or refuse them; whether other rules are in force now.

        A change is looked at when it has stood still between two calls: an editor writes a file in
        more than one go.
        """
        signature = _signature(self._folder)
        settled = signature == self._seen
        self._seen = signature
        if signature == self._judged or not settled:
            return False
        try:
            rule_set = self._load()
        except ConfigError as wrong:
            self._refuse(wrong)
            self._judged = signature
            return False
        # Last: what a full disk kept from being judged is judged at the next turn.
        self._judged = signature
        changed = rule_set.fingerprint != self.current.fingerprint
        self.current = rule_set
        log.info("rules_in_force", folder=str(self._folder), changed=changed)
        return changed

    def _first(self) -> RuleSet:
        """The rules at the start: the files', else the last that were in force.

        Raises:
            ConfigError: the files are wrong, and none were ever in force.
        """
        self._seen = self._judged = _signature(self._folder)
        try:
            return self._load()
        except ConfigError as wrong:
            with self._store.read() as unit:
                kept = unit.rules.kept()
            if not kept:
                raise
            self._refuse(wrong)
            return rulefiles.load_texts(kept, self._folder)

    def _load(self) -> RuleSet:
        texts = rulefiles.read_texts(self._folder)
        rule_set = rulefiles.load_texts(texts, self._folder)
        with self._store.read() as unit:
            is_kept = unit.rules.kept() == texts
        if not is_kept:
            with self._store.write() as unit:
                unit.rules.keep(texts)
        return rule_set

    def _refuse(self, wrong: ConfigError) -> None:
        for problem in wrong.problems:
            log.error("rules_refused", problem=problem)
        told = "; ".join(wrong.problems[:_MOST_TOLD])
        more = len(wrong.problems) - _MOST_TOLD
        words = (
            f"The rule files are wrong, and the last good ones stay in force: {told}"
            + (f"; and {more} more" if more > 0 else "")
            + ". See them all: workorder rules check"
        )
        # The same mistake is told once, and in another week once more.
        digest = hashlib.sha256("\n".join(wrong.problems).encode()).hexdigest()[:32]
        now = self._clock()
        notice = trouble(
            words, admin=self._admin, policy=self._policy, key=f"rules:{digest}:{now.date()}"
        )
        with self._store.write() as unit:
            unit.outbox.add([notice], now)
        self._wake()


def _signature(folder: Path) -> _Signature:
    """What changes when somebody changes a rule file; empty while the folder cannot be read."""
    try:
        stats = [(path.name, path.stat()) for path in sorted(folder.glob("*.toml"))]
    except OSError:
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

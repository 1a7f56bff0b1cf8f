"""The account of rules: each in its order, what it did or why it did not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAccount:
    """One rule and one mail. `why`: what it did where it `hit`, else what stood against it.

    `asked` is False where a rule above it let no later one be looked at.
    """

    file: str
    line: int
    rule: str
    hit: bool
    why: str
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A rule to be asked: `failure` gives what stands against it; with `ends` a hit is the last."""

    file: str
    line: int
    rule: str
    did: str
    failure: Callable[[], str | None]
    ends: bool


def accounts(rules: Iterable[Asked]) -> tuple[RuleAccount, ...]:
    """The account of each rule, in order."""
    told: list[RuleAccount] = []
    ended_by = ""
    for each in rules:
        failure = None if ended_by else each.failure()
        told.append(
            RuleAccount(
                file=each.file,
                line=each.line,
                rule=each.rule,
                hit=failure is None and not ended_by,
                why=ended_by or failure or each.did,
                asked=not ended_by,
            )
        )
        if told[-1].hit and each.ends:
            ended_by = f'not looked at: "{each.rule}" was the last'
    return tuple(told)

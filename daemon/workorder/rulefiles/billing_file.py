"""billing.toml: what a job costs, which balances are announced, and what contacts answer."""

import re
from typing import Final

from workorder.config_file import did_you_mean, quoted
from workorder.core.billing import (
    DEFAULT_RULE,
    SHIPPED,
    WHOLE,
    Basis,
    Billing,
    BillingRule,
    Charge,
    Rounding,
    Threshold,
)
from workorder.core.durations import MOST_MINUTES, minutes_in
from workorder.core.rule_texts import folded
from workorder.rulefiles.condition_tables import job_conditions_of
from workorder.rulefiles.tables import Page, Table
from workorder.rulefiles.times import minutes_of

_SECTIONS: Final = ("default", "rule", "bank", "words")
_FREE: Final = "free"
_PRICED: Final = ("bill", "minimum", "increment", "rounding", "after-hours")
_CHARGE_KEYS: Final = (*_PRICED, _FREE)
_RULE_KEYS: Final = ("name", "when", "unless", *_CHARGE_KEYS)
_BASES: Final = (Basis.WORKED, Basis.MINIMUM)
_MOST_FIXED: Final = 999 * 60
_MOST_TIMES: Final = 10
_PERCENT: Final = re.compile(r"(\d{1,3})\s*%", re.ASCII)


def read_billing(page: Page) -> Billing:
    """What billing.toml says; what is wrong is noted on `page`."""
    page.top.only(_SECTIONS, "section")
    table = page.top.section("default")
    table.only(_CHARGE_KEYS)
    default = _charge(table, SHIPPED.default)
    rules = tuple(_rule(rule, default) for rule in page.top.rules())
    bank, words = page.top.section("bank"), page.top.section("words")
    bank.only(("low", "approval"))
    words.only(("approve", "balance"))
    billing = Billing(
        default=default,
        rules=rules,
        thresholds=_thresholds(bank),
        asks_approval=bool(bank.flag("approval")),
        approving=_words(words, "approve", SHIPPED.approving),
        asking_balance=_words(words, "balance", SHIPPED.asking_balance),
    )
    _clashes(billing, bank, words)
    return billing


def _rule(rule: Table, default: Charge) -> BillingRule:
    rule.only(_RULE_KEYS)
    name = rule.text("name")
    if folded(name) == DEFAULT_RULE:
        rule.wrong("name", f"{quoted(name)} is what accounts call [default]: give it another")
    if not rule.values.get("when"):
        rule.wrong_here("has no [rule.when]: what holds for all other jobs stands in [default]")
    charge = _charge(rule, default)
    for key in _PRICED if charge.free else ():
        if rule.has(key):
            why = (
                "with free = true" if rule.has(_FREE) else "while [default] is free (free = false)"
            )
            rule.wrong_here(f"{key} has no effect {why}", key)
    return BillingRule(name=name, line=rule.line, asked=job_conditions_of(rule), charge=charge)


def _charge(table: Table, base: Charge) -> Charge:
    """How a table charges; what it leaves out is as in `base`."""
    minimum = table.minutes("minimum", 0, MOST_MINUTES)
    increment = table.minutes("increment", 1, MOST_MINUTES)
    after_hours = _factor(table)
    free = table.flag(_FREE)
    bill, fixed = _bill(table, base)
    charge = Charge(
        bill=bill,
        minimum=base.minimum if minimum is None else minimum,
        increment=base.increment if increment is None else increment,
        rounding=table.word("rounding", Rounding) or base.rounding,
        after_hours=base.after_hours if after_hours is None else after_hours,
        fixed=fixed,
        free=base.free if free is None else free,
    )
    _bills_something(table, charge, is_minimum_read=minimum is not None)
    return charge


def _bills_something(table: Table, charge: Charge, *, is_minimum_read: bool) -> None:
    if charge.bill is not Basis.MINIMUM or charge.minimum or charge.free:
        return
    if table.has("bill") and (is_minimum_read or not table.has("minimum")):
        table.wrong("bill", '"minimum" bills nothing where the minimum is 0 (free = true says so)')
    elif is_minimum_read:
        table.wrong("minimum", 'is 0, and [default] has bill = "minimum" (free = true says so)')


def _bill(table: Table, base: Charge) -> tuple[Basis, int]:
    """What is charged, and the minutes of a fixed charge."""
    text = table.text("bill")
    if text in _BASES:
        return Basis(text), 0
    fixed = table.made("bill", text, _fixed) if text else None
    return (base.bill, base.fixed) if fixed is None else (Basis.FIXED, fixed)


def _fixed(text: str) -> int:
    minutes = 0 if text == "0" else minutes_in(text)
    if minutes is None:
        near = did_you_mean(text, _BASES)
        named = ", ".join(_BASES)
        raise ValueError(f'{quoted(text)} is none of {named}, and no duration ("1h30m"){near}')
    if not minutes:
        raise ValueError(f"{quoted(text)}: what costs nothing is written free = true")
    return minutes_of(text, 1, _MOST_FIXED)


def _factor(table: Table) -> int | None:
    """What minutes outside of opening hours count, in per cent."""
    value = table.values.get("after-hours")
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # TOML's "nan" is not within bounds either.
    if is_number and 0 <= value <= _MOST_TIMES and round(value, 2) == value:
        percent: int = round(value * WHOLE)
        return percent
    table.wrong("after-hours", "must be a number from 0 to 10, at most two decimals (1.5)")
    return None


def _thresholds(bank: Table) -> tuple[Threshold, ...]:
    if not bank.has("low"):
        return SHIPPED.thresholds
    made = [bank.made("low", text, _threshold) for text in bank.texts_or_none("low")]
    return tuple(dict.fromkeys(each for each in made if each is not None))


def _threshold(text: str) -> Threshold:
    percent = _PERCENT.fullmatch(text.strip())
    if percent is None:
        minutes = 0 if text.strip() == "0" else minutes_in(text.strip())
        if minutes is None:
            raise ValueError(f'{quoted(text)} is neither per cent ("20%") nor a duration ("2h")')
        return Threshold(value=minutes)
    if int(percent[1]) > WHOLE:
        raise ValueError(f"{quoted(text)} is more than was bought")
    return Threshold(value=int(percent[1]), is_percent=True)


def _words(table: Table, name: str, shipped: frozenset[str]) -> frozenset[str]:
    return frozenset(map(folded, table.texts_or_none(name))) if table.has(name) else shipped


def _clashes(billing: Billing, bank: Table, words: Table) -> None:
    """What each table may say, but not together."""
    for word in sorted(billing.approving & billing.asking_balance):
        name = "balance" if words.has("balance") else "approve"
        words.wrong(name, f"{quoted(word)} would mean approve and balance")
    if billing.asks_approval and words.values.get("approve") == []:
        bank.wrong("approval", "nobody could agree: words.approve is an empty list")

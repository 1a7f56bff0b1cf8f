"""What rule files cost: `python tests/bench/rules.py`.

Time for a mail by the number of rules in intake.toml and the length of its text, with the shipped
alert rules beside; time and memory to read them; a pattern made to explode; and what all of intake
takes for a mail, without rules and with them, side by side in the same run.
"""

import itertools
import logging
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from statistics import median
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import NOON, jane, mail, policy
from fakes import FakeClock, FakeMailbox
from workorder import rulefiles, shipped
from workorder.core.classify import MailKind
from workorder.core.rules import Case, RuleSet
from workorder.steps.intake import Intake, IntakeSettings
from workorder.steps.site_rules import SiteRules
from workorder.steps.surroundings import Surroundings
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store

RULES = (0, 50, 500)
LENGTHS = (2_000, 30_000)
MAILS = 50
ROUNDS = 15
SHARE = 5.0  # percent of intake's time for a mail that 500 rules may add
Result = dict[str, Any]

_SYLLABLES = (
    *("ka", "lo", "mi", "ner", "ta", "ru", "ser", "ver", "prin", "ter", "mon", "dis", "back"),
    *("up", "in", "voi", "ce", "net", "wo", "pa", "gi", "ö", "ä", "ü", "ß"),
)
_CHANCE = random.Random(7)  # noqa: S311 - not for a secret
_WORDS = [
    "".join(_CHANCE.choices(_SYLLABLES, k=_CHANCE.choice((1, 2, 2, 3, 3, 4))))
    for _ in range(20_000)
]
# As words are spread in a language.
_WEIGHTS = [*itertools.accumulate(1 / (rank + 3) for rank in range(len(_WORDS)))]


def text(chance: random.Random, length: int) -> str:
    lines: list[str] = []
    total = 0
    while total < length:
        lines.append(" ".join(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=11)))
        total += len(lines[-1]) + 1
    return "\n".join(lines)[:length]


def cases(length: int) -> list[Case]:
    chance = random.Random(length)  # noqa: S311 - as above
    return [
        Case(
            mail=mail(
                subject=text(chance, 60).replace("\n", " "),
                new_text=text(chance, length),
                headers=tuple((f"x-header-{n}", text(chance, 60)) for n in range(30)),
            ),
            sender=jane(),
            kind=MailKind.PERSON,
            is_reply=False,
            language="en",
            local=NOON,
        )
        for _ in range(MAILS)
    ]


# What an admin would choose: words that mails of another kind hardly have, nor inside of others.
_TELLING = [word for word in _WORDS[2000:] if len(word) > 9]


def _phrase(chance: random.Random) -> str:
    return " ".join(chance.choices(_TELLING, k=chance.choice((1, 2, 2))))


def _condition(chance: random.Random, number: int) -> str:
    one, two = _phrase(chance), _phrase(chance)
    kinds = (
        (20, f'sender = "person{number}@customer{number}.example"'),
        (15, f'domain.in = ["customer{number}.example", "other{number}.example"]'),
        (20, f'subject.contains = ["{one}", "{two}"]'),
        (5, f'subject.starts = "{one}"'),
        (15, f'text.contains = ["{one}", "{two}"]'),
        (5, f"text.matches = '\\b{one}\\b.*\\b{two}\\b'"),
        (5, f"text.matches = '{one}-?\\d{{3,6}}'"),
        (5, f'header.x-header-{number % 40}.contains = "{one}"'),
        (5, f'attachment.ends = ".{number}"'),
        (5, f"known = false\nsize.over = {number * 1000}"),
    )
    return chance.choices([words for _, words in kinds], [weight for weight, _ in kinds])[0]


def rule_file(count: int) -> str:
    chance = random.Random(count)  # noqa: S311 - as above
    return "".join(
        f'[[rule]]\nname = "rule {number}"\n[rule.when]\n{_condition(chance, number)}\n'
        f'[rule.set]\nlabels = ["label{number}"]\n'
        for number in range(count)
    )


def rule_set(count: int) -> RuleSet:
    alerts = (shipped.rules_folder() / rulefiles.ALERTS).read_text(encoding="utf-8")
    texts = {rulefiles.INTAKE: rule_file(count), rulefiles.ALERTS: alerts}
    return rulefiles.load_texts(texts, Path("rules"))


def microseconds(do: Callable[[Case], object], over: list[Case]) -> float:
    """The median of rounds over all cases, per case; the engines are warm."""
    rounds = []
    for _ in range(12):
        start = time.perf_counter()
        for case in over:
            do(case)
        rounds.append(1e6 * (time.perf_counter() - start) / len(over))
    return median(rounds[2:])


def per_mail() -> list[Result]:
    results: list[Result] = []
    for count in RULES:
        rules = rule_set(count)
        for length in LENGTHS:
            over = cases(length)
            spent = microseconds(rules.intake.rule, over)
            hits = sum(len(rules.intake.rule(case).hits) for case in over) / len(over)
            results.append(
                {
                    "what": f"{count} rules, text of {length // 1000} KB",
                    "us_per_mail": spent,
                    "hits_per_mail": hits,
                    "alerts_us": microseconds(rules.alerts.match, over),
                }
            )
    return results


def reading(count: int) -> Result:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rules = rule_set(count)
    spent = time.perf_counter() - start
    for case in cases(LENGTHS[-1]):
        rules.intake.rule(case)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "what": f"reading {count} rules",
        "ms": 1000 * spent,
        "mb_with_automata": (after - before) / 1024,
    }


def exploding() -> Result:
    """(a+)+$ on 64 kB of a's, which a backtracking engine would not end before the sun does."""
    written = '[[rule]]\nname = "a"\nstop = true\n[rule.when]\ntext.matches = "(a+)+$"\n'
    rules = rulefiles.load_texts({rulefiles.INTAKE: written}, Path("rules"))
    (case, *_) = cases(LENGTHS[0])
    worst = 0.0
    for end in ("", "!", "b"):
        hostile = Case(
            mail=mail(new_text="a" * 65_535 + end),
            sender=case.sender,
            kind=case.kind,
            is_reply=False,
            language="en",
            local=NOON,
        )
        worst = max(worst, microseconds(rules.intake.rule, [hostile]))
    return {"what": "(a+)+$ on 64 kB of a's", "ms": worst / 1000}


class Site:
    """A small site on an SQLite file, whose mailbox is in memory."""

    def __init__(self, folder: Path, rules: RuleSet) -> None:
        engine = open_engine(f"sqlite:///{folder / 'workorder.db'}", create=True)
        create_schema(engine)
        self.store = Store(engine, Files(folder / "files"))
        with self.store.write() as unit:
            acme = unit.people.add_customer("Acme Ltd", domains=["acme.example"])
            unit.people.add_contact("jane@acme.example", customer_id=acme.id, name="Jane Roe")
            unit.people.add_technician("maria@northwind.example", name="Maria")
        self.clock = FakeClock()
        self.mailbox = FakeMailbox()
        site = SiteRules(policy=policy(), ways=(), authserv_id="")
        settings = IntakeSettings(
            rules=site,
            first_number=1001,
            admin_address="admin@northwind.example",
            max_mail_bytes=40_000_000,
        )
        around = Surroundings(clock=self.clock)
        self.intake = Intake(self.mailbox, self.store, settings, around, lambda: rules)

    def microseconds(self, raws: list[bytes]) -> float:
        """What intake takes for each of some mails, of this process's own time."""
        self.clock.advance(timedelta(minutes=2))  # no flood
        self.mailbox.put(*raws, at=self.clock.now)
        start = time.process_time()
        while self.intake():
            pass
        return 1e6 * (time.process_time() - start) / len(raws)

    def work_orders(self) -> int:
        with self.store.read() as unit:
            return len(unit.queries.orders())


def written(chance: random.Random, number: str, length: int) -> bytes:
    message = EmailMessage()
    message["From"] = "Jane Roe <jane@acme.example>"
    message["To"] = "support@northwind.example"
    message["Subject"] = text(chance, 60).replace("\n", " ")
    message["Message-ID"] = f"<{number}@acme.example>"
    message["Date"] = "Mon, 23 Nov 2026 12:00:00 +0000"
    for header in range(20):
        message[f"X-Header-{header}"] = text(chance, 60).replace("\n", " ")
    message.set_content(text(chance, length))
    return message.as_bytes(policy=SMTP)


def beside_intake(length: int) -> Result:
    """Intake without rules and with 500, turn by turn with the same mails.

    A second site without rules tells how much of a difference is the machine's.
    """
    chance = random.Random(length)  # noqa: S311 - as above
    with tempfile.TemporaryDirectory() as folder:
        sites = []
        for name, count in (("bare", 0), ("twin", 0), ("ruled", 500)):
            (Path(folder) / name).mkdir()
            sites.append(Site(Path(folder) / name, rule_set(count)))
        spent: list[list[float]] = [[], [], []]
        for turn in range(ROUNDS + 2):
            raws = [written(chance, f"{turn}.{number}", length) for number in range(MAILS)]
            for place in chance.sample(range(3), 3):  # who is first finds colder caches
                spent[place].append(sites[place].microseconds(raws))
        for site in sites:
            assert site.work_orders() == (ROUNDS + 2) * MAILS
            site.store.close()
    bare, twin, ruled = (median(rounds[2:]) for rounds in spent)
    rules, over = rule_set(500).intake, cases(length)
    return {
        "what": f"intake, text of {length // 1000} KB",
        "us_without_rules": bare,
        "us_more_with_500": ruled - bare,
        "us_more_of_a_twin": twin - bare,
        "percent_more": 100 * (ruled - bare) / bare,
        "percent_allowed": SHARE,
        "hits_per_mail": sum(len(rules.rule(case).hits) for case in over) / len(over),
    }


def table() -> Iterator[Result]:
    yield reading(500)  # memory first: what was used once is not given back
    yield from per_mail()
    yield exploding()
    yield from map(beside_intake, LENGTHS)


def main() -> None:
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    for result in table():
        figures = ", ".join(
            f"{key} {value:.1f}" for key, value in result.items() if isinstance(value, float)
        )
        print(f"{result['what']:<32} {figures}", flush=True)


if __name__ == "__main__":
    main()

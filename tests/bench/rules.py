"""What rule files cost: `python tests/bench/rules.py`.

Time for a mail by the number of rules in intake.toml and the length of its text, with the shipped
alert rules beside; time and memory to read them; and a pattern made to explode.
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import NOON, jane, mail
from workorder import rulefiles, shipped
from workorder.core.classify import MailKind
from workorder.core.rules import Case, RuleSet

RULES = (0, 50, 500)
LENGTHS = (2_000, 30_000)
MAILS = 50
INTAKE_US = 7_000  # what intake takes for a mail without rules
SHARE = 0.05  # of it that 500 rules may add
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
_WEIGHTS = [1 / (rank + 3) for rank in range(len(_WORDS))]  # as words are spread in a language


def text(chance: random.Random, length: int) -> str:
    lines: list[str] = []
    total = 0
    while total < length:
        lines.append(" ".join(chance.choices(_WORDS, _WEIGHTS, k=11)))
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


_TELLING = [word for word in _WORDS[300:] if len(word) > 5]  # what an admin would choose


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
                    "percent_of_intake": 100 * spent / INTAKE_US,
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


def table() -> list[Result]:
    # Memory first: what was used once is not given back.
    return [reading(500), *per_mail(), exploding()]


def main() -> None:
    for result in table():
        figures = ", ".join(
            f"{key} {value:.1f}" for key, value in result.items() if isinstance(value, float)
        )
        print(f"{result['what']:<32} {figures}", flush=True)


if __name__ == "__main__":
    main()

"""Every mistake of an admin's is told on one line, with its place and a way out."""

from pathlib import Path

import pytest

from workorder.errors import ConfigError
from workorder.rulefiles import ALERTS, INTAKE, NOTICES, TAGS, load, load_texts

FOLDER = Path("rules")
RULE = '[[rule]]\nname = "r"\nstop = true\n'
ALERT = """[[rule]]
name = "r"
when.subject.starts = "DISK"
capture.subject = '(?P<host>\\S+)'
key = "{host}"
"""


def problems(texts: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load_texts(texts, FOLDER)
    return [*refused.value.problems]


INTAKE_CASES = [
    # sections and keys
    ("[[rules]]\nname = 'r'\n", 1, 'unknown section "rules" (did you mean "rule"?)'),
    ("\n[thank]\nen = ['thx']\n", 2, 'unknown section "thank" (did you mean "thanks"?)'),
    ("[rule]\nname = 'r'\n", 1, "rules are written as [[rule]], with two brackets"),
    (f"{RULE}wehn.known = true\n", 4, 'rule "r": unknown key "wehn" (did you mean "when"?)'),
    (f"{RULE}priority = 'low'\n", 4, 'rule "r": unknown key "priority"'),
    ("[[rule]]\nstop = true\n", 1, "rule 1: has no name: every account of what it does needs one"),
    ("[[rule]]\nname = ''\nstop = true\n", 2, "rule 1: name: is empty"),
    ("[[rule]]\nname = 5\nstop = true\n", 2, 'rule 1: name: must be text in quotes: "..."'),
    (RULE + RULE, 5, 'rule "r": its name is taken: see line 1'),
    (RULE + RULE.replace('"r"', '" R "'), 5, 'rule "R": its name is taken: see line 1'),
    (
        RULE.replace('"r"', '"a b"') + RULE.replace('"r"', '"A  b"'),
        5,
        'rule "A  b": its name is taken: see line 1',
    ),
    (
        "[[rule]]\nname = 'r'\nwhen.known = true\n",
        1,
        'rule "r": it does nothing: give it a [rule.set], or one of refuse, aside, automatic, stop',
    ),
    ("[[rule]]\nname = 'r'\nautomatic = false\n", 1, 'rule "r": it does nothing: give it a [rule.'),
    ("[[rule]]\nname = 'r'\nset = {}\n", 1, 'rule "r": it does nothing: give it a [rule.set], or'),
    (f"{RULE}refuse = 'a'\naside = 'b'\n", 5, 'rule "r": a mail is refused or set aside, not both'),
    (f"{RULE}refuse = true\n", 4, 'rule "r": refuse: must be text in quotes: "..."'),
    (f"{RULE}automatic = 'yes'\n", 4, 'rule "r": automatic: must be true or false, without quotes'),
    # what is set
    (f"{RULE}set = 'low'\n", 4, 'rule "r": set: must be a table: [rule.set]'),
    (f"{RULE}set.labls = ['a']\n", 4, 'rule "r": unknown key "labls" (did you mean "labels"?)'),
    (
        f"{RULE}set.priority = 'hihg'\n",
        4,
        (
            'rule "r": set.priority: "hihg" is none of low, normal, high, urgent '
            '(did you mean "high"?)'
        ),
    ),
    (
        f"{RULE}set.status = 'finish'\n",
        4,
        (
            'rule "r": set.status: "finish" is none of in-progress, waiting-parts, waiting-vendor, '
            'waiting-customer, finished, cancelled (did you mean "finished"?)'
        ),
    ),
    (f"{RULE}[rule.set]\n\nlabels = []\n", 6, 'rule "r": set.labels: is an empty list'),
    (
        f"{RULE}set.labels = ['a b']\n",
        4,
        'rule "r": set.labels: "a b": a label has letters, digits, _ . - only',
    ),
    (f"{RULE}set.equipment = ['']\n", 4, 'rule "r": set.equipment: holds an empty text'),
    (f"{RULE}set.note = ['a']\n", 4, 'rule "r": set.note: must be text in quotes: "..."'),
    # conditions
    (
        f"{RULE}when.subjct.contains = 'a'\n",
        4,
        'rule "r": unknown condition "subjct" (did you mean "subject"?)',
    ),
    (
        f"{RULE}when.x-mailer = 'a'\n",
        4,
        'rule "r": unknown condition "x-mailer" (did you mean "header.x-mailer"?)',
    ),
    (f"{RULE}when.word.host = 'a'\n", 4, 'rule "r": unknown condition "word" (captured words are'),
    (f"{RULE}when = 'always'\n", 4, 'rule "r": when: must be a table: [rule.when]'),
    (f"{RULE}when.header = 'a'\n", 4, 'rule "r": when.header: name the header: header.X-Mailer ='),
    (f"{RULE}when.header.'a b' = 'a'\n", 4, 'rule "r": "a b" is no name of a header'),
    (f"{RULE}when.header = {{}}\n", 4, 'rule "r": header asks for nothing'),
    (f"{RULE}when.subject = {{}}\n", 4, 'rule "r": subject asks for nothing'),
    (f"{RULE}when.size = {{}}\n", 4, 'rule "r": size asks for nothing'),
    (f"{RULE}when.time = {{}}\n", 4, 'rule "r": time asks for nothing'),
    (f"{RULE}when.subject = 5\n", 4, 'rule "r": when.subject: must be text, or say how to compare'),
    (f"{RULE}when.subject = []\n", 4, 'rule "r": when.subject: is an empty list'),
    (f"{RULE}when.subject = ' '\n", 4, 'rule "r": when.subject: holds an empty text'),
    (f"{RULE}when.subject.in = ['a', 1]\n", 4, 'rule "r": when.subject.in: must be text or a list'),
    (f"{RULE}when.subject.is = ['a']\n", 4, 'rule "r": when.subject.is: for a list write "in"'),
    (
        f"{RULE}when.subject.contians = 'a'\n",
        4,
        'rule "r": unknown operator "contians" (did you mean "contains"?)',
    ),
    (
        f"{RULE}unless.subject.over = 5\n",
        4,
        (
            'rule "r": subject is not compared with "over", only with '
            "is, in, contains, starts, ends, matches"
        ),
    ),
    (
        f"{RULE}when.kind.contains = 'per'\n",
        4,
        'rule "r": kind is not compared with "contains", only with is, in',
    ),
    (f"{RULE}when.known = 'yes'\n", 4, 'rule "r": when.known: must be true or false, without quot'),
    (f"{RULE}when.kind = 'persn'\n", 4, '(did you mean "person"?)'),
    (
        f"{RULE}when.dmarc = 'passed'\n",
        4,
        'rule "r": when.dmarc: "passed" is none of pass, fail, n',
    ),
    (f"{RULE}when.weekday = 'monday'\n", 4, 'rule "r": when.weekday: "monday" is none of mon, tue'),
    (f"{RULE}when.language = 'english'\n", 4, '"english" is no code of a language ("en", "de")'),
    (f"{RULE}when.sender = 'Jane Roe'\n", 4, 'rule "r": when.sender: "Jane Roe" is no address'),
    (
        f"{RULE}when.sender = 'acme.example'\n",
        4,
        '"acme.example" is no address (for everybody there: domain = "acme.example")',
    ),
    (
        f"{RULE}when.domain = 'jane@acme.example'\n",
        4,
        '"jane@acme.example" is no domain (did you mean "acme.example"?)',
    ),
    (
        f"{RULE}when.size.over = '10 MiB'\n",
        4,
        'rule "r": when.size.over: must be a number of bytes',
    ),
    (
        f"{RULE}when.size.over = -1\n",
        4,
        'rule "r": when.size.over: must be a number of bytes, or a',
    ),
    (
        f"{RULE}when.size.over = true\n",
        4,
        'rule "r": when.size.over: must be a number of bytes, or',
    ),
    (f"{RULE}when.size.above = 1\n", 4, 'rule "r": unknown operator "above"'),
    (f"{RULE}when.size = 5\n", 4, 'rule "r": when.size: must be a table: [rule.when.size]'),
    (
        f"{RULE}when.time.between = '8-18'\n",
        4,
        'rule "r": when.time.between: "8-18" is no span of time (write it as "18:00-08:00")',
    ),
    (f"{RULE}when.time.between = '08:00-25:00'\n", 4, "names a time that no clock shows"),
    (f"{RULE}when.time.between = '08:00-08:00'\n", 4, "begins when it ends"),
    (f"{RULE}when.time.between = '08:00-24:30'\n", 4, "names a time that no clock shows"),
    # patterns
    (
        f"{RULE}when.text.matches = 'a(?!b)'\n",
        4,
        'rule "r": when.text.matches: no lookaround: it cannot be decided in linear time',
    ),
    (f"{RULE}when.text.matches = '(a)\\1'\n", 4, 'rule "r": when.text.matches: no backreferences'),
    (
        f"{RULE}when.text.matches = ['a', '(b']\n",
        4,
        'rule "r": when.text.matches: a ( is not close',
    ),
    (f"{RULE}when.text.matches = '\\pL{{900}}{{9}}'\n", 4, 'rule "r": when.text.matches: '),
    # thanks
    ("[thanks]\n\nenglish = ['thx']\n", 3, '"english" is no code of a language ("en", "de")'),
    ("[thanks]\nen = ['thx', 'OK!']\n", 2, 'thanks.en: "OK!" may be an answer: it is never mere'),
    ("[thanks]\nen = ['thx', '!!']\n", 2, 'thanks.en: "!!" holds no word'),
    ("[thanks]\nen = 5\n", 2, "thanks.en: must be text or a list of texts"),
    ("[thanks.around]\nen = ['d’accord']\n", 2, "may be an answer: it is never mere thanks"),
    ("thanks = 'thx'\n", 1, "thanks: must be a table: [thanks]"),
    # TOML
    ('[[rule]]\nname = "r\n', 2, "is not TOML: "),
    ("[[rule]]\nname = 'r'\nname = 's'\n", 3, "is not TOML: "),
    ("a = [", 1, "is not TOML: "),
]

ALERT_CASES = [
    (ALERT.replace("key =", "kye ="), 5, 'rule "r": unknown key "kye" (did you mean "key"?)'),
    (ALERT.replace("key =", "title ="), 1, 'rule "r": has no key: it says which alerts belong tog'),
    (
        ALERT.replace("{host}", "{hots}"),
        5,
        'rule "r": key: no capture makes the word "hots" (did you mean "host"?)',
    ),
    (f"{ALERT}title = '{{state}}'\n", 6, 'rule "r": title: no capture makes the word "state"'),
    (ALERT.replace("{host}", "all"), 5, 'rule "r": key: names no word: all alerts of this rule wo'),
    (ALERT.replace("{host}", "{host"), 5, 'rule "r": key: a { stands alone in "{host"'),
    (ALERT.replace("{host}", "host}"), 5, 'rule "r": key: a } stands alone in "host}"'),
    (ALERT.replace("{host}", "{a b}"), 5, 'rule "r": key: "{a b}" is no place for a word'),
    (ALERT.replace("{host}", "{}"), 5, 'rule "r": key: "{}" is no place for a word'),
    (ALERT.replace("?P<host>", ""), 4, "captures nothing: name a group, (?P<host>...)"),
    (ALERT.replace("<host>", "<sender>"), 4, "{sender} is the mail's own: give the group another"),
    (ALERT.replace("capture.subject", "capture.subjct"), 4, '(did you mean "subject"?)'),
    (ALERT.replace("capture.subject", "capture.header"), 4, "name the header: header.X-Host ="),
    (ALERT.replace("when.", "unless."), 1, 'rule "r": has no [rule.when]: every mail would be its'),
    (ALERT.replace('"r"', '"r|s"'), 2, 'rule "r|s": name: holds a |, which ends the name in the'),
    (f"{ALERT}on-recovery = 'note'\n", 6, 'rule "r": on-recovery has no effect without a [rule.re'),
    (
        f"{ALERT}recovery.word.host = 'a'\non-recovery = 'finsh'\n",
        7,
        'rule "r": on-recovery: "finsh" is none of note, finish (did you mean "finish"?)',
    ),
    (f"{ALERT}recovery.word.hots = 'a'\n", 6, '"hots" (did you mean "host"?)'),
    (f"{ALERT}recovery.word = {{}}\n", 6, 'rule "r": word asks for nothing'),
    (f"{ALERT}ignore = true\n", 4, 'rule "r": capture has no effect with ignore = true'),
    (f"{ALERT}priority = 'top'\n", 6, 'rule "r": priority: "top" is none of low, normal, high, ur'),
]

TAG_CASES = [
    ("[en]\nfinishd = ['done']\n", 2, 'unknown tag "finishd" (did you mean "finished"?)'),
    ("[english]\nfinished = ['done']\n", 1, '"english" is no code of a language ("en", "de")'),
    ("finished = ['done']\n", 1, "finished: must be a table: [finished]"),
    (
        "[en]\nfinished = ['done']\n[de]\ncancelled = ['Do-ne']\n",
        4,
        '"Do ne" already means finished: see line 2',
    ),
    (
        "[en]\nfinished = ['In Progress']\n",
        2,
        'en.finished: "In Progress" already means in-progress: it is its own name',
    ),
    ("[en]\nfinished = ['']\n", 2, "en.finished: holds an empty text"),
    ("[en]\nfinished = ['--']\n", 2, 'en.finished: "--" holds no letter'),
    ("[en]\nfinished = ['1st']\n", 2, 'en.finished: "1st" begins with a digit: #1 is how people'),
    ("[en]\nfinished = ['#done']\n", 2, 'en.finished: "#done" is written without the #'),
    ("[en]\nfinished = ['done!']\n", 2, 'en.finished: "done!" holds more than letters, digits, sp'),
    ("[en]\nfinished = ['a b c d e f g']\n", 2, "has more than 6 words"),
    ("[en]\nfinished = true\n", 2, "en.finished: must be text or a list of texts"),
]

NOTICE_CASES = [
    ("[opend]\n", 1, 'unknown notice "opend" (did you mean "opened"?)'),
    ("[opened]\nto = ['requestr']\n", 2, '(did you mean "requester"?)'),
    ("[opened]\nfor = ['requester']\n", 2, 'unknown key "for"'),
    ("[opened]\nto = 5\n", 2, "opened.to: must be text or a list of texts"),
    ("[opened]\npdf = 'yes'\n", 2, "opened.pdf: must be true or false, without quotes"),
    ("[opened]\ntemplate = 'mail/opened'\n", 2, '"mail/opened" is no name of a folder in templat'),
    ("[opened]\ntemplate = '..'\n", 2, '".." is no name of a folder in templates/mail/'),
    ("[transcript]\nto = []\n", 1, "[transcript] cannot be set here: it goes to the technician wh"),
    ("[unproven]\nto = []\n", 1, "[unproven] cannot be set here: it goes to the technician's own"),
    ("[trouble]\n", 1, "[trouble] cannot be set here: it goes to the site's admin_address, always"),
    ("[reply]\n", 1, "[reply] cannot be set here: write [reply-by-customer] or [reply-by-technici"),
    ("[note]\nto = ['requester']\n", 2, 'note.to: "requester": it is worded for technicians alone'),
    ("[mail-failed]\nto = ['participants']\n", 2, "it is worded for technicians alone"),
    ("[note]\npdf = true\n", 2, "note.pdf: has no effect: the PDF is for the customer's side"),
    ("opened = ['requester']\n", 1, "opened: must be a table: [opened]"),
    (
        "[opened]\nto = ['writer']\n",
        2,
        'opened.to: "writer": makes sense only in [follow-up] and [balance]',
    ),
    ("[finished]\nto = 'admin'\n", 2, 'finished.to: "admin": makes sense only in [bank-low]'),
    (
        "[bank-low]\nto = ['requester']\n",
        2,
        (
            'bank-low.to: "requester": it is of no work order, '
            "and goes to primary-contacts and admin only"
        ),
    ),
    (
        "[bank-low]\nto = ['writer']\n",
        2,
        'bank-low.to: "writer": it is of no work order, and goes to primary-contacts and adm',
    ),
    (
        "[balance]\nto = ['admin']\n",
        2,
        'balance.to: "admin": it is of no work order, and goes to primary-contacts and writer only',
    ),
    (
        "[statement]\nto = ['technicians']\n",
        2,
        'statement.to: "technicians": it is of no work order, and goes to primary-contacts only',
    ),
    (
        "[bank-low]\npdf = true\n",
        2,
        "bank-low.pdf: has no effect: it is of no work order, and has no PDF",
    ),
    ("[balance]\npdf = true\n", 2, "balance.pdf: has no effect: it is of no work order, and has"),
    (
        "[timer-long]\n",
        1,
        (
            "[timer-long] cannot be set here: it goes to the technician whose timer it is, always, "
            "and to nobody else"
        ),
    ),
    (
        "[digest]\nto = []\n",
        1,
        "[digest] cannot be set here: it goes to the technician whose day it is, always, and to no",
    ),
    ("[remindr]\n", 1, 'unknown notice "remindr" (did you mean "reminder"?)'),
]

EVERY = [
    pytest.param(file, text, line, reason, id=f"{file}-{number}")
    for file, cases in (
        (INTAKE, INTAKE_CASES),
        (ALERTS, ALERT_CASES),
        (TAGS, TAG_CASES),
        (NOTICES, NOTICE_CASES),
    )
    for number, (text, line, reason) in enumerate(cases)
]


@pytest.mark.parametrize(("file", "text", "line", "reason"), EVERY)
def test_a_mistake_is_told_once_on_its_line(file: str, text: str, line: int, reason: str) -> None:
    told = problems({file: text})
    mine = [each for each in told if reason in each]
    assert mine, told
    assert mine[0].startswith(f"rules/{file}:{line}: ")
    assert len(set(told)) == len(told) <= 2
    assert all("\n" not in each for each in told)


def test_what_is_wrong_in_all_files_is_told_at_once_in_the_order_of_the_lines() -> None:
    told = problems(
        {
            INTAKE: f"{RULE}set.priority = 'x'\nwhen.subjct = 'a'\n{RULE}",
            TAGS: "[en]\nfinished = ['1st']\n",
            NOTICES: "[opend]\n[transcript]\n",
            ALERTS: "= broken",
        }
    )
    assert [each.split(": ")[0] for each in told] == [
        *("rules/intake.toml:4", "rules/intake.toml:5", "rules/intake.toml:7"),
        *("rules/tags.toml:2", "rules/notices.toml:1", "rules/notices.toml:2"),
        "rules/alerts.toml:1",
    ]


def test_a_hostile_name_stays_on_one_line() -> None:
    (told,) = problems(
        {INTAKE: '[[rule]]\nname = "a\\n\\u001b[31m\\u202e"\nstopp = 1\nstop = true'}
    )
    assert told == (
        r'rules/intake.toml:3: rule "a\n\x1b[31m\u202e": unknown key "stopp" (did you mean "stop"?)'
    )


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone: cannot be read: No such file or directory"):
        load(tmp_path / "gone")


def test_a_file_that_cannot_be_read_is_told_with_the_faults_of_the_others(tmp_path: Path) -> None:
    (tmp_path / INTAKE).mkdir()
    (tmp_path / TAGS).symlink_to(tmp_path / "nothing")
    (tmp_path / NOTICES).write_text("[opend]\n")
    (tmp_path / ALERTS).write_bytes(b"# fine\n# caf\xe9\n")
    (tmp_path / "intakes.toml").write_text("")
    with pytest.raises(ConfigError) as refused:
        load(tmp_path)
    assert [*refused.value.problems] == [
        f'{tmp_path}/intakes.toml: is no rule file (did you mean "intake.toml"?)',
        f"{tmp_path}/intake.toml: cannot be read: Is a directory",
        f"{tmp_path}/tags.toml: cannot be read: No such file or directory",
        f"{tmp_path}/alerts.toml:2: is not UTF-8 text",
        f'{tmp_path}/notices.toml:1: unknown notice "opend" (did you mean "opened"?)',
    ]

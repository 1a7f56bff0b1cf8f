import io
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config_texts import (
    MAILBOX,
    SECRET,
    SITE,
    SMALLEST,
    SMTP,
    loaded,
    the_problem,
)
from workorder.config import load
from workorder.errors import ConfigError

# Passwords: one of three ways, and never shown.


def password_of(folder: Path, line: str, **environ: str) -> str:
    text = SITE + MAILBOX.replace(f'password = "{SECRET}"', line) + SMTP
    return loaded(folder, text, **environ).mailboxes[0].password.get_secret_value()


def password_problem(folder: Path, line: str, **environ: str) -> str:
    text = SITE + MAILBOX.replace(f'password = "{SECRET}"', line) + SMTP
    return the_problem(folder, text, **environ)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_password_file_may_end_its_line(tmp_path: Path, ending: str) -> None:
    (tmp_path / "pw").write_bytes(f" {SECRET} {ending}".encode())
    assert password_of(tmp_path, 'password_file = "pw"') == f" {SECRET} "


def test_a_password_may_come_from_the_environment(tmp_path: Path) -> None:
    assert password_of(tmp_path, 'password_env = "IMAP"', IMAP=SECRET) == SECRET


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "config.toml:5: mailboxes[0].password: missing: give password, password_file or"),
        ('password = ""', "config.toml:9: mailboxes[0].password: is empty"),
        ("password = 4", 'config.toml:9: mailboxes[0].password: must be text in quotes: "..."'),
        (
            f'password = "{SECRET}\\n"',
            "config.toml:9: mailboxes[0].password: holds a line break",
        ),
        (
            f'password = "{SECRET}"\npassword_env = "IMAP"',
            "config.toml:9: mailboxes[0].password: told twice: password and password_env",
        ),
        (
            'password_env = "IMAP"',
            "config.toml:9: mailboxes[0].password_env: names an environment variable that is not",
        ),
        ('password_file = "no/pw"', "config.toml:9: mailboxes[0].password_file: cannot read "),
        ('password_file = "two"', "config.toml:9: mailboxes[0].password_file: "),
        ('password_file = "long"', "config.toml:9: mailboxes[0].password_file: "),
        ('password_file = "binary"', "config.toml:9: mailboxes[0].password_file: "),
        ('password_file = "empty"', "config.toml:9: mailboxes[0].password_file: "),
    ],
)
def test_a_password_that_cannot_be_had_is_named_and_not_shown(
    tmp_path: Path, line: str, problem: str
) -> None:
    (tmp_path / "two").write_text(f"{SECRET}\nA1 LOGOUT\n")
    (tmp_path / "long").write_text(SECRET * 1000)
    (tmp_path / "binary").write_bytes(SECRET.encode() + b"\xff")
    (tmp_path / "empty").touch()
    found = password_problem(tmp_path, line)
    assert found.startswith(problem)
    assert SECRET not in found


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    found = password_problem(tmp_path, 'password_file = "no/pw"')
    assert f"cannot read {tmp_path}/no/pw: No such file or directory" in found


def test_an_smtp_user_needs_a_password_and_a_password_a_user(tmp_path: Path) -> None:
    without = the_problem(tmp_path, SMALLEST + 'user = "support"\n')
    assert without.startswith("config.toml:10: smtp.password: missing: give password")
    alone = the_problem(tmp_path, f'{SMALLEST}password = "{SECRET}"\n')
    assert alone == "config.toml:10: smtp.user: missing, though a password is given"


def test_no_password_is_shown_by_the_configuration(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://user:{SECRET}@host/name"
    text = f'{SMALLEST}user = "support"\npassword = "{SECRET}"\n[storage]\ndatabase = "{url}"\n'
    config = loaded(tmp_path, text)
    assert config.smtp.password == SecretStr(SECRET)
    shown = f"{config!r} {config} {config.model_dump_json(exclude={'storage'})} {config.warnings}"
    assert SECRET not in shown


WRONG = {
    "wrong type beside it": f'{SMALLEST}user = 4\npassword = "{SECRET}"\n',
    "unknown key beside it": f'{SMALLEST}user = "x"\npasswort = "{SECRET}"\n',
    "no section": f'{SITE}{SMTP}[mailboxes]\nname = "x"\npassword = "{SECRET}"\n',
    "password is a list": f'{SMALLEST}user = "x"\npassword = ["{SECRET}"]\n',
    "password is a table": f'{SMALLEST}user = "x"\npassword = {{ value = "{SECRET}" }}\n',
    "smtp is text": f'smtp = "{SECRET}"\n{SITE}{MAILBOX}',
    "mailboxes is text": f'mailboxes = ["{SECRET}"]\n{SITE}{SMTP}',
    "database": f'{SMALLEST}[storage]\ndatabase = "mysql://u:{SECRET}@h/n"\n',
    "database without a name": f'{SMALLEST}[storage]\ndatabase = "postgresql+psycopg://u:{SECRET}@h"',
    "database with a wrong port": f'{SMALLEST}[storage]\ndatabase = "postgresql+psycopg://u:{SECRET}@h:x/n"',
    "not TOML": f"{SMALLEST}password = {SECRET}\n",
    "not TOML, later": f'{SMALLEST}password = "{SECRET}"\nx\n',
    "not UTF-8": f'{SMALLEST}password = "{SECRET}"\nx = "\udce9"\n',
}


@pytest.mark.parametrize("name", WRONG)
def test_no_password_is_shown_by_an_error_or_its_traceback(tmp_path: Path, name: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(WRONG[name].encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    shown = io.StringIO()
    for error in chain(caught.value):
        trace = traceback.TracebackException.from_exception(error, capture_locals=False)
        print("".join(trace.format()), repr(error), file=shown)
    assert SECRET not in shown.getvalue()


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all it came from, what `from None` hides included."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

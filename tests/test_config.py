import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config_texts import (
    MAILBOX,
    SECRET,
    SITE,
    SMALLEST,
    SMTP,
    loaded,
    problems,
    the_problem,
    written,
)
from workorder import shipped
from workorder.config import Config, MailboxConfig, Security, find_config, load
from workorder.errors import ConfigError


def test_the_smallest_configuration_has_sensible_defaults(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALLEST)
    assert (config.numbers.prefix, config.numbers.first) == ("WO", 1001)
    assert (config.work_orders.reopen_days, config.work_orders.max_mail_mb) == (14, 40)
    assert (config.mailboxes[0].port, config.mailboxes[0].security) == (993, Security.TLS)
    assert (config.smtp.port, config.smtp.user, config.smtp.password) == (587, None, None)
    assert config.trust.commands == ("dmarc", "reply")
    assert (config.portal.host, config.portal.port) == ("127.0.0.1", 8080)


def test_the_shipped_example_loads_once_its_passwords_are_there(tmp_path: Path) -> None:
    text = shipped.example_config().read_text()
    for name in ("imap", "smtp"):
        (tmp_path / f"{name}.password").write_text(SECRET)
        (tmp_path / f"{name}.password").chmod(0o600)
    config = loaded(tmp_path, text.replace("/etc/workorder/", ""))
    assert config.warnings == ()
    assert config.site.timezone == "America/New_York"


def test_the_shipped_example_shows_every_key() -> None:
    lines = shipped.example_config().read_text()
    shown = tomllib.loads(lines.replace("# ca_file", "ca_file"))
    for section, field in Config.model_fields.items():
        table = shown[section][0] if section == "mailboxes" else shown[section]
        model: Any = MailboxConfig if section == "mailboxes" else field.annotation
        keys = set(model.model_fields) - {"password"}
        assert keys == set(table) - {"password_file"}, section


def test_relative_paths_are_relative_to_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, SMALLEST + '[storage]\nfiles = "/srv/files"\n')
    monkeypatch.chdir(tmp_path.parent)
    config = load(Path(tmp_path.name) / path.name, {})
    assert config.storage.files == Path("/srv/files")
    assert config.storage.database == f"sqlite:///{tmp_path}/var/workorder.db"
    assert config.paths.rules == tmp_path / "rules"
    assert config.site.secret_file == tmp_path / "var" / "secret"


def test_a_database_with_four_slashes_stands_where_it_says(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALLEST + '[storage]\ndatabase = "sqlite:////srv/w.db"\n')
    assert config.storage.database == "sqlite:////srv/w.db"


def test_postgresql_is_taken_as_it_is(tmp_path: Path) -> None:
    url = "postgresql+psycopg://user@host/name"
    config = loaded(tmp_path, f'{SMALLEST}[storage]\ndatabase = "{url}"\n')
    assert config.storage.database == url


@pytest.mark.parametrize(
    ("security", "imap", "smtp"), [("tls", 993, 465), ("starttls", 143, 587), ("none", 143, 25)]
)
def test_a_port_that_is_left_out_is_the_one_of_its_security(
    tmp_path: Path, security: str, imap: int, smtp: int
) -> None:
    line = f'security = "{security}"\n'
    config = loaded(tmp_path, SITE + MAILBOX + line + SMTP + line)
    assert (config.mailboxes[0].port, config.smtp.port) == (imap, smtp)


def test_the_configuration_cannot_be_changed(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALLEST)
    with pytest.raises(ValidationError):
        config.site.name = "Other"


# What is wrong is named with file, line, key, reason and the nearest known word.


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            SITE + MAILBOX + "prot = 993\n" + SMTP,
            'config.toml:10: mailboxes[0].prot: unknown key "prot" (did you mean "port"?)',
        ),
        (
            SITE + "reopen_days = 3\n" + MAILBOX + SMTP,
            (
                'config.toml:5: site.reopen_days: unknown key "reopen_days"'
                " (it belongs in [work_orders])"
            ),
        ),
        (
            SMALLEST + "[mailbox]\n",
            'config.toml:12: mailbox: unknown section "mailbox" (did you mean "mailboxes"?)',
        ),
        ("warnings = 1\n" + SMALLEST, 'config.toml:1: warnings: unknown section "warnings"'),
        (
            SITE + SMTP,
            "config.toml:1: mailboxes: missing: a section [[mailboxes]] is needed",
        ),
        (
            SITE + MAILBOX.replace("[[", "[").replace("]]", "]") + SMTP,
            "config.toml:5: mailboxes: must be a section: write [[mailboxes]]",
        ),
        (
            SITE.replace("[site]", "[[site]]") + MAILBOX + SMTP,
            "config.toml:1: site: must be a section: write [site]",
        ),
        (
            "mailboxes = []\n" + SITE + SMTP,
            "config.toml:1: mailboxes: is empty: there must be one at least",
        ),
        (
            SITE.replace('name = "Northwind IT Services"\n', "") + MAILBOX + SMTP,
            "config.toml:1: site.name: missing",
        ),
        (
            SITE + MAILBOX + 'port = "993"\n' + SMTP,
            "config.toml:10: mailboxes[0].port: must be a whole number without quotes",
        ),
        (
            SITE + MAILBOX + "port = 70000\n" + SMTP,
            "config.toml:10: mailboxes[0].port: must be 65535 or less",
        ),
        (
            SITE + MAILBOX + "poll_seconds = 0\n" + SMTP,
            "config.toml:10: mailboxes[0].poll_seconds: must be 1 or more",
        ),
        (
            SITE + MAILBOX + 'idle = "yes"\n' + SMTP,
            "config.toml:10: mailboxes[0].idle: must be true or false, without quotes",
        ),
        (
            SITE + MAILBOX + 'security = "startls"\n' + SMTP,
            (
                'config.toml:10: mailboxes[0].security: "startls" is none of tls, starttls, none'
                ' (did you mean "starttls"?)'
            ),
        ),
        (
            SITE + MAILBOX + "security = 1\n" + SMTP,
            "config.toml:10: mailboxes[0].security: must be one of tls, starttls, none, in quotes",
        ),
        (
            SITE + MAILBOX + 'folder = "Mail"\ndone_folder = "Mail"\n' + SMTP,
            'config.toml:11: mailboxes[0].done_folder: is "Mail", which is folder already',
        ),
        (
            SITE + MAILBOX + 'aside_folder = "INBOX"\n' + SMTP,
            'config.toml:10: mailboxes[0].aside_folder: is "INBOX", which is folder already',
        ),
        (
            SITE + MAILBOX + MAILBOX + SMTP,
            'config.toml:11: mailboxes[1].name: a mailbox "support" stands above already',
        ),
        (
            SITE + MAILBOX.replace("imap.northwind.example", "imap.northwind.example:993") + SMTP,
            (
                'config.toml:7: mailboxes[0].host: "imap.northwind.example:993" is more than a host'
                " name (the port has a key of its own)"
            ),
        ),
        (
            SITE + 'timezone = "America/NewYork"\n' + MAILBOX + SMTP,
            (
                'config.toml:5: site.timezone: unknown time zone "America/NewYork"'
                ' (did you mean "America/New_York"?)'
            ),
        ),
        (
            SITE + 'language = "eng"\n' + MAILBOX + SMTP,
            (
                'config.toml:5: site.language: no templates for "eng": there are en, es'
                ' (did you mean "en"?)'
            ),
        ),
        (
            SITE.replace("support@northwind.example", "support@") + MAILBOX + SMTP,
            (
                'config.toml:3: site.support_address: "support@" is not an e-mail address'
                " (write it as support@example.com)"
            ),
        ),
        (
            SITE + 'portal_url = "help.example.com"\n' + MAILBOX + SMTP,
            (
                'config.toml:5: site.portal_url: "help.example.com" is not a web address'
                " (write it as https://help.example.com)"
            ),
        ),
        (
            SMALLEST + '[numbers]\nprefix = "W-O"\n',
            "config.toml:13: numbers.prefix: must be one to ten letters A-Z",
        ),
        (
            SMALLEST + '[trust]\ncommands = [\n  "reply",\n  "dmark",\n]\n',
            'config.toml:15: trust.commands[1]: "dmark" is no way of proof: did you mean "dmarc"?',
        ),
        (
            SMALLEST + '[trust]\ncommands = ["header:==x"]\n',
            (
                'config.toml:13: trust.commands[0]: "header:==x" is no way of proof:'
                " write it as header:NAME=VALUE"
            ),
        ),
        (
            SMALLEST + '[trust]\ncommands = "reply"\n',
            'config.toml:13: trust.commands: must be a list: ["...", "..."]',
        ),
        (
            SMALLEST + '[trust]\ncommands = ["dmarc"]\n',
            "config.toml:12: trust.authserv_id: missing: without it dmarc proves nobody's mail",
        ),
        (
            SMALLEST + '[trust]\ntechnicians_domains = ["@northwind"]\n',
            (
                'config.toml:13: trust.technicians_domains[0]: "@northwind" is not a mail domain'
                " (write it as example.com)"
            ),
        ),
        (
            SMALLEST + '[portal]\nlisten = "8080"\n',
            'config.toml:13: portal.listen: "8080" is not HOST:PORT (write it as 127.0.0.1:8080)',
        ),
        (
            SMALLEST + '[storage]\ndatabase = "sqlite://"\n',
            (
                "config.toml:13: storage.database: needs three slashes: sqlite:///FILE, four for a"
                " path from the root"
            ),
        ),
        (
            SMALLEST + '[storage]\ndatabase = "sqlite:///:memory:"\n',
            (
                "config.toml:13: storage.database: names no file: a database in memory would be"
                " lost at every restart"
            ),
        ),
        (
            SMALLEST + '[storage]\ndatabase = "postgresql://u@h/n"\n',
            "config.toml:13: storage.database: write postgresql+psycopg:// in front",
        ),
        (
            SMALLEST + '[storage]\ndatabase = "mysql://u@h/n"\n',
            "config.toml:13: storage.database: must begin with sqlite:/// or postgresql+psycopg://",
        ),
    ],
)
def test_a_problem_is_one_line_with_file_line_key_and_reason(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert the_problem(tmp_path, text) == problem


def test_every_problem_is_named_at_once_and_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SITE.replace("admin@northwind.example", "admin") + MAILBOX + 'securty = "tls"\n'
        "[numbers]\nfirst = 0\n" + MAILBOX.replace(f'"{SECRET}"', "1") + SMTP + "port = 25.5\n"
    )
    found = [problem.split(": ")[:2] for problem in problems(tmp_path, text)]
    assert found == [
        ["config.toml:4", "site.admin_address"],
        ["config.toml:10", "mailboxes[0].securty"],
        ["config.toml:12", "numbers.first"],
        ["config.toml:14", "mailboxes[1].name"],
        ["config.toml:17", "mailboxes[1].password"],
        ["config.toml:20", "smtp.port"],
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('[site]\nname = "x"\nport 3\n', "config.toml:3: is not TOML: Expected '='"),
        (f"[site]\npassword = {SECRET}\n", "config.toml:2: is not TOML: Invalid value"),
        ("[site\n", "config.toml:1: is not TOML: "),
        ('[site]\nname = """x\n\n', "config.toml:4: is not TOML: "),
        ('[site]\nname = "x"\nname = "y"\n', "config.toml:3: is not TOML: "),
        ("x = " + "[" * 5000 + "]" * 5000, "config.toml:1: is not TOML: brackets are nested"),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(tmp_path: Path, text: str, start: str) -> None:
    problem = the_problem(tmp_path, text)
    assert problem.startswith(start)
    assert SECRET not in problem


def test_what_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'[site]\nname = "Caf\xe9"\n')
    with pytest.raises(ConfigError, match=r"config\.toml:2: is not UTF-8 text"):
        load(path, {})


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert load(path, {}).site.name == "Northwind IT Services"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml", {})


def test_a_language_of_the_override_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "own" / "language").mkdir(parents=True)
    (tmp_path / "own" / "language" / "de.toml").touch()
    text = SITE + 'language = "de"\n' + MAILBOX + SMTP + '[paths]\ntemplates = "own"\n'
    assert loaded(tmp_path, text).site.language == "de"


# What is allowed and unwise.


def test_a_careful_configuration_has_no_warnings(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALLEST + '[trust]\nauthserv_id = "mx.northwind.example"\n')
    assert config.warnings == ()


def warnings(folder: Path, text: str) -> list[str]:
    trust = "" if "[trust]" in text else '[trust]\nauthserv_id = "mx.northwind.example"\n'
    return [line.removeprefix(f"{folder}/") for line in loaded(folder, text + trust).warnings]


def test_a_password_sent_in_the_clear_to_another_machine_is_warned_of(tmp_path: Path) -> None:
    text = SITE + MAILBOX + 'security = "none"\n' + SMTP
    assert warnings(tmp_path, text) == [
        'config.toml:10: mailboxes[0].security: "none": anyone on the way can read the password'
    ]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_a_password_that_stays_on_this_machine_is_not_warned_of(tmp_path: Path, host: str) -> None:
    mailbox = MAILBOX.replace("imap.northwind.example", host)
    assert warnings(tmp_path, SITE + mailbox + 'security = "none"\n' + SMTP) == []


def test_mail_sent_in_the_clear_without_a_password_is_not_warned_of(tmp_path: Path) -> None:
    smtp = SMTP.replace("127.0.0.1", "smtp.northwind.example") + 'security = "none"\n'
    assert warnings(tmp_path, SITE + MAILBOX + smtp) == []
    login = f'user = "support"\npassword = "{SECRET}"\n'
    assert len(warnings(tmp_path, SITE + MAILBOX + smtp + login)) == 1


def test_trust_in_the_from_line_alone_is_warned_of(tmp_path: Path) -> None:
    trust = '[trust]\nauthserv_id = "mx.northwind.example"\ncommands = ["from"]\n'
    assert warnings(tmp_path, SMALLEST + trust) == [
        'config.toml:14: trust.commands: "from" alone obeys whoever forges a technician'
    ]


def test_a_missing_authserv_id_is_warned_of(tmp_path: Path) -> None:
    assert [line.split(": ")[1] for line in loaded(tmp_path, SMALLEST).warnings] == [
        "trust.authserv_id"
    ]


def test_a_password_that_every_user_of_the_machine_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "pw"
    file.write_text(SECRET)
    text = SITE + MAILBOX.replace(f'password = "{SECRET}"', 'password_file = "pw"') + SMTP
    file.chmod(0o640)
    assert warnings(tmp_path, text) == []
    file.chmod(0o644)
    assert warnings(tmp_path, text) == [
        f"config.toml:9: mailboxes[0].password_file: every user can read {file} (chmod o-r)"
    ]


def test_a_password_in_a_configuration_that_every_user_can_read_is_warned_of(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, SMALLEST)
    path.chmod(0o644)
    found = [line for line in load(path, {}).warnings if "mailboxes[0].password:" in line]
    assert len(found) == 1


# Which file it is.


def test_the_option_comes_before_the_environment_and_that_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, SMALLEST)
    monkeypatch.chdir(tmp_path)
    environ = {"WORKORDER_CONFIG": "b.toml"}
    assert find_config("a.toml", environ) == Path("a.toml")
    assert find_config(None, environ) == Path("b.toml")
    assert find_config(None, {}) == Path("config.toml")


@pytest.mark.skipif(
    Path("/etc/workorder/config.toml").exists(), reason="this machine has a configuration"
)
def test_without_any_configuration_every_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"--config.*WORKORDER_CONFIG.*/etc/workorder"):
        find_config(None, {})

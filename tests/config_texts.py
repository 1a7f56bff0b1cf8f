"""The smallest config.toml, in parts, and how a test loads one."""

from pathlib import Path

import pytest

from workorder.config import Config, load
from workorder.errors import ConfigError

SECRET = "Tr0ub4dor-never-shown"

SITE = """\
[site]
name = "Northwind IT Services"
support_address = "support@northwind.example"
admin_address = "admin@northwind.example"
"""
MAILBOX = f"""\
[[mailboxes]]
name = "support"
host = "imap.northwind.example"
user = "support"
password = "{SECRET}"
"""
SMTP = """\
[smtp]
host = "127.0.0.1"
"""
SMALLEST = SITE + MAILBOX + SMTP


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def loaded(folder: Path, text: str, **environ: str) -> Config:
    return load(written(folder, text), environ)


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    """What is wrong with `text`, without the folder in front of each line."""
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text, **environ)
    return [problem.removeprefix(f"{folder}/") for problem in caught.value.problems]


def the_problem(folder: Path, text: str, **environ: str) -> str:
    (problem,) = problems(folder, text, **environ)
    return problem

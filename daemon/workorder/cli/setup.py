"""`workorder init`: a new site's folder, with everything that a first command needs.

All of it is made in a folder aside and moved into place when it is whole, config.toml last: a
site that cannot be made leaves nothing behind.
"""

import os
import re
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import click

from workorder import shipped
from workorder.cli.output import say
from workorder.config import Config, load
from workorder.errors import ConfigError, RequestError
from workorder.store.engine import (
    SchemaState,
    create_schema,
    database_file,
    open_engine,
    schema_state,
)

CONFIG = "config.toml"
PLACEHOLDER = "put-the-password-here"
SECRET_BYTES = 32

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
# The example keeps passwords in a system folder that a new machine does not have.
_PASSWORD_FILE = re.compile(r'^(password_file = ")[^"\n]*/([^"/\n]+") *', re.MULTILINE)
_DATABASE = re.compile(r'^(database = )"[^"\n]*"', re.MULTILINE)

_NEXT_STEPS = """\
made a site in {folder}
Next:
  1. edit {config}: your company, your mailbox, your mail server
  2. write the passwords into {passwords}
  3. {command} check
  4. {command} customer add NAME --domain DOMAIN
  5. {command} run"""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--database",
    metavar="URL",
    help="postgresql+psycopg://USER@HOST/NAME, an empty database; without it a file in DIR.",
)
def init(folder: Path, database: str | None) -> None:
    """Write config.toml, rules/, templates/ and var/ into DIR, and create the database."""
    passwords = make_site(folder, database)
    config = folder / CONFIG
    say(
        _NEXT_STEPS.format(
            folder=folder,
            config=config,
            passwords=" and ".join(str(folder / name) for name in passwords),
            command=f"workorder --config {shlex.quote(str(config))}",
        )
    )


def make_site(folder: Path, database: str | None = None) -> tuple[str, ...]:
    """Make a site in `folder`; the names of the password files that are to be filled in.

    Raises:
        RequestError: there is a site already, or something in its way; or the disk refuses.
        ConfigError: `database` is no URL that can be used.
        StorageError: the database refuses.
    """
    made: list[Path] = []
    try:
        _refuse_a_site(folder)
        made += _missing_folders(folder)  # one by one: what was made before a fault is known
        return _make_aside(folder, database)
    except OSError as fault:
        _remove(made)
        raise RequestError(f"cannot make {folder}: {fault.strerror} ({fault.filename})") from fault
    except BaseException:
        _remove(made)
        raise


def _refuse_a_site(folder: Path) -> None:
    if (folder / CONFIG).exists():
        raise RequestError(f"{folder / CONFIG} is there already: this site was made before")


def _missing_folders(folder: Path) -> Iterator[Path]:
    """Make `folder` and those above it that are missing, outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=_PRIVATE_FOLDER)
        yield path


def _remove(made: Sequence[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):  # somebody put something there meanwhile
            path.rmdir()


def _make_aside(folder: Path, database: str | None) -> tuple[str, ...]:
    aside = Path(tempfile.mkdtemp(prefix=".init-", dir=folder))
    try:
        passwords = _write_config(aside, database)
        config = load(aside / CONFIG)
        _copy_rules(config.paths.rules)
        _folder(config.paths.templates)
        _folder(config.storage.files)
        _write(config.site.secret_file, secrets.token_hex(SECRET_BYTES) + "\n")
        _refuse_what_is_taken(aside, folder)
        _create_database(config)
        _move_into_place(aside, folder)
    except ConfigError as error:
        told = [problem.replace(str(aside), str(folder)) for problem in error.problems]
        raise ConfigError(told) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return passwords


def _write_config(folder: Path, database: str | None) -> tuple[str, ...]:
    """Write the example as a configuration that works from any folder; its password files."""
    text = shipped.example_config().read_text(encoding="utf-8")
    if database is not None:
        # A TOML string in single quotes knows no escapes; a URL has no use for such a quote.
        if "'" in database or not database.isprintable():
            raise RequestError(f"{database!r} is no database's URL")
        text = _DATABASE.sub(lambda found: f"{found[1]}'{database}'", text)
    passwords = tuple(found[2].rstrip('"') for found in _PASSWORD_FILE.finditer(text))
    for name in passwords:
        _write(folder / name, PLACEHOLDER + "\n")
    _write(folder / CONFIG, _PASSWORD_FILE.sub(_beside_config, text))
    return passwords


def _beside_config(found: re.Match[str]) -> str:
    """The same key with the file's bare name, and the comment behind it where it was."""
    return f"{found[1]}{found[2]}".ljust(len(found[0]))


def _copy_rules(rules: Path) -> None:
    _folder(rules)
    for file in sorted(shipped.rules_folder().iterdir()):
        if file.is_file():
            _write(rules / file.name, file.read_text(encoding="utf-8"))


def _create_database(config: Config) -> None:
    """Create the schema; one that is there already is another daemon's of the same site."""
    engine = open_engine(config.storage.database, create=True)
    try:
        file = database_file(engine)
        if file is not None:
            _write(file, "")  # before SQLite does, with everybody's rights
        state = SchemaState.MISSING if file else schema_state(engine)
        match state:
            case SchemaState.MISSING:
                create_schema(engine)
            case SchemaState.CURRENT:
                say("the database has its tables already; they are left as they are")
            case SchemaState.BEHIND | SchemaState.AHEAD:
                raise RequestError("the database was made by another version of Work Order")
    finally:
        engine.dispose()  # the last connection of an SQLite file folds its log in


def _refuse_what_is_taken(aside: Path, folder: Path) -> None:
    taken = [name for name in _in_order(aside) if _in_the_way(folder / name)]
    if taken:
        raise RequestError(f"{folder} holds {', '.join(taken)} already: choose another folder")


def _move_into_place(aside: Path, folder: Path) -> None:
    """Move everything from one folder to the other, or nothing."""
    moved: list[str] = []
    try:
        for name in _in_order(aside):
            (aside / name).rename(folder / name)
            moved.append(name)
    except OSError:
        for name in moved:
            (folder / name).rename(aside / name)
        raise


def _in_order(folder: Path) -> list[str]:
    """What is to be moved; config.toml is the last, for it says that the site is whole."""
    return sorted((path.name for path in folder.iterdir()), key=lambda name: name == CONFIG)


def _in_the_way(path: Path) -> bool:
    """Whether something is there that a rename would replace or trip over."""
    if path.is_dir() and not path.is_symlink():
        return any(path.iterdir())
    return os.path.lexists(path)


def _folder(path: Path) -> None:
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)


def _write(path: Path, text: str) -> None:
    """Write a new file that nobody else can read, whatever the umask."""
    _folder(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)

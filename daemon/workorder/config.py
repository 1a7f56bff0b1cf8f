"""config.toml into one frozen Config, or every problem with file, line and key.

The value of a password, and of what may hold one, is never quoted.
"""

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    StrictBool,
    StrictInt,
    ValidationError,
)

from workorder import shipped
from workorder.config_checks import (
    a_database,
    a_domain,
    a_folder_name,
    a_folder_name_or_none,
    a_host,
    a_language,
    a_listen_address,
    a_path,
    a_portal_url,
    a_prefix,
    a_time_zone,
    a_way,
    across_sections,
    an_address,
    an_authserv_id,
    is_loopback,
    plain_text,
    split_listen,
)
from workorder.config_file import Document, Finding, read_toml
from workorder.config_secrets import PASSWORD_KEYS, take_passwords
from workorder.config_words import NO_FINDINGS, KnownKeys, reason_for
from workorder.errors import ConfigError

Text = Annotated[str, AfterValidator(plain_text)]
EmailText = Annotated[str, AfterValidator(an_address)]
Host = Annotated[str, AfterValidator(a_host)]
FolderName = Annotated[str, AfterValidator(a_folder_name)]
FilePath = Annotated[Path, AfterValidator(a_path)]
Port = Annotated[StrictInt, Field(ge=1, le=65535)]


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )


class SiteConfig(_Section):
    """The company. `secret_file` holds the key that signs links and ids; `init` makes it."""

    name: Text
    support_address: EmailText
    admin_address: EmailText
    timezone: Annotated[str, AfterValidator(a_time_zone)] = "UTC"
    language: Annotated[str, AfterValidator(a_language)] = "en"
    portal_url: Annotated[str, AfterValidator(a_portal_url)] = ""
    secret_file: FilePath = Path("var/secret")


class NumbersConfig(_Section):
    """How work orders are numbered: WO-1001."""

    prefix: Annotated[str, AfterValidator(a_prefix)] = "WO"
    first: Annotated[StrictInt, Field(ge=1, le=999_999_999)] = 1001


class StorageConfig(_Section):
    """Where the site's data is. `database` is an SQLAlchemy URL; it may hold a password."""

    database: Annotated[str, AfterValidator(a_database)] = Field(
        default="sqlite:///var/workorder.db", repr=False
    )
    files: FilePath = Path("var/files")


def _mailbox_port(valid: dict[str, Any]) -> int:
    return 993 if valid.get("security") is Security.TLS else 143


def _smtp_port(valid: dict[str, Any]) -> int:
    ports = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
    return ports[valid.get("security", Security.STARTTLS)]


class MailboxConfig(_Section):
    """A mailbox that is watched. An empty `done_folder` leaves handled mail in place, flagged."""

    name: Text
    host: Host
    security: Security = Security.TLS
    port: Port = Field(default_factory=_mailbox_port)
    user: Text
    password: SecretStr
    folder: FolderName = "INBOX"
    done_folder: Annotated[str, AfterValidator(a_folder_name_or_none)] = "WorkOrder.Done"
    aside_folder: FolderName = "WorkOrder.Aside"
    idle: StrictBool = True
    poll_seconds: Annotated[StrictInt, Field(ge=1, le=86_400)] = 60
    ca_file: FilePath | None = None


class SmtpConfig(_Section):
    """The server that takes outgoing mail. Without `user` it is not logged in to."""

    host: Host
    security: Security = Security.STARTTLS
    port: Port = Field(default_factory=_smtp_port)
    user: Text | None = None
    password: SecretStr | None = None
    ca_file: FilePath | None = None


class TrustConfig(_Section):
    """What proves who wrote a mail. `technicians_domains` are the company's own mail domains."""

    authserv_id: Annotated[str, AfterValidator(an_authserv_id)] = ""
    commands: tuple[Annotated[str, AfterValidator(a_way)], ...] = ("dmarc", "reply")
    technicians_domains: tuple[Annotated[str, AfterValidator(a_domain)], ...] = ()


class PortalConfig(_Section):
    """Where the portal listens, as HOST:PORT; an empty `listen` is no portal."""

    listen: Annotated[str, AfterValidator(a_listen_address)] = "127.0.0.1:8080"

    @property
    def host(self) -> str:
        """The host or IP address, without brackets."""
        return split_listen(self.listen)[0]

    @property
    def port(self) -> int:
        """The TCP port."""
        return split_listen(self.listen)[1]


class PathsConfig(_Section):
    """The admin's own rule files and template overrides."""

    rules: FilePath = Path("rules")
    templates: FilePath = Path("templates")


class WorkOrdersConfig(_Section):
    """Limits: days until a reply opens a new work order, MB (2^20 bytes) of a mail read whole."""

    reopen_days: Annotated[StrictInt, Field(ge=0, le=3650)] = 14
    max_mail_mb: Annotated[StrictInt, Field(ge=1, le=500)] = 40

    @property
    def max_mail_bytes(self) -> int:
        """The largest mail that is read whole. 40 MB let a file of 30 pass: base64 adds a third."""
        return self.max_mail_mb * 2**20


class Config(_Section):
    """All of config.toml. Every path is absolute."""

    site: SiteConfig
    mailboxes: tuple[MailboxConfig, ...]
    smtp: SmtpConfig
    numbers: NumbersConfig = Field(default_factory=NumbersConfig)
    storage: StorageConfig = Field(default_factory=StorageConfig)
    trust: TrustConfig = Field(default_factory=TrustConfig)
    portal: PortalConfig = Field(default_factory=PortalConfig)
    paths: PathsConfig = Field(default_factory=PathsConfig)
    work_orders: WorkOrdersConfig = Field(default_factory=WorkOrdersConfig)

    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but unwise, one line each, as the problems are worded."""
        return self._warnings


_SECTIONS: dict[str, type[_Section]] = {
    "site": SiteConfig,
    "mailboxes": MailboxConfig,
    "smtp": SmtpConfig,
    "numbers": NumbersConfig,
    "storage": StorageConfig,
    "trust": TrustConfig,
    "portal": PortalConfig,
    "paths": PathsConfig,
    "work_orders": WorkOrdersConfig,
}

# A section that is left out is as an empty one: its defaults are checked and made absolute too.
_OPTIONAL: dict[str, Any] = {
    name: {} for name in _SECTIONS if not Config.model_fields[name].is_required()
}

KNOWN_KEYS: KnownKeys = {
    "": tuple(_SECTIONS),
    **{name: tuple(model.model_fields) for name, model in _SECTIONS.items()},
    "mailboxes": (*MailboxConfig.model_fields, *PASSWORD_KEYS[1:]),
    "smtp": (*SmtpConfig.model_fields, *PASSWORD_KEYS[1:]),
}


_NO_CONFIG = (
    "no configuration: neither --config nor $WORKORDER_CONFIG is given, and there is no "
    "config.toml here and no /etc/workorder/config.toml (workorder init DIR makes one)"
)


def find_config(cli_option: str | None, environ: Mapping[str, str]) -> Path:
    """Return the path of config.toml: as told, else ./config.toml, else the system's.

    Raises:
        ConfigError: nothing was told and neither place has one.
    """
    if told := cli_option or environ.get("WORKORDER_CONFIG"):
        return Path(told)
    for place in (Path("config.toml"), Path("/etc/workorder/config.toml")):
        if place.is_file():
            return place
    raise ConfigError([_NO_CONFIG])


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Return the configuration that stands in the file at `path`.

    `environ` is where password_env is looked up, the process's environment by default.

    Raises:
        ConfigError: it cannot be used; every problem is named.
    """
    document = read_toml(path)
    folder = path.absolute().parent
    secrets = take_passwords(document, folder, os.environ if environ is None else environ)
    config, problems = _validated(_OPTIONAL | secrets.data, document, folder)
    problems += [*secrets.problems, *across_sections(document)]
    if config is None or problems:
        raise ConfigError(_in_order(problems, document))
    config._warnings = _in_order([*secrets.warnings, *_unwise(config)], document)  # noqa: SLF001 - a frozen model's own module
    return config


def _validated(
    data: Mapping[str, Any], document: Document, folder: Path
) -> tuple[Config | None, list[Finding]]:
    """Return the Config, or what is wrong; pydantic's error holds passwords and ends here."""
    context = {"folder": folder, "languages": shipped.languages(_overrides(document, folder))}
    try:
        return Config.model_validate(data, context=context), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    return None, [
        (detail["loc"], reason_for(detail, document.data, KNOWN_KEYS))
        for detail in found
        if detail["type"] not in NO_FINDINGS
    ]


def _overrides(document: Document, folder: Path) -> Path:
    paths = document.data.get("paths")
    told = paths.get("templates") if isinstance(paths, dict) else None
    return folder / (told if isinstance(told, str) else "templates")


def _in_order(findings: list[Finding], document: Document) -> tuple[str, ...]:
    """Return each finding as a line, in the file's order."""
    ordered = sorted(findings, key=lambda finding: document.line_of(finding[0]))
    return tuple(dict.fromkeys(document.problem(key, reason) for key, reason in ordered))


def _unwise(config: Config) -> Iterator[Finding]:
    """Yield what is allowed and dangerous."""
    for index, mailbox in enumerate(config.mailboxes):
        if mailbox.security is Security.NONE and not is_loopback(mailbox.host):
            yield ("mailboxes", index, "security"), _OPEN
    smtp = config.smtp
    if smtp.security is Security.NONE and smtp.password and not is_loopback(smtp.host):
        yield ("smtp", "security"), _OPEN
    if "from" in config.trust.commands:
        yield ("trust", "commands"), '"from" alone obeys whoever forges a technician'
    if not config.trust.authserv_id:
        yield ("trust", "authserv_id"), "missing: no DMARC result counts, no stranger is answered"


_OPEN = '"none": anyone on the way can read the password'

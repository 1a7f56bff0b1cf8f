"""What a value of config.toml must look like: each check returns it, made regular, or raises.

A ValueError's text is the reason an admin reads. Checks of values that may hold a password (the
database's URL) never quote them.
"""

import ipaddress
import re
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import ValidationInfo

from workorder.config_file import Document, Finding, did_you_mean, quoted
from workorder.core.message import normal_address
from workorder.core.trust import parse_way

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z]{1,10}", re.ASCII)


def plain_text(value: str) -> str:
    """Accept one line of text that is not empty."""
    if not value.strip():
        raise ValueError("is empty")
    if _CONTROL.search(value):
        raise ValueError("holds a line break or another control character")
    return value.strip()


def an_address(value: str) -> str:
    """Accept an e-mail address without a name."""
    address = normal_address(value)
    if address is None:
        raise ValueError(
            f"{quoted(value)} is not an e-mail address (write it as support@example.com)"
        )
    return address


def a_domain(value: str) -> str:
    """Accept a mail domain."""
    if (address := normal_address(f"x@{value}")) is None or "." not in value:
        raise ValueError(f"{quoted(value)} is not a mail domain (write it as example.com)")
    return address.removeprefix("x@")


def a_host(value: str) -> str:
    """Accept a host name or an IP address, nothing around it."""
    host = plain_text(value)
    if _HOST.fullmatch(host) or _is_ip(host):
        return host
    if "/" in host or ":" in host:
        raise ValueError(f"{quoted(host)} is more than a host name (the port has a key of its own)")
    raise ValueError(f"{quoted(host)} is not a host name")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether what is sent to `host` stays on this machine."""
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def a_folder_name(value: str, info: ValidationInfo) -> str:
    """Accept an IMAP folder's name that no other key of the mailbox uses."""
    name = plain_text(value)
    for other in ("folder", "done_folder"):
        if other != info.field_name and _same_folder(info.data.get(other), name):
            raise ValueError(f"is {quoted(name)}, which is {other} already")
    return name


def _same_folder(one: object, other: str) -> bool:
    """Whether two names are one folder: INBOX is, in whatever case (RFC 9051 section 5.1)."""
    is_inbox = isinstance(one, str) and one.upper() == "INBOX" == other.upper()
    return one == other or is_inbox


def a_folder_name_or_none(value: str, info: ValidationInfo) -> str:
    """Accept an IMAP folder's name as a_folder_name does, or nothing."""
    return value and a_folder_name(value, info)


def an_authserv_id(value: str) -> str:
    """Accept the name of the server whose Authentication-Results count, or nothing."""
    return value and a_host(value).lower()


def a_path(value: Path, info: ValidationInfo) -> Path:
    """Accept a path; a relative one is relative to the configuration's folder."""
    if str(value) in {"", "."}:
        raise ValueError("is empty")
    folder = _context(info, "folder")
    return folder / value.expanduser() if isinstance(folder, Path) else value


def a_time_zone(value: str) -> str:
    """Accept a time zone of the IANA database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(value, zoneinfo.available_timezones())
    else:
        return value
    raise ValueError(f"unknown time zone {quoted(value)}{near}")


def a_language(value: str, info: ValidationInfo) -> str:
    """Accept a language that notices can be written in."""
    known = _context(info, "languages")
    if isinstance(known, frozenset) and value not in known:
        raise ValueError(
            f"no templates for {quoted(value)}: there are {', '.join(sorted(known))}"
            f"{did_you_mean(value, known)}"
        )
    return value


def a_portal_url(value: str) -> str:
    """Accept an http or https URL without query, or nothing; no slash at its end."""
    if not value:
        return value
    parts = _split(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(
            f"{quoted(value)} is not a web address (write it as https://help.example.com)"
        )
    if parts.query or parts.fragment or parts.username or _CONTROL.search(value) or " " in value:
        raise ValueError("must hold scheme, host, port and path alone")
    return value.rstrip("/")


def a_prefix(value: str) -> str:
    """Accept the letters in front of a work order's number."""
    if not _PREFIX.fullmatch(value):
        raise ValueError("must be one to ten letters A-Z")
    return value.upper()


def a_database(value: str, info: ValidationInfo) -> str:
    """Accept an SQLAlchemy URL of SQLite with a file, or of PostgreSQL through psycopg."""
    scheme, found, rest = value.partition("://")
    if scheme == "sqlite" and found:
        return _an_sqlite_url(rest, info)
    if scheme in {"postgresql", "postgres", "postgresql+psycopg2"}:
        raise ValueError("write postgresql+psycopg:// in front")
    if scheme != "postgresql+psycopg" or not found:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    parts = _split(value)
    if parts is None or len(parts.path) <= 1:
        raise ValueError("must be postgresql+psycopg://USER@HOST/NAME")
    return value


def _an_sqlite_url(rest: str, info: ValidationInfo) -> str:
    if not rest.startswith("/"):
        raise ValueError("needs three slashes: sqlite:///FILE, four for a path from the root")
    name = rest[1:]
    if not name or name == ":memory:" or name.startswith("file:"):
        raise ValueError("names no file: a database in memory would be lost at every restart")
    folder = _context(info, "folder")
    file = str(folder / name) if isinstance(folder, Path) else name
    if "?" in file or _CONTROL.search(file):
        raise ValueError("must be a plain file name, without ? and control characters")
    return f"sqlite:///{file}"


def a_listen_address(value: str) -> str:
    """Accept HOST:PORT, an IPv6 address in brackets; or nothing, for no portal."""
    if not value:
        return value
    try:
        host, port = split_listen(value)
        a_host(host)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the range of a TCP port
        raise ValueError(f"{quoted(value)} is not HOST:PORT (write it as 127.0.0.1:8080)")
    return value


def split_listen(value: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT.

    Raises:
        ValueError: it has not that shape.
    """
    host, _, port = value.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not (port.isascii() and port.isdigit()) or (":" in bare) != (bare != host):
        raise ValueError("not HOST:PORT")
    return bare, int(port)


def a_way(value: str) -> str:
    """Accept a way of proof for [trust] commands."""
    parse_way(value)
    return value


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts


def _context(info: ValidationInfo, name: str) -> object:
    return info.context.get(name) if info.context else None


def across_sections(document: Document) -> Iterator[Finding]:
    """Yield what is wrong between keys that are each right; works on a file with other faults."""
    mailboxes = document.data.get("mailboxes")
    tables = mailboxes if isinstance(mailboxes, list) else []
    if mailboxes == []:
        yield ("mailboxes",), "is empty: there must be one at least"
    names = [table.get("name") if isinstance(table, dict) else None for table in tables]
    for index, name in enumerate(names):
        if isinstance(name, str) and name in names[:index]:
            yield ("mailboxes", index, "name"), f"a mailbox {quoted(name)} stands above already"
    trust = document.data.get("trust")
    if isinstance(trust, dict) and not trust.get("authserv_id"):
        ways = trust.get("commands")
        if ways and isinstance(ways, list) and all("dmarc" in str(way) for way in ways):
            yield ("trust", "authserv_id"), "missing: without it dmarc proves nobody's mail"

"""A site with a portal on a port of its own, for processes that are real."""

import secrets
import shutil
from pathlib import Path

from servers.dovecot import free_ports
from workorder import shipped
from workorder.config import Config, load

CONFIG = """\
[site]
name = "Northwind IT Services"
support_address = "support@northwind.example"
admin_address = "admin@northwind.example"
portal_url = "http://127.0.0.1:{port}"
secret_file = "secret"

[storage]
database = "sqlite:///workorder.db"
files = "files"

[[mailboxes]]
name = "support"
host = "127.0.0.1"
user = "support"
password = "unused here"

[smtp]
host = "127.0.0.1"

[trust]
authserv_id = "mx.northwind.example"

[portal]
listen = "127.0.0.1:{port}"
"""


def made_config(folder: Path) -> Config:
    """The configuration of a site in a folder; its database is made elsewhere."""
    (folder / "secret").write_text(secrets.token_hex(32))
    shutil.copytree(shipped.rules_folder(), folder / "rules")
    file = folder / "config.toml"
    file.write_text(CONFIG.format(port=free_ports(1)[0]))
    return load(file)

"""Opening the site that a command is about."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from workorder.bootstrap import Site, open_site
from workorder.config import Config, find_config, load


def load_config() -> Config:
    """The configuration that the command line or the surroundings name."""
    option: str | None = click.get_current_context().find_root().obj
    return load(find_config(option, os.environ))


@contextmanager
def the_site(*, upgrading: bool = False) -> Iterator[Site]:
    """The configured site, open for the length of one command."""
    with open_site(load_config(), upgrading=upgrading) as site:
        yield site

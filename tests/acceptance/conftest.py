"""A site on real servers for each test that asks for one: a copy of one that `init` made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.forked import Commands, ForkedSite, copied
from acceptance.live import LiveSite
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> LiveSite:
    """The site that is copied; none of its servers is ever used."""
    with SmtpSink() as sink:
        site = LiveSite(tmp_path_factory.mktemp("template") / "site", dovecot, sink)
    site.settle()
    return site


@pytest.fixture(scope="session")
def commands(template: LiveSite) -> Iterator[Commands]:
    with Commands(template.environment()) as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, template: LiveSite, smtp_sink: SmtpSink, commands: Commands) -> ForkedSite:
    """A site with Acme Ltd, its people, its printer, and a technician."""
    return copied(template, tmp_path / "site", smtp_sink, commands)

"""A site on real servers for each test that asks for one."""

from pathlib import Path

import pytest

from acceptance.live import LiveSite
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink


@pytest.fixture
def bare_site(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink) -> LiveSite:
    """A site as `init` leaves it, with a configuration that works."""
    return LiveSite(tmp_path / "site", dovecot, smtp_sink)


@pytest.fixture
def site(bare_site: LiveSite) -> LiveSite:
    """A site with Acme Ltd, its people, its printer, and a technician."""
    bare_site.settle()
    return bare_site

"""What `check` says of the portal."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from portal.house import new_store
from portal.made import made_config
from workorder.child import PortalChild
from workorder.config import Config, load
from workorder.core.findings import Level
from workorder.steps.check_portal import check_portal


@pytest.fixture
def config(tmp_path: Path) -> Config:
    new_store(tmp_path).close()
    return made_config(tmp_path)


def changed(config: Config, old: str, new: str) -> Config:
    file = config.paths.rules.parent / "config.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return load(file)


def test_an_address_that_is_free_can_be_listened_on(config: Config) -> None:
    listen, found = check_portal(config)
    assert listen == (Level.OK, f"can listen on {config.portal.listen}")
    assert found == (Level.OK, f"is found at {config.site.portal_url}")


def test_an_address_that_is_taken_is_a_fault(config: Config) -> None:
    with socket.create_server(("127.0.0.1", config.portal.port)) as taken:
        taken.settimeout(0.1)
        level, text = next(iter(check_portal(config)))
    assert level is Level.FAIL
    assert text == f"cannot listen on {config.portal.listen}: Address already in use"


def test_a_portal_that_answers_is_well(config: Config) -> None:
    with closing(PortalChild(config, wake=lambda: None)) as child:
        child()
        assert next(iter(check_portal(config))) == (Level.OK, f"answers at {config.portal.listen}")


def test_a_site_without_a_portal_is_told_so(config: Config) -> None:
    without = changed(config, f'listen = "{config.portal.listen}"', 'listen = ""')
    assert [*check_portal(without)] == [(Level.OK, "this site has none")]


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "portal_url is empty"), ("http://help.acme.example", "open to read for anybody")],
)
def test_an_address_that_is_unwise_is_warned_of(config: Config, url: str, words: str) -> None:
    unwise = changed(config, f'portal_url = "{config.site.portal_url}"', f'portal_url = "{url}"')
    _, (level, text) = check_portal(unwise)
    assert level is Level.WARN
    assert words in text

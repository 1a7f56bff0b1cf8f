"""A site for each test: a copy of one that `init` made."""

import shutil
from pathlib import Path

import pytest

from cli.shell import Shell, workorder


@pytest.fixture(scope="session")
def made_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("init") / "site"
    result = workorder("init", str(folder))
    assert result.code == 0, result.err
    return folder


@pytest.fixture
def shell(made_site: Path, tmp_path: Path) -> Shell:
    """The commands on a new site."""
    shutil.copytree(made_site, tmp_path / "site")
    return Shell(tmp_path / "site")


@pytest.fixture
def settled(shell: Shell) -> Shell:
    """The commands on a site with Acme Ltd, its people, its printer, and a technician."""
    shell.settle()
    return shell

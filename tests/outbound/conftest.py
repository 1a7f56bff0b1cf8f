"""What tests of what goes out have in common."""

import shutil
from pathlib import Path

import pytest

from outbound.letters import SHIPPED
from workorder.core.notice import NoticeKind

FEW = {NoticeKind.OPENED, NoticeKind.REPLY, NoticeKind.TROUBLE, NoticeKind.WAITING_PARTS}
LEFT_OUT = frozenset(kind.value for kind in NoticeKind if kind not in FEW)


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped templates with a few notices: looking for problems renders all there are."""
    folder = tmp_path_factory.mktemp("few") / "templates"
    return shutil.copytree(SHIPPED, folder, ignore=lambda _, names: LEFT_OUT.intersection(names))

"""What holds for the repository as a whole: these are promises to who builds from it."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from workorder import shipped
from workorder.core.notice import NoticeKind

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "daemon" / "workorder"
LOCK = (ROOT / "requirements.lock").read_text()
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = sorted([*MODULES, *(ROOT / "tests").rglob("*.py")])
MAX_LINES = 400  # the custom is about 300; what grows past this is two things

TOP_LEVEL = {
    "daemon", "templates", "rules", "tests", "systemd", "proxy",
    "config.example.toml", "pyproject.toml", "requirements.lock", "Makefile",
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",
    ".ci", ".editorconfig", ".gitignore",
}  # fmt: skip
BUILT = {
    ".git", ".venv", "build", "dist", "var", "config.toml", ".hypothesis", ".coverage",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", "__pycache__",
}  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_top_level_holds_what_belongs_there_and_nothing_else() -> None:
    assert {path.name for path in ROOT.iterdir()} - BUILT == TOP_LEVEL


def test_the_lock_pins_each_package_to_one_version_and_its_hashes() -> None:
    entries = re.split(r"\n(?! )", LOCK.strip())
    for entry in entries:
        requirement, *hashes = re.split(r"\s*\\\n\s*", entry)
        assert re.fullmatch(r"[a-z0-9.-]+==\S+( ; .+)?", requirement), entry
        assert hashes, entry
        for line in hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line), entry


def test_the_lock_names_no_host() -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host| @ ", LOCK)


@pytest.mark.parametrize("built_with", ["hatchling", "ruff", "mypy", "pytest", "psycopg", "pymap"])
def test_the_lock_holds_the_tools_and_the_extras_too(built_with: str) -> None:
    assert f"\n{built_with}==" in f"\n{LOCK}"


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_its_templates(kind: NoticeKind) -> None:
    folder = shipped.templates_folder() / "mail" / kind
    assert {file.name for file in folder.iterdir()} >= {"subject.txt", "body.txt", "body.html"}


def test_notices_are_shipped_in_english_and_spanish() -> None:
    assert shipped.languages() >= {"en", "es"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_of_the_package_is_of_a_size_to_be_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_what_silences_a_checker_says_why(path: Path) -> None:
    assert [f"{name(path)}:{line}: {comment}" for line, comment in unexplained(path)] == []


SILENCED = re.compile(r"# *(noqa|type: ignore|pragma:)")
WITH_REASON = re.compile(
    r"(noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\]|pragma: [a-z ]+)\s*(#|--?|:)\s+\S.{4,}"
)


def unexplained(path: Path) -> Iterator[tuple[int, str]]:
    """Comments that silence a checker; the reason stands in them, or on a line right above."""
    explained = 0  # the last line for which a reason was given
    for line, comment, alone in comments(path):
        if not SILENCED.search(comment):
            explained = line + 1 if alone else explained
        elif WITH_REASON.search(comment):
            explained = line
        elif line > explained:
            yield line, comment
        else:
            explained = line + 1  # a second import under the same reason


def comments(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Line, text, and whether nothing else stands on the line."""
    with path.open("rb") as stream:
        for token in tokenize.tokenize(stream.readline):
            if token.type == tokenize.COMMENT:
                alone = not token.line[: token.start[1]].strip()
                yield token.start[0], token.string, alone


CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").glob("*.py")), ids=name)
def test_the_core_never_asks_for_the_time(path: Path) -> None:
    tree = ast.parse(path.read_text())
    asked = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and ast.unparse(node.func.value) in {"datetime", "date", "datetime.datetime"}
    ]
    assert asked == []

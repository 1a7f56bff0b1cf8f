"""The package has to work from its wheel alone, away from the repository."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from workorder import shipped

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None, reason="needs hatchling: make install"
)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's contents, where the repository is not."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = folder.glob("workorder-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_the_wheel_carries_templates_rules_and_the_example_configuration(unpacked: Path) -> None:
    packed = unpacked / "workorder" / "shipped_files"
    assert files(packed / "templates") == files(ROOT / "templates")
    assert files(packed / "rules") == files(ROOT / "rules")
    assert (packed / "config.example.toml").read_bytes() == (
        ROOT / "config.example.toml"
    ).read_bytes()


def test_the_wheel_carries_every_module_and_migration(unpacked: Path) -> None:
    sources = {name for name in files(ROOT / "daemon" / "workorder") if name.endswith(".py")}
    assert sources <= files(unpacked / "workorder")
    assert any(name.startswith("store/migrations/versions/v") for name in sources)


def test_from_the_wheel_the_shipped_files_are_found_in_it(unpacked: Path, tmp_path: Path) -> None:
    program = (
        "import json; from workorder import shipped; print(json.dumps("
        "[str(shipped.templates_folder()), str(shipped.rules_folder()),"
        " str(shipped.example_config()), sorted(shipped.languages())]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        check=True,
        capture_output=True,
        timeout=60,
    )
    *places, languages = json.loads(ran.stdout)
    assert all(place.startswith(str(unpacked)) and Path(place).exists() for place in places)
    assert languages == sorted(shipped.languages())

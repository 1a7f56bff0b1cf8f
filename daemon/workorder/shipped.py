"""Where the shipped files are: inside the wheel, or at the repository's top level."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _place(name: str) -> Path:
    packed = _PACKAGE / "shipped_files" / name
    return packed if packed.exists() else _PACKAGE.parent.parent / name


def templates_folder() -> Path:
    """Return the folder of the shipped templates."""
    return _place("templates")


def rules_folder() -> Path:
    """Return the folder of the shipped rule files."""
    return _place("rules")


def example_config() -> Path:
    """Return the file config.example.toml, which `init` starts from."""
    return _place("config.example.toml")


def languages(overrides: Path | None = None) -> frozenset[str]:
    """Return the languages notices can be written in: the shipped ones and those of `overrides`."""
    folders = [templates_folder(), *([overrides] if overrides else [])]
    return frozenset(file.stem for folder in folders for file in folder.glob("language/*.toml"))

"""Rule files: the TOML of a site's rules/ folder as values of the core, or every problem in it."""

from workorder.rulefiles.loader import (
    ALERTS,
    BILLING,
    CALENDAR,
    INTAKE,
    NOTICES,
    TAGS,
    load,
    load_texts,
    read_texts,
)

__all__ = [
    "ALERTS",
    "BILLING",
    "CALENDAR",
    "INTAKE",
    "NOTICES",
    "TAGS",
    "load",
    "load_texts",
    "read_texts",
]

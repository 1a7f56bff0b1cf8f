"""The words of the pages: those of the notices, and the portal's own beside them."""

from collections.abc import Sequence
from pathlib import Path

from workorder.outbound.phrases import Catalogue, Phrases

WORDS = Path(__file__).parent / "words"


class Wording:
    """Phrases by language; `shared` has those of the notices (statuses, lengths, tags)."""

    def __init__(self, shared: Sequence[Path]) -> None:
        self._shared = Catalogue(shared)
        self._parts = [Catalogue([folder]) for folder in sorted(WORDS.iterdir())]
        self._known: dict[str, Phrases] = {}

    def phrases(self, language: str) -> Phrases:
        """All phrases of a language; what it lacks is taken from English."""
        if language not in self._known:
            shared = self._shared.phrases(language)
            texts = dict(shared.texts)
            for part in self._parts:
                texts |= part.phrases(language).texts
            self._known[language] = Phrases(language=shared.language, texts=texts)
        return self._known[language]

    def languages(self) -> tuple[str, ...]:
        """Every language that all pages are written in."""
        written = [set(part.languages()) for part in self._parts]
        return tuple(sorted(set.intersection(*written)))

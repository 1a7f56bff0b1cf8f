"""Templates of notices and PDFs: the shipped ones, each of which an admin may override.

What people wrote is only ever a value here, never a template: templates come from two folders.
"""

import traceback
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
)

from workorder.core.notice import Letter, NoticeKind
from workorder.core.vocabulary import BUILT_IN
from workorder.errors import RenderError
from workorder.outbound.filters import FILTERS
from workorder.outbound.phrases import FOLDER, Catalogue, Phrases
from workorder.outbound.samples import SAMPLE_SITE, sample_letters
from workorder.outbound.sandbox import Sandbox, is_escaped
from workorder.outbound.tagcard import PAGE as TAG_CARD
from workorder.outbound.tagcard import TagCard, tag_card

# What a template's own code can raise, beside Jinja's errors: it is a small program of the admin's.
_FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_NOTICE = ("subject.txt", "body.txt", "body.html")
# The notices that notices.toml has no say in: each has its own folder and no other.
_OWN_FOLDER = frozenset(
    {
        *(NoticeKind.TRANSCRIPT, NoticeKind.UNPROVEN, NoticeKind.TROUBLE),
        *(NoticeKind.TIMER_LONG, NoticeKind.DIGEST, NoticeKind.LOGIN),
    }
)
_KINDS = frozenset(kind.value for kind in NoticeKind)
# The notices that a page is printed for; for a page of a site's own those of a work order.
_PRINTED = {"pdf/statement.html": frozenset({NoticeKind.STATEMENT})}
_WITH_PDF = frozenset({NoticeKind.OPENED, NoticeKind.FINISHED})
_TEXTS = (".html", ".txt", ".css", ".toml")


class Templates:
    """Every template by name ('mail/opened/body.html'), compiled once a process.

    `overrides` is the admin's folder: a file there takes the place of the shipped one of the
    same name. Nothing outside the two folders is ever loaded.
    """

    def __init__(self, shipped: Path, overrides: Path | None) -> None:
        self._roots = (shipped,) if overrides is None else (overrides, shipped)
        self._shipped = shipped
        self._overrides = overrides
        self._catalogue = Catalogue(self._roots)
        self._environment = Sandbox(
            loader=ChoiceLoader([FileSystemLoader(root) for root in self._roots]),
            undefined=StrictUndefined,
            autoescape=is_escaped,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
        )
        self._environment.filters.update(FILTERS)

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders that templates come from; the first that has a file wins."""
        return self._roots

    def render(
        self, name: str, letter: Letter, *, pdf_attached: bool = False, pdf_failed: bool = False
    ) -> str:
        """Return the template `name` filled with what `letter` may show.

        Raises:
            RenderError: the template or a phrase is wrong; the message names file and line.
        """
        return self._filled(
            name,
            letter.language,
            site=letter.site,
            order=letter.order,
            event=letter.event,
            recipient=letter.recipient,
            transcript=letter.transcript,
            enclosure=letter.enclosure,
            kind=letter.kind,
            audience=letter.audience,
            pdf_attached=pdf_attached,
            pdf_failed=pdf_failed,
        )

    def render_card(self, name: str, card: TagCard) -> str:
        """Return the template `name` filled with the tags of `card`.

        Raises:
            RenderError: as of `render`.
        """
        return self._filled(name, card.language, site=card.site, groups=card.groups)

    def _filled(self, name: str, language: str, **values: object) -> str:
        phrases = self._catalogue.phrases(language)
        try:
            template = self._environment.get_template(name)
            return template.render(values, t=phrases, lang=phrases.language)
        except _FAULTS as error:
            raise RenderError(self._place(name, error)) from error

    def phrases(self, language: str) -> Phrases:
        """The phrases that a letter in `language` is written with."""
        return self._catalogue.phrases(language)

    def languages(self) -> tuple[str, ...]:
        """Every language there is a catalogue of."""
        return self._catalogue.languages()

    def names(self) -> list[str]:
        """Every file that may be overridden, sorted."""
        return sorted({name for root in self._roots for name in _names(root)})

    def has(self, folder: str) -> bool:
        """Whether mail/`folder`/ can word a notice: subject and both bodies are there."""
        return {f"mail/{folder}/{part}" for part in _NOTICE} <= set(self.names())

    def source(self, name: str) -> Path:
        """The file that `name` is read from: the admin's, else the shipped one.

        Raises:
            RenderError: there is no template of that name; the nearest one is named.
        """
        path = PurePosixPath(name)
        is_within = path.suffix in _TEXTS and not path.is_absolute() and ".." not in path.parts
        files = (root / name for root in self._roots) if is_within else ()
        found = next((file for file in files if file.is_file()), None)
        if found is None:
            raise RenderError(f'no template "{name}"{_nearest(name, self.names())}')
        return found

    def problems(self) -> list[str]:
        """Every template rendered with sample letters in each language: one line for each fault."""
        found: dict[str, None] = {}
        for problem in self._all_problems():
            found.setdefault(problem)
        return list(found)

    def _all_problems(self) -> Iterator[str]:
        names = [name for name in self.names() if not name.endswith(".toml")]
        try:
            sources = "".join(self.source(name).read_text("utf-8", "replace") for name in names)
            yield from self._catalogue.problems(sources)
            languages = self.languages()
            for language in languages:
                self._catalogue.phrases(language)
        except (RenderError, OSError) as error:
            yield str(error)
            return
        used: set[str] = set()
        for name in names:
            yield from self._compile_problems(name, used)
        yield from self._strays(used)
        for language in languages:
            letters = tuple(sample_letters(language))
            for name in names:
                yield from self._render_problems(name, language, letters)

    def _compile_problems(self, name: str, used: set[str]) -> Iterator[str]:
        path = self.source(name)
        try:
            tree = self._environment.parse(path.read_text(encoding="utf-8"), name, str(path))
            used.update(filter(None, meta.find_referenced_templates(tree)))
            self._environment.get_template(name)
        except _FAULTS as error:
            yield self._place(name, error)

    def _render_problems(
        self, name: str, language: str, letters: Sequence[Letter]
    ) -> Iterator[str]:
        if name == TAG_CARD:
            try:
                self.render_card(name, tag_card(BUILT_IN, SAMPLE_SITE, language))
            except RenderError as error:
                yield str(error)
            return
        asks = "pdf_" in self.source(name).read_text("utf-8", "replace")
        for letter in letters:
            if not _shows(name, letter):
                continue
            for attached, failed in _pdf_cases(letter, asks):
                try:
                    text = self.render(name, letter, pdf_attached=attached, pdf_failed=failed)
                except RenderError as error:
                    yield str(error)
                    continue
                if name.endswith("/subject.txt") and _loses_number(text, letter):
                    yield f"{self.source(name)}:1: without [{{{{ order.label }}}}] answers are lost"

    def _strays(self, used: set[str]) -> Iterator[str]:
        """Overrides that take the place of nothing: a misspelt name would go unnoticed."""
        if self._overrides is None:
            return
        shipped = set(_names(self._shipped))
        for name in _names(self._overrides):
            folder = _folder(name)
            own = name.startswith(f"{FOLDER}/") or (bool(folder) and self.has(folder))
            if name not in shipped | used and not own:
                reason = f"overrides nothing{_nearest(name, sorted(shipped))}"
                yield f"{self._overrides / name}:1: {reason}"

    def _place(self, name: str, error: BaseException) -> str:
        """`file:line: reason`, the innermost place in a template where it went wrong."""
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or error.name or name}:{error.lineno}: {reason}"
        if isinstance(error, TemplateNotFound):
            reason = f'no template "{error.name}"'
        elif not isinstance(error, TemplateError):
            reason = f"{type(error).__name__}: {reason}"
        roots = tuple(str(root) for root in self._roots)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.startswith(roots):
                return f"{frame.filename}:{frame.lineno}: {reason}"
        return f"{name}: {reason}"


def _names(root: Path) -> list[str]:
    """Names of the text files below `root`."""
    return [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*"))
        if path.suffix in _TEXTS and path.is_file()
    ]


def _shows(name: str, letter: Letter) -> bool:
    """Whether a template is one that `letter` may be rendered with.

    A folder that is no kind's own is one that notices.toml may name for any event: it is tried
    with those of work orders.
    """
    kind = letter.kind
    if name.startswith("pdf/"):
        return kind in _PRINTED.get(name, _WITH_PDF) and name.endswith(".html")
    folder = _folder(name)
    if folder in _KINDS:
        return folder == kind
    return bool(folder) and kind not in _OWN_FOLDER and letter.order is not None


def _pdf_cases(letter: Letter, asks: bool) -> tuple[tuple[bool, bool], ...]:
    """With the PDF and where it failed, as far as a notice has one or its template `asks`."""
    has_one = asks or letter.kind in _WITH_PDF
    return ((True, False), (False, True)) if has_one else ((False, False),)


def _folder(name: str) -> str:
    """The folder of a notice that a template is in: 'opened' of 'mail/opened/body.txt', or ''."""
    match name.split("/"):
        case ["mail", folder, part] if part in _NOTICE:
            return folder
    return ""


def _loses_number(subject: str, letter: Letter) -> bool:
    """Whether an answer could not be put to its work order by its subject."""
    order = letter.order
    return (
        order is not None
        and letter.kind is not NoticeKind.TROUBLE
        and f"[{order.label}]" not in subject
    )


def _nearest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""

"""What technicians do to a work order by forms: each is the tags that it would be in a mail."""

from abc import abstractmethod
from datetime import date
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    Field,
    Form,
    StringField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from workorder.core.durations import leading_clock, leading_day, minutes_in
from workorder.core.model import Status
from workorder.core.vocabulary import Tag
from workorder.portal.desk_sheet import Sheet
from workorder.portal.forms import AnswerForm, OnceForm, one_line

Tags = tuple[tuple[Tag, str], ...]

NOBODY, ME = "nobody", "me"
_SOME_DAY = date(2000, 1, 3)  # by which "yesterday" is read; which day it is does not matter here
_LONGEST_LINE = 254


def short(*validators: Any) -> StringField:  # noqa: ANN401 - validators have no type of their own
    """A field of one line."""
    bounds = Length(max=_LONGEST_LINE, message="form.too-long")
    return StringField(filters=[one_line], validators=[*validators, bounds])


def needed() -> DataRequired:
    """It cannot be left empty."""
    return DataRequired("form.missing")


def a_duration(_form: Form, field: StringField) -> None:
    """Accept what is a length of time, and nothing besides: what follows it would be a note."""
    if minutes_in(field.data or "") is None:
        raise ValidationError("desk-order.no-duration")


def a_clock(_form: Form, field: StringField) -> None:
    """Accept a time of day, and a day before it; anything else would be taken for a note."""
    dated = leading_day(field.data or "", _SOME_DAY)
    clock = leading_clock(dated[1] if dated else field.data or "")
    if clock is None or clock[1]:
        raise ValidationError("desk-order.no-clock")


def joined(*parts: str | None) -> str:
    """What stands behind a tag; parted so that a note is never read as part of a time."""
    return "; ".join(filter(None, parts))


class DeskForm(OnceForm):
    """A form of the desk; `key` names it on the page and in its address.

    `reasons` say what is wrong with it as a whole, in words. `back`: where it stood, if on another
    page than the work order's own.
    """

    key: ClassVar[str]
    back = StringField(filters=[one_line])

    def __init__(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - as wtforms has it
        super().__init__(*args, **values)
        self.reasons: list[str] = []
        field: Field
        for field in self:
            field.id = f"{self.key}-{field.name}"  # several forms stand on one page

    @property
    def prose(self) -> str:
        """The words that go along."""
        return ""

    @property
    def needs_words(self) -> bool:
        """Whether it is nothing without words or files."""
        return False

    @abstractmethod
    def tags(self, sheet: Sheet) -> Tags:
        """What it does, as tags."""
        raise NotImplementedError


class _WithWords(DeskForm):
    text = AnswerForm.text

    @property
    def prose(self) -> str:
        """The words that go along."""
        return str(self["text"].data or "")


class ReplyForm(_WithWords):
    """Words and files for the customer."""

    key = "reply"

    @property
    def needs_words(self) -> bool:
        """Nobody is sent an empty reply."""
        return True

    def tags(self, sheet: Sheet) -> Tags:
        """Without a tag words are a reply."""
        del sheet
        return ()


class TagsForm(ReplyForm):
    """A mail in a box: tags on top are read."""

    key = "tags"


class NoteForm(ReplyForm):
    """Words and files for technicians alone."""

    key = "note"

    def tags(self, sheet: Sheet) -> Tags:
        """They stay inside."""
        del sheet
        return ((Tag.INTERNAL, ""),)


REOPEN = Tag.REOPEN.value


class StatusForm(_WithWords):
    """Where it stands, with words for the customer and the hours that go with it."""

    key = "status"
    status = StringField(validators=[AnyOf([*Status, REOPEN], message="form.missing")])
    worked = short()
    billed = short()

    def tags(self, sheet: Sheet) -> Tags:
        """The hours, then the status."""
        del sheet
        hours = ((Tag.WORKED, self.worked.data), (Tag.BILLED, self.billed.data))
        given = tuple((tag, hours_) for tag, hours_ in hours if hours_)
        return (*given, (Tag(self.status.data or ""), ""))


class StartForm(DeskForm):
    """A timer begins to run, now or from a time of day on."""

    key = "start"
    at = short(Optional(), a_clock)
    note = short()

    def tags(self, sheet: Sheet) -> Tags:
        """With the time, if one is given."""
        del sheet
        return ((Tag.START, joined(self.at.data, self.note.data)),)


class StopForm(DeskForm):
    """The timer stops, now or at a time that has passed; or what it measured is dropped."""

    key = "stop"
    at = short(Optional(), a_clock)
    note = short()
    drop = BooleanField()

    def tags(self, sheet: Sheet) -> Tags:
        """With the time, if one is given."""
        del sheet
        given = joined(self.at.data, self.note.data)
        return ((Tag.STOP, "0" if self.drop.data else given),)


class WorkedForm(DeskForm):
    """Time that no timer measured."""

    key = "worked"
    worked = short(needed(), a_duration)
    day = short()
    note = short()

    def tags(self, sheet: Sheet) -> Tags:
        """How long, on which day, and a note."""
        del sheet
        return ((Tag.WORKED, joined(self.worked.data, self.day.data, self.note.data)),)


class BilledForm(DeskForm):
    """What is billed."""

    key = "billed"
    billed = short(needed())

    def tags(self, sheet: Sheet) -> Tags:
        """The assessment."""
        del sheet
        return ((Tag.BILLED, self.billed.data or ""),)

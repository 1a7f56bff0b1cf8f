"""The forms that are used less often, and the table of all."""

from collections.abc import Mapping

from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.validators import AnyOf

from workorder.core.model import Priority
from workorder.core.vocabulary import Tag
from workorder.portal.desk_forms import (
    BilledForm,
    DeskForm,
    NoteForm,
    ReplyForm,
    StartForm,
    StatusForm,
    StopForm,
    Tags,
    TagsForm,
    WorkedForm,
    needed,
    short,
)
from workorder.portal.desk_sheet import Sheet


class AssignForm(DeskForm):
    """Who looks after it: an address, or one of the words for oneself and for nobody."""

    key = "assign"
    technician = short(needed())

    def tags(self, sheet: Sheet) -> Tags:
        """The technician."""
        del sheet
        return ((Tag.ASSIGN, self.technician.data or ""),)


class PriorityForm(DeskForm):
    """How urgent it is."""

    key = "priority"
    priority = StringField(validators=[AnyOf([*Priority], message="form.missing")])

    def tags(self, sheet: Sheet) -> Tags:
        """The priority."""
        del sheet
        return ((Tag.PRIORITY, self.priority.data or ""),)


class LabelForm(DeskForm):
    """Labels to put on, and to take off."""

    key = "label"
    add = short()
    remove = SelectMultipleField(coerce=str, validate_choice=False)

    def tags(self, sheet: Sheet) -> Tags:
        """New ones as they are typed, old ones with a minus."""
        del sheet
        changes = [
            *(self.add.data or "").split(","),
            *(f"-{name}" for name in self.remove.data or ()),
        ]
        wanted = ", ".join(filter(None, changes))
        return ((Tag.LABEL, wanted),) if wanted else ()


class TitleForm(DeskForm):
    """What it is called."""

    key = "title"
    title = short(needed())

    def tags(self, sheet: Sheet) -> Tags:
        """The title."""
        del sheet
        return ((Tag.TITLE, self.title.data or ""),)


class EquipmentForm(DeskForm):
    """What it is about: of the customer's equipment those that are ticked, and one by its tag."""

    key = "equipment"
    equipment = SelectMultipleField(coerce=int, validate_choice=False)
    add = short()

    def tags(self, sheet: Sheet) -> Tags:
        """What is to be put on, and what is to be taken off."""
        ticked, on = {*(self.equipment.data or ())}, {piece.id for piece in sheet.pieces}
        added = [piece.tag for piece in sheet.owned if piece.id in ticked - on]
        removed = [f"-{piece.tag}" for piece in sheet.pieces if piece.id in on - ticked]
        typed = [self.add.data] if self.add.data else []
        return tuple((Tag.EQUIPMENT, tag) for tag in (*added, *removed, *typed))


class ContactForm(DeskForm):
    """Whose it is: for whom, and of which customer."""

    key = "contact"
    email = short()
    customer = short()

    def tags(self, sheet: Sheet) -> Tags:
        """Each where it is given."""
        del sheet
        given = ((Tag.CUSTOMER, self.customer.data), (Tag.FOR, self.email.data))
        return tuple((tag, words) for tag, words in given if words)


class FollowUpForm(DeskForm):
    """The day on which everybody is reminded; `off`: none."""

    key = "followup"
    on = short()
    off = BooleanField()

    def tags(self, sheet: Sheet) -> Tags:
        """The day, or that there is none."""
        del sheet
        return ((Tag.FOLLOWUP, self.on.data if self.on.data and not self.off.data else "off"),)


class CcForm(DeskForm):
    """Who takes part besides."""

    key = "cc"
    add = short()
    remove = SelectMultipleField(coerce=str, validate_choice=False)

    def tags(self, sheet: Sheet) -> Tags:
        """New ones as they are typed, old ones with a minus."""
        del sheet
        added = [self.add.data] if self.add.data else []
        removed = [f"-{email}" for email in self.remove.data or ()]
        wanted = ", ".join([*added, *removed])
        return ((Tag.CC, wanted),) if wanted else ()


class MergeForm(DeskForm):
    """The work order that this one goes on in."""

    key = "merge"
    other = short(needed())

    def tags(self, sheet: Sheet) -> Tags:
        """The number."""
        del sheet
        return ((Tag.MERGE, self.other.data or ""),)


class LinkForm(DeskForm):
    """A work order that this one has to do with."""

    key = "link"
    other = short(needed())

    def tags(self, sheet: Sheet) -> Tags:
        """The number."""
        del sheet
        return ((Tag.LINK, self.other.data or ""),)


class UndoForm(DeskForm):
    """What one did last here is taken back."""

    key = "undo"

    def tags(self, sheet: Sheet) -> Tags:
        """Nothing else may stand beside it."""
        del sheet
        return ((Tag.UNDO, ""),)


FORMS: Mapping[str, type[DeskForm]] = {
    form.key: form
    for form in (
        *(ReplyForm, TagsForm, NoteForm, StatusForm, StartForm, StopForm, WorkedForm, BilledForm),
        *(AssignForm, PriorityForm, LabelForm, TitleForm, EquipmentForm, ContactForm),
        *(FollowUpForm, CcForm, MergeForm, LinkForm, UndoForm),
    )
}
"""Every form of a work order's page, by its key."""

"""What people type: read, checked, and shown again beside what is wrong with it.

A message of a validator is the key of a phrase.
"""

from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from workorder.core.entrance import LONGEST_PASSWORD, SHORTEST_PASSWORD
from workorder.core.message import normal_address
from workorder.core.model import Priority
from workorder.core.subjects import MAX_TITLE
from workorder.inbound.cleaning import clean_name, clean_text
from workorder.steps.sessions import new_secret

LONGEST_TEXT = 100_000
_LONGEST_LINE = 254


def one_line(value: str | None) -> str:
    """What was typed into a line: one line, with nothing in it that cannot be seen (T18)."""
    return " ".join(clean_name(value or "").split())


def plain_text(value: str | None) -> str:
    """What a browser sends, with line ends as everywhere else and without controls."""
    return clean_text(value or "").strip()


def an_address(_form: Form, field: StringField) -> None:
    """Accept what is one e-mail address."""
    if normal_address(field.data or "") is None:
        raise ValidationError("form.no-address")


class OnceForm(Form):
    """A form that does what it does once, however often it is sent."""

    once = HiddenField(validators=[Length(max=64)])

    def begin(self) -> None:
        """Give a form that is shown a word of its own."""
        self.once.data = new_secret()


class LoginForm(Form):
    """An address, and where to go on to; a password where one was set."""

    email = StringField(filters=[one_line], validators=[DataRequired("form.missing"), an_address])
    password = PasswordField(validators=[Length(max=LONGEST_PASSWORD, message="form.too-long")])
    next = HiddenField(validators=[Length(max=_LONGEST_LINE * 2)])


class CodeForm(Form):
    """The six digits of the mail."""

    code = StringField(filters=[one_line], validators=[Optional(), Length(max=40)])


class OrderForm(OnceForm):
    """A new work order."""

    title = StringField(
        filters=[one_line],
        validators=[
            DataRequired("new.need-title"),
            Length(max=MAX_TITLE, message="form.too-long"),
        ],
    )
    text = TextAreaField(
        filters=[plain_text], validators=[Length(max=LONGEST_TEXT, message="form.too-long")]
    )
    priority = StringField(default=Priority.NORMAL.value, validators=[AnyOf([*Priority])])
    # Whose they are is looked at where they are put on the work order.
    equipment = SelectMultipleField(coerce=int, validate_choice=False)


class AnswerForm(OnceForm):
    """What is added to a work order."""

    text = TextAreaField(
        filters=[plain_text], validators=[Length(max=LONGEST_TEXT, message="form.too-long")]
    )
    solved = BooleanField()
    approves = BooleanField()


class PersonForm(Form):
    """A colleague."""

    name = StringField(filters=[one_line], validators=[Length(max=200, message="form.too-long")])
    email = StringField(
        filters=[one_line],
        validators=[
            DataRequired("form.missing"),
            an_address,
        ],
    )


class NewPasswordForm(Form):
    """A password, typed twice, and the one that there is."""

    current = PasswordField(validators=[Length(max=LONGEST_PASSWORD, message="form.too-long")])
    password = PasswordField(
        validators=[
            InputRequired("form.missing"),
            Length(min=SHORTEST_PASSWORD, message="account.too-short"),
            Length(max=LONGEST_PASSWORD, message="form.too-long"),
        ]
    )
    again = PasswordField(validators=[InputRequired("form.missing")])

    def validate_again(self, field: PasswordField) -> None:
        """Accept the same again."""
        if field.data != self.password.data:
            raise ValidationError("account.not-the-same")

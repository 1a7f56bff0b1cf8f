"""What a person sets for themselves: a password, or none."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from workorder.core.entrance import SHORTEST_PASSWORD
from workorder.core.viewer import Viewer
from workorder.portal.forms import NewPasswordForm
from workorder.portal.frame import Frame, to


class AccountPages:
    """The page of who is logged in."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._sessions = frame.services.sessions

    def routes(self) -> Blueprint:
        """Where the page is."""
        pages = Blueprint("account", __name__, url_prefix="/account")
        pages.add_url_rule("", "form", self.form, methods=["GET"])
        pages.add_url_rule("", "set", self.set_password, methods=["POST"])
        pages.add_url_rule("/no-password", "unset", self.unset, methods=["POST"])
        return pages

    def form(self) -> Response:
        """Show where to type a password."""
        return self._form(NewPasswordForm())

    def _form(self, form: NewPasswordForm, *, status: int = 200) -> Response:
        return self._frame.page(
            "account.html",
            code=status,
            form=form,
            shortest=SHORTEST_PASSWORD,
            has_password=self._sessions.has_password(self._viewer()),
        )

    def set_password(self) -> Response:
        """Keep a password; other browsers have to log in anew."""
        form = NewPasswordForm(request.form)
        if not form.validate():
            return self._form(form, status=422)
        return self._set(form, form.password.data, "account.password-set")

    def unset(self) -> Response:
        """Have no password any more."""
        return self._set(NewPasswordForm(request.form), None, "account.password-gone")

    def _set(self, form: NewPasswordForm, password: str | None, done: str) -> Response:
        refusal = self._sessions.set_password(
            self._viewer(),
            password,
            current=form.current.data or "",
            secret=self._frame.secret,
        )
        if refusal is not None:
            form.current.errors = [f"account.{refusal}"]
            return self._form(form, status=422)
        self._frame.services.wake()
        self._frame.done(done)
        return to("account.form")

    def _viewer(self) -> Viewer:
        viewer = self._frame.viewer()
        assert viewer is not None  # the guard lets nobody else come here
        return viewer

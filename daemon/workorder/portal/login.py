"""Logging in: a mailed link or code, or a password. Looking at a page never lets anybody in."""

from dataclasses import replace

from flask import Blueprint, abort, request
from flask import session as cookie
from werkzeug.wrappers import Response

from workorder.core.entrance import Admitted, Refusal, safe_next
from workorder.portal.forms import CodeForm, LoginForm
from workorder.portal.frame import Frame, to, to_path
from workorder.steps.entrance import Caller

_ASKED = "asked"
_STATUS = {
    Refusal.WRONG_CODE: 422,
    Refusal.WRONG_PASSWORD: 422,
    Refusal.GONE: 410,
    Refusal.TOO_OFTEN: 429,
    Refusal.NOT_FRESH: 422,
}


class LoginPages:
    """The pages that are there without a login, and lead to one."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._entrance = frame.services.entrance

    def routes(self) -> Blueprint:
        """Where the pages are."""
        pages = Blueprint("login", __name__)
        pages.add_url_rule("/login", "form", self.form, methods=["GET"])
        pages.add_url_rule("/login", "ask", self.ask, methods=["POST"])
        pages.add_url_rule("/login/code", "code", self.code, methods=["GET"])
        pages.add_url_rule("/login/code", "by_code", self.by_code, methods=["POST"])
        pages.add_url_rule("/login/<token>", "link", self.link, methods=["GET"])
        pages.add_url_rule("/login/<token>", "by_link", self.by_link, methods=["POST"])
        pages.add_url_rule("/login/as", "one_click", self.one_click, methods=["POST"])
        pages.add_url_rule("/logout", "leave", self.leave, methods=["POST"])
        return pages

    def form(self) -> Response:
        """Show where to type the address."""
        if self._frame.viewer() is not None:
            return self._go_on(safe_next(request.args.get("next", "")))
        return self._form(LoginForm(data={"next": safe_next(request.args.get("next", ""))}))

    def _form(self, form: LoginForm, *, status: int = 200, refusal: str = "") -> Response:
        return self._frame.page(
            "login.html",
            code=status,
            form=form,
            refusal=refusal,
            one_click=self._frame.services.one_click,
        )

    def ask(self) -> Response:
        """Mail a link and a code; or, where a password was typed, look at that."""
        form = LoginForm(request.form)
        if not form.validate():
            return self._form(form, status=422)
        next_page = safe_next(form.next.data or "")
        caller = self._caller()
        if form.password.data:
            found = self._entrance.by_password(form.email.data or "", form.password.data, caller)
            if isinstance(found, Refusal):
                return self._form(form, status=_STATUS[found], refusal=found)
            return self._let_in(replace(found, next=next_page))
        if not self._entrance.ask(form.email.data or "", caller, next_page=next_page):
            return self._form(form, status=429, refusal=Refusal.TOO_OFTEN)
        self._frame.services.wake()
        cookie[_ASKED] = form.email.data
        return to("login.code")

    def code(self) -> Response:
        """Show where to type the code."""
        if _ASKED not in cookie:
            return to("login.form")
        return self._code()

    def _code(self, *, status: int = 200, refusal: str = "") -> Response:
        form = CodeForm()
        email = cookie.get(_ASKED, "")
        return self._frame.page(
            "login_code.html", code=status, form=form, email=email, refusal=refusal
        )

    def by_code(self) -> Response:
        """Let in who typed the mailed code."""
        form = CodeForm(request.form)
        found = self._entrance.by_code(self._caller(), form.code.data or "")
        if isinstance(found, Refusal):
            return self._code(status=_STATUS[found], refusal=found)
        return self._let_in(found)

    def link(self, token: str) -> Response:
        """Show a button; mail scanners open links, and must not use them up (T30)."""
        offer = self._entrance.offer(token, self._frame.known_browser)
        if offer is None:
            return self._gone()
        return self._link(token, asks_code=not offer.same_browser)

    def _link(
        self, token: str, *, asks_code: bool, status: int = 200, refusal: str = ""
    ) -> Response:
        page = self._frame.page(
            "login_link.html",
            code=status,
            token=token,
            asks_code=asks_code,
            form=CodeForm(),
            refusal=refusal,
        )
        # So its form comes without an origin: the guard knows this one by its token (app.py).
        page.headers["Referrer-Policy"] = "no-referrer"
        return page

    def _gone(self) -> Response:
        return self._frame.page(
            "login.html",
            code=410,
            form=LoginForm(),
            refusal=Refusal.GONE,
            one_click=self._frame.services.one_click,
        )

    def by_link(self, token: str) -> Response:
        """Let in who pressed the button: in the browser that asked, or with the code."""
        form = CodeForm(request.form)
        found = self._entrance.by_link(token, self._caller(), form.code.data or "")
        if found is Refusal.GONE:
            return self._gone()
        if isinstance(found, Refusal):
            return self._link(token, asks_code=True, status=_STATUS[found], refusal=found)
        return self._let_in(found)

    def one_click(self) -> Response:
        """The demo: be one of its people."""
        email = request.form.get("email", "")
        if email not in self._frame.services.one_click:
            abort(404)
        found = self._entrance.admit(email)
        if found is None:
            abort(404)
        return self._let_in(found)

    def leave(self) -> Response:
        """Log out."""
        self._frame.leave()
        return to("login.form")

    def _let_in(self, found: Admitted) -> Response:
        if self._frame.secret:
            self._frame.services.sessions.leave(self._frame.secret)
        self._frame.admit(found.secret)
        response = self._go_on(found.next)
        self._frame.remember(response, found.email)
        return response

    def _go_on(self, next_page: str) -> Response:
        if next_page:
            return to_path(next_page)
        return to("open.start")

    def _caller(self) -> Caller:
        return Caller(
            browser=self._frame.browser(),
            address=request.remote_addr or "",
            known=self._frame.remembered(),
        )

"""What every page has: who looks at it, in which language, and how it is filled."""

from flask import (
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from workorder.core.viewer import ContactViewer, TechnicianViewer, Viewer
from workorder.outbound.phrases import FALLBACK, Phrases
from workorder.portal.services import Services
from workorder.portal.wording import Wording
from workorder.steps.sessions import new_secret

_KNOWN = "workorder-known"
_A_YEAR = 365 * 24 * 3600
_SESSION, _BROWSER, _LANGUAGE = "who", "browser", "language"


class Frame:
    """The pages' common ground: one for the application, asked anew in each request."""

    def __init__(self, services: Services, wording: Wording) -> None:
        self.services = services
        self._wording = wording

    # -- who ----------------------------------------------------------------------------------

    def viewer(self) -> Viewer | None:
        """Who is logged in, if somebody is."""
        if "viewer" not in g:
            # First nobody: a page that says that the database is away asks no second time.
            g.viewer = None
            secret = self.secret
            g.viewer = self.services.sessions.viewer(secret) if secret else None
        found: Viewer | None = g.viewer
        return found

    def contact(self) -> ContactViewer:
        """The contact who looks; for anybody else the page is not there."""
        viewer = self.viewer()
        if not isinstance(viewer, ContactViewer):
            abort(404)
        return viewer

    def technician(self) -> TechnicianViewer:
        """The technician who looks; for anybody else the page is not there."""
        viewer = self.viewer()
        if not isinstance(viewer, TechnicianViewer):
            abort(404)
        return viewer

    @property
    def secret(self) -> str:
        """The session's secret, '' where nobody is logged in."""
        return str(cookie.get(_SESSION, ""))

    def admit(self, secret: str) -> None:
        """Keep who was let in; nothing of what the browser had before goes on (T32)."""
        language = cookie.get(_LANGUAGE)
        cookie.clear()
        cookie[_SESSION] = secret
        if language:
            cookie[_LANGUAGE] = language

    def leave(self) -> None:
        """Log out."""
        if self.secret:
            self.services.sessions.leave(self.secret)
        cookie.clear()

    def browser(self) -> str:
        """The secret by which a browser is known again that asked to be let in."""
        if _BROWSER not in cookie:
            cookie[_BROWSER] = new_secret()
        return str(cookie[_BROWSER])

    def remember(self, response: AnyResponse, email: str) -> None:
        """Let this browser be known again as one that the owner of an address was logged in with.

        It opens nothing: strangers can use up no tries of its owner.
        """
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(
            f"{'__Host-' if secure else ''}{_KNOWN}",
            self._signer().dumps(email),
            max_age=_A_YEAR,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )

    def remembered(self) -> str:
        """The address that this browser is known for, or ''."""
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        kept = request.cookies.get(f"{'__Host-' if secure else ''}{_KNOWN}", "")
        try:
            return str(self._signer().loads(kept))
        except BadSignature:
            return ""

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.services.key, salt=_KNOWN)

    @property
    def known_browser(self) -> str:
        """That secret, '' where the browser has none."""
        return str(cookie.get(_BROWSER, ""))

    # -- in which language --------------------------------------------------------------------

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that pages are written in."""
        return self._wording.languages()

    def language(self) -> str:
        """The reader's language: chosen, else the person's own, else the browser's."""
        viewer, site = self.viewer(), self.services.policy.language
        if isinstance(viewer, ContactViewer):
            own = viewer.contact.language or viewer.customer.language or site
        elif viewer is not None:
            own = site
        else:
            own = request.accept_languages.best_match(self.languages) or site
        wanted = (str(cookie.get(_LANGUAGE, "")), own, own.partition("-")[0], site)
        return next((each for each in wanted if each in self.languages), FALLBACK)

    def choose_language(self, language: str) -> None:
        """Show this browser its pages in a language."""
        if language in self.languages:
            cookie[_LANGUAGE] = language

    @property
    def t(self) -> Phrases:
        """The phrases of the reader's language."""
        if "phrases" not in g:
            g.phrases = self._wording.phrases(self.language())
        found: Phrases = g.phrases
        return found

    # -- pages ----------------------------------------------------------------------------------

    def page(self, name: str, /, *, code: int = 200, **values: object) -> AnyResponse:
        """The page pages/`name` filled with `values`."""
        return make_response(render_template(name, code=code, **values), code)

    def done(self, phrase: str, **values: object) -> None:
        """Say on the next page what was done."""
        flash(self.t(phrase, **values), "done")

    def say(self, text: str) -> None:
        """Say on the next page what was done, in words that are made already."""
        flash(text, "done")

    def failed(self, phrase: str, **values: object) -> None:
        """Say on the next page what could not be done."""
        flash(self.t(phrase, **values), "failed")


def to(endpoint: str, **values: object) -> AnyResponse:
    """Go on to a page, whatever the method was: what was sent is not sent again by a reload."""
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[arg-type] # url_for's own keywords are none of ours


def to_path(path: str) -> AnyResponse:
    """Go on to a path of our own below the portal's root."""
    return redirect(request.script_root + path, 303)


def file_response(content: bytes, *, name: str, content_type: str) -> Response:
    """A file to be saved, which no browser runs or shows as a page of ours (T21)."""
    response = Response(content, mimetype=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response

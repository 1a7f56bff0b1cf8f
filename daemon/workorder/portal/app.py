"""The Flask application: pages, the guard around them, and what each error becomes."""

import hashlib
import hmac
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from flask import Flask, has_request_context, request, url_for
from flask_wtf.csrf import CSRFProtect
from jinja2 import BytecodeCache, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from workorder import shipped
from workorder.core.subjects import MAX_DIGITS, label
from workorder.core.viewer import ContactViewer, TechnicianViewer
from workorder.errors import NotFoundError, OurFaultError, RenderError, RequestError
from workorder.outbound.filters import FILTERS
from workorder.portal.account import AccountPages
from workorder.portal.company import CompanyPages
from workorder.portal.desk import DeskPages
from workorder.portal.frame import Frame, to_path
from workorder.portal.login import LoginPages
from workorder.portal.open_pages import OpenPages
from workorder.portal.orders import OrderPages
from workorder.portal.services import Services
from workorder.portal.wording import Wording

log = structlog.get_logger()

HERE = Path(__file__).parent
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_MOST_PARTS = 200
_FORM_TEXT = 2 * 2**20  # bytes of the fields of a form that are no files
# No page needs anything from elsewhere, and nobody else's page may hold one of ours.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}

STATUS_OF = {NotFoundError: 404, RequestError: 422, OurFaultError: 503, RenderError: 503}
"""What a page answers where a request or a reading fails; the first that fits counts."""


class PortalApp(Flask):
    """Flask, which writes no addresses of pages down: that of a mailed link is a secret."""

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401 - as Flask has it
        """Log what no page could be made of."""
        endpoint = request.endpoint if has_request_context() else None
        log.error("portal_failed", endpoint=endpoint, exc_info=exc_info)


class Number(IntegerConverter):
    """A number in an address: what has more digits than a work order's is none."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=10**MAX_DIGITS - 1)


def create_app(services: Services, *, compiled: BytecodeCache | None = None) -> Flask:
    """The portal of a site; nothing is listened to yet. `compiled` keeps pages for another one."""
    app = PortalApp(__name__, template_folder=None, static_folder=None)
    app.config.update(_settings(services))
    app.url_map.converters["int"] = Number
    frame = Frame(services, Wording([services.overrides, shipped.templates_folder()]))
    _set_up_templates(app, frame, compiled)
    CSRFProtect(app)
    for pages in (
        OpenPages(frame),
        LoginPages(frame),
        OrderPages(frame),
        CompanyPages(frame),
        AccountPages(frame),
        DeskPages(frame),
    ):
        app.register_blueprint(pages.routes())
    app.before_request(lambda: _guard(frame))
    app.after_request(_with_headers)
    _answer_errors(app, frame)
    return app


def _settings(services: Services) -> dict[str, object]:
    is_secure = services.site.portal_url.startswith("https://")
    return {
        "SECRET_KEY": hmac.new(services.key, b"portal cookies", hashlib.sha256).digest(),
        # The prefix makes browsers refuse a cookie that another host or an open line set.
        "SESSION_COOKIE_NAME": "__Host-workorder" if is_secure else "workorder",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": services.max_upload,
        "MAX_FORM_MEMORY_SIZE": _FORM_TEXT,
        "MAX_FORM_PARTS": _MOST_PARTS,
        "WTF_CSRF_METHODS": _METHODS,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "WTF_CSRF_SSL_STRICT": False,  # the guard looks at Origin, which no policy leaves out
    }


def _set_up_templates(app: Flask, frame: Frame, compiled: BytecodeCache | None) -> None:
    environment = app.jinja_env
    environment.loader = FileSystemLoader(HERE / "pages")
    environment.undefined = StrictUndefined
    environment.bytecode_cache = compiled
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(FILTERS)
    versions = {path.name: _version(path) for path in (HERE / "static").iterdir()}

    def asset(name: str) -> str:
        return url_for("open.static", name=name, v=versions[name])

    def shown() -> dict[str, object]:
        viewer = frame.viewer()
        return {
            "t": frame.t,
            "lang": frame.t.language,
            "site": frame.services.site,
            "viewer": viewer,
            "is_contact": isinstance(viewer, ContactViewer),
            "is_technician": isinstance(viewer, TechnicianViewer),
            "asset": asset,
            "label": lambda number: label(number, frame.services.policy.prefix),
            "languages": frame.languages,
            "here": request.full_path.rstrip("?"),
            "now": frame.services.clock(),
        }

    app.context_processor(shown)


def prepare_pages(app: Flask) -> None:
    """Compile every page, so that its first reader does not wait for that."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


# -- the guard ------------------------------------------------------------------------------------


def _guard(frame: Frame) -> Response | None:
    """Nobody else's page sends our forms, and without a login only the open pages are there."""
    if request.method not in _SAFE and not _is_from_here(frame.services.site.portal_url):
        log.warning("portal_foreign_form", endpoint=request.endpoint)
        return _refused(frame)
    if request.blueprint in {None, "open", "login"} or frame.viewer() is not None:
        return None
    if request.method in _SAFE:
        path = request.full_path.rstrip("?")
        return to_path(url_for("login.form", next=path).removeprefix(request.script_root))
    frame.failed("login.over")
    return to_path("/login")


def _is_from_here(portal_url: str) -> bool:
    """Whether a form was on a page of ours, as far as the browser says (T32).

    Browsers send one of the two headers; a program that sends neither has no cookies of ours
    either, and needs the form's token all the same.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    if origin == "null" and request.endpoint == "login.by_link":
        return True  # its page tells nobody where it is; who sends it has the mailed secret
    own = {urlsplit(portal_url).netloc, request.host}
    return urlsplit(origin).netloc in own - {""}


def _refused(frame: Frame) -> Response:
    return frame.page("error.html", code=403)


def _with_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    led = urlsplit(response.headers.get("Location", ""))
    if led.netloc:  # the library's own redirections name the host that the request named (T35)
        response.headers["Location"] = urlunsplit(("", "", led.path, led.query, ""))
    return response


# -- errors ---------------------------------------------------------------------------------------


def _answer_errors(app: Flask, frame: Frame) -> None:
    def http(error: HTTPException) -> Response:
        code = error.code or 500
        if code < 400:  # noqa: PLR2004 - a redirection is no error
            return error.get_response()
        # A forged or an outdated form is answered alike: 400 is what the token's check raises.
        forged = code == 400 and request.method not in _SAFE  # noqa: PLR2004 - bad request
        code = 403 if forged else code
        return frame.page("error.html", code=code)

    def ours(error: Exception) -> Response:
        code = next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))
        reason = str(error) if isinstance(error, RequestError) else ""
        if not reason:
            log.warning(
                "portal_fault", endpoint=request.endpoint, reason=" ".join(str(error).split())
            )
        return frame.page("error.html", code=code, reason=reason)

    app.register_error_handler(HTTPException, http)
    for kind in STATUS_OF:
        app.register_error_handler(kind, ours)
    app.register_error_handler(Exception, lambda error: _unexpected(frame, error))


def _unexpected(frame: Frame, error: Exception) -> Response:
    """A fault of the program: the page says so, the journal says which."""
    log.error("portal_failed", endpoint=request.endpoint, exc_info=error)
    return frame.page("error.html", code=500)

"""The pages that are open to all: the start, how to open a work order, health, looks."""

from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from workorder.core.entrance import safe_next
from workorder.core.viewer import TechnicianViewer
from workorder.errors import StorageError
from workorder.portal.frame import Frame, to, to_path

STATIC = Path(__file__).parent / "static"
_A_YEAR = 365 * 24 * 3600


class OpenPages:
    """What needs no login."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> Blueprint:
        """Where the pages are."""
        pages = Blueprint("open", __name__)
        pages.add_url_rule("/", "start", self.start)
        pages.add_url_rule("/how-to", "how_to", self.how_to)
        pages.add_url_rule("/healthz", "health", self.health)
        pages.add_url_rule("/language", "language", self.language, methods=["POST"])
        pages.add_url_rule("/static/<name>", "static", self.static)
        return pages

    def start(self) -> AnyResponse:
        """Lead everybody to their own first page."""
        viewer = self._frame.viewer()
        if viewer is None:
            return to("login.form")
        return to("desk.board" if isinstance(viewer, TechnicianViewer) else "orders.listing")

    def how_to(self) -> AnyResponse:
        """How to open a new work order, in the customer's words."""
        return self._frame.page("how_to.html")

    def health(self) -> AnyResponse:
        """Whether pages can be made: the database answers."""
        try:
            with self._frame.services.store.read() as unit:
                unit.orders.get(0)
        except StorageError:
            return Response("the database does not answer\n", 503, mimetype="text/plain")
        return Response("ok\n", mimetype="text/plain")

    def language(self) -> AnyResponse:
        """Show this browser its pages in another language."""
        self._frame.choose_language(request.form.get("language", ""))
        return to_path(safe_next(request.form.get("next", "")) or "/")

    def static(self, name: str) -> AnyResponse:
        """Looks and keys; named by their content, so that they may be kept."""
        if not (STATIC / name).is_file():
            abort(404)
        return send_from_directory(STATIC, name, max_age=_A_YEAR)

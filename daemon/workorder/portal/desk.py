"""The technicians' desk: its pages, put together below /desk."""

from flask import Blueprint

from workorder.portal.desk_board import Board
from workorder.portal.desk_call import Call
from workorder.portal.desk_customers import CustomersDesk
from workorder.portal.desk_order import OrderDesk
from workorder.portal.frame import Frame


class DeskPages:
    """What technicians work with; for anybody else there are no such pages."""

    def __init__(self, frame: Frame) -> None:
        self._parts = (Board(frame), OrderDesk(frame), Call(frame), CustomersDesk(frame))

    def routes(self) -> Blueprint:
        """Where the pages are."""
        pages = Blueprint("desk", __name__, url_prefix="/desk")
        for part in self._parts:
            part.add_to(pages)
        return pages

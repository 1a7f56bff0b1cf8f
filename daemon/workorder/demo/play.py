"""The play that the scenes belong to: what later scenes need of earlier ones."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

from workorder.core.model import Status
from workorder.core.subjects import label
from workorder.demo.mail_host import Delivered
from workorder.demo.stage import DemoError, Stage
from workorder.store.queries import EventView, OrderView


@dataclass(slots=True)
class Play:
    """What later scenes need of earlier ones."""

    stage: Stage
    say: Callable[[str], None]
    number: int = 0
    notice_to_maria: Delivered | None = None
    notice_to_jane: Delivered | None = None

    @property
    def label(self) -> str:
        """The work order that the play is about."""
        return label(self.number, self.stage.site.config.numbers.prefix)

    def order(self, number: int) -> OrderView:
        """A work order as it stands."""
        with self.stage.site.store.read() as unit:
            view = unit.queries.order(number)
        if view is None or view.detail is None:
            raise DemoError(f"there is no work order {number}")
        return view

    def history(self) -> tuple[EventView, ...]:
        """The events of the play's work order."""
        return self.history_of(self.number)

    def history_of(self, number: int) -> tuple[EventView, ...]:
        """The events of a work order."""
        detail = self.order(number).detail
        assert detail is not None  # order() looked
        return detail.events

    def events(self, kind: str) -> int:
        """How many events of a kind the play's work order has."""
        return sum(event.kind == kind for event in self.history())

    def must_be(self, status: Status) -> None:
        """Say how the work order stands.

        Raises:
            DemoError: it stands otherwise.
        """
        stands = self.order(self.number).status
        if stands is not status:
            raise DemoError(f"{self.label} is {stands}, not {status}")
        self.say(f"   {self.label} is {status}.")

    def show_transcript(self, message: Message) -> None:
        """Print what a transcript says of each tag."""
        plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
        payload = plain.get_payload(decode=True)
        assert isinstance(payload, bytes)  # a part that is no multipart
        lines = payload.decode("utf-8").splitlines()
        for line in lines[: lines.index("-- ") if "-- " in lines else None]:
            if line.strip():
                self.say(f"         | {line}")

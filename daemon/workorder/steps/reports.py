"""A statement that an admin sends now, whatever the calendar says."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workorder.core.books import Enclosure
from workorder.core.decision import Policy
from workorder.core.rules import RuleSet
from workorder.errors import RequestError
from workorder.steps.books import Books
from workorder.store.unit import Store


class SendStatement:
    """Puts a customer's statement into the outbox; asked again, it is sent again."""

    def __init__(
        self, *, store: Store, policy: Policy, rules: RuleSet, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._policy = policy
        self._rules = rules
        self._clock = clock

    def __call__(self, customer_id: int, month: date) -> int:
        """Send the statement of the month of that day; to how many people.

        Raises:
            RequestError: there is nobody to send it to.
        """
        now = self._clock()
        zone = ZoneInfo(self._policy.timezone)
        with self._store.write() as unit:
            if not unit.people.primary_contacts(customer_id):
                raise RequestError(
                    "no primary contact to send it to: workorder contact set EMAIL --primary"
                )
            statement = unit.bank.statement(
                customer_id, month, zone=zone, prefix=self._policy.prefix
            )
            books = Books(unit, self._policy, self._rules, now=now)
            # The moment is part of the key: who asks again wants it again.
            key = f"{month:%Y-%m}:{now.isoformat()}"
            told = books.statement(customer_id, Enclosure(statement=statement), key=key)
            if not told:
                raise RequestError("notices.toml sends statements to nobody")
            return told

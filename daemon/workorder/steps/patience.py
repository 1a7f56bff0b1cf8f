"""The clock waits for the mail: an answer that lies in a mailbox comes before its reminder.

After a start, and after a machine slept, mail has come in that nobody has read yet.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

GAP = timedelta(minutes=10)
"""What was not looked at for so long was not looked at while mail came in."""

MOST_SECONDS = 300.0
"""For so long the mail is waited for, and no longer: a server may be away for days."""


class Patience:
    """Says when the clock may look: when each mailbox has been read to its end since a gap."""

    def __init__(self, mailboxes: Iterable[str], clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._read_to_end = dict.fromkeys(mailboxes, -1.0)
        self._lock = threading.Lock()
        self._looked = clock()
        self._since = time.monotonic()

    def read(self, mailbox: str, intake: Callable[[], bool]) -> bool:
        """Let an intake do a round, and note when it finds nothing more."""
        begun = time.monotonic()
        found = intake()
        if not found:
            with self._lock:
                self._read_to_end[mailbox] = begun
        return found

    def is_over(self) -> bool:
        """Whether the clock may look now."""
        now = self._clock()
        if abs(now - self._looked) > GAP:
            self._since = time.monotonic()
        self._looked = now
        with self._lock:
            all_read = all(moment >= self._since for moment in self._read_to_end.values())
        return all_read or time.monotonic() - self._since > MOST_SECONDS

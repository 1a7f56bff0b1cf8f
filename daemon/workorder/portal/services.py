"""What the portal's pages work with, put together by workorder.web."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workorder.core.decision import Policy
from workorder.core.notice import Letter, SiteCard
from workorder.core.rules import RuleSet
from workorder.steps.customer_writes import CustomerWrites
from workorder.steps.entrance import Entrance
from workorder.steps.requests import OpenOrder
from workorder.steps.sessions import Sessions
from workorder.steps.writing import TechnicianWrites
from workorder.store.unit import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The site as its pages need it.

    The requests are made anew for each use, under the rules that are in force then. `pdf` prints a
    letter, in a process of its own. `wake`: notices were written. `key` is the site's secret,
    `max_upload` the most bytes of one form, `overrides` the folder of the site's own phrases.
    `one_click`: addresses that the login page lets in at a click; there are some in the demo alone.
    """

    store: Store
    site: SiteCard
    policy: Policy
    clock: Callable[[], datetime]
    entrance: Entrance
    sessions: Sessions
    rules: Callable[[], RuleSet]
    customer_writes: Callable[[], CustomerWrites]
    technician_writes: Callable[[], TechnicianWrites]
    open_order: Callable[[], OpenOrder]
    pdf: Callable[[Letter], bytes]
    wake: Callable[[], None]
    key: bytes
    max_upload: int
    overrides: Path
    one_click: tuple[str, ...] = ()

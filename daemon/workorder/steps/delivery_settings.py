"""What the configuration says about delivery."""

from collections.abc import Callable
from dataclasses import dataclass

from workorder.core.decision import Policy
from workorder.core.message import Address
from workorder.core.notice import SiteCard
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.core.trust import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """What the configuration says about delivery; `rules` gives those in force."""

    policy: Policy
    site: SiteCard
    sender: Address
    first_number: int
    admin_address: str
    ways: tuple[Way, ...] = ()
    rules: Callable[[], RuleSet] = lambda: BUILT_IN

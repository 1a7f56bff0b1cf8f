"""What the site's configuration says about deciding."""

from dataclasses import dataclass

from workorder.core.decision import Policy
from workorder.core.trust import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """How the site decides, and what proves a technician's mail here (behaviour: Proof)."""

    policy: Policy
    ways: tuple[Way, ...]
    authserv_id: str

    @property
    def timezone(self) -> str:
        """The site's zone, by its IANA name."""
        return self.policy.timezone

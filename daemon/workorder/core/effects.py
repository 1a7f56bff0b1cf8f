"""What the transcript can say of a tag: a closed set, each with the values it comes with.

The words stand in templates/language under `[tag]`, by the names used here.
"""

from collections.abc import Mapping
from enum import StrEnum


class Effect(StrEnum):
    """What a tag did, or what is wrong with it; the values are the keys of the phrases."""

    STATUS_SET = "status-set"
    STATUS_SAME = "status-same"
    STATUS_CLOSED = "status-closed"
    STATUS_SECOND = "status-second"
    REOPENED = "reopened"
    OPEN_ALREADY = "open-already"
    INTERNAL = "internal"
    INTERNAL_EMPTY = "internal-empty"
    ASSIGNED = "assigned"
    ASSIGNED_NOBODY = "assigned-nobody"
    ASSIGNED_SAME = "assigned-same"
    ASSIGN_UNKNOWN = "assign-unknown"
    ASSIGN_AMBIGUOUS = "assign-ambiguous"
    PRIORITY_SET = "priority-set"
    PRIORITY_SAME = "priority-same"
    PRIORITY_UNKNOWN = "priority-unknown"
    LABELS_SET = "labels-set"
    LABELS_SAME = "labels-same"
    LABEL_WRONG = "label-wrong"
    TITLE_SET = "title-set"
    TITLE_SAME = "title-same"
    EQUIPMENT_ADDED = "equipment-added"
    EQUIPMENT_REMOVED = "equipment-removed"
    EQUIPMENT_SAME = "equipment-same"
    EQUIPMENT_UNKNOWN = "equipment-unknown"
    EQUIPMENT_UNSORTED = "equipment-unsorted"
    CUSTOMER_SET = "customer-set"
    CUSTOMER_SAME = "customer-same"
    CUSTOMER_UNKNOWN = "customer-unknown"
    CUSTOMER_FOR = "customer-for"
    CUSTOMER_SPOKE = "customer-spoke"
    FOR_SET = "for-set"
    FOR_FORWARDED = "for-forwarded"
    FOR_NEW_CONTACT = "for-new-contact"
    FOR_UNSORTED = "for-unsorted"
    FOR_SAME = "for-same"
    FOR_NOBODY = "for-nobody"
    FOR_UNCLEAR = "for-unclear"
    FOR_WRONG = "for-wrong"
    FOR_NEAR = "for-near"
    FOR_US = "for-us"
    FOLLOWUP_SET = "followup-set"
    FOLLOWUP_OFF = "followup-off"
    FOLLOWUP_SAME = "followup-same"
    FOLLOWUP_PAST = "followup-past"
    FOLLOWUP_WRONG = "followup-wrong"
    CC_ADDED = "cc-added"
    CC_REMOVED = "cc-removed"
    CC_SAME = "cc-same"
    CC_WRONG = "cc-wrong"
    CC_US = "cc-us"
    CC_REQUESTER = "cc-requester"
    MERGED = "merged"
    MERGE_ITSELF = "merge-itself"
    MERGE_CUSTOMER = "merge-customer"
    MERGE_UNSORTED = "merge-unsorted"
    MERGE_CLOSED = "merge-closed"
    MERGE_NEW = "merge-new"
    LINKED = "linked"
    LINK_SAME = "link-same"
    LINK_ITSELF = "link-itself"
    NUMBER_WRONG = "number-wrong"
    NUMBER_UNKNOWN = "number-unknown"
    TIMER_STARTED = "timer-started"
    TIMER_RUNS = "timer-runs"
    TIMER_NONE = "timer-none"
    TIMER_STOPPED = "timer-stopped"
    TIMER_DROPPED = "timer-dropped"
    TIMER_RESUMED = "timer-resumed"
    TIMER_TOO_LONG = "timer-too-long"
    TIMER_OTHERS = "timer-others"
    STOP_EARLY = "stop-early"
    CLOCK_FUTURE = "clock-future"
    CLOCK_SKIPPED = "clock-skipped"
    CLOCK_MISSING = "clock-missing"
    WORKED = "worked"
    WORKED_TOTAL = "worked-total"
    WORKED_WITHDRAWN = "worked-withdrawn"
    WORKED_DAY = "worked-day"
    HOURS_WRONG = "hours-wrong"
    HOURS_BOUNDS = "hours-bounds"
    HOURS_ARE = "hours-are"
    BILLED = "billed"
    BILLED_SAME = "billed-same"
    BILLED_KEPT = "billed-kept"
    BILLED_BY_RULE = "billed-by-rule"
    BILLED_NOT = "billed-not"
    UNDO_WORDS_SENT = "undo-words-sent"
    UNDO_WORDS_WITHDRAWN = "undo-words-withdrawn"
    UNDO_WORDS_KEPT = "undo-words-kept"
    UNDO_CHANGED_SINCE = "undo-changed-since"
    UNDO_NOT_POSSIBLE = "undo-not-possible"
    UNDO_NOTHING = "undo-nothing"
    UNDO_ALONE = "undo-alone"
    STATUS_IS = "status-is"
    STATUS_NONE = "status-none"
    HELP = "help"
    UNKNOWN = "unknown"
    UNKNOWN_NEAR = "unknown-near"
    BELOW_PROSE = "below-prose"
    TWICE = "twice"
    ONE_A_LINE = "one-a-line"
    NEEDS_WORDS = "needs-words"
    TAKES_NO_WORDS = "takes-no-words"


PLACES: Mapping[Effect, tuple[str, ...]] = {
    Effect.STATUS_SET: ("status", "was"),
    Effect.STATUS_SAME: ("status",),
    Effect.STATUS_CLOSED: ("status",),
    Effect.STATUS_SECOND: ("first",),
    Effect.REOPENED: ("was",),
    Effect.OPEN_ALREADY: ("status",),
    Effect.ASSIGNED: ("technician",),
    Effect.ASSIGNED_SAME: ("technician",),
    Effect.ASSIGN_UNKNOWN: ("name", "known"),
    Effect.ASSIGN_AMBIGUOUS: ("name", "known"),
    Effect.PRIORITY_SET: ("priority", "was"),
    Effect.PRIORITY_SAME: ("priority",),
    Effect.PRIORITY_UNKNOWN: ("word", "known"),
    Effect.LABELS_SET: ("labels",),
    Effect.LABELS_SAME: ("labels",),
    Effect.LABEL_WRONG: ("word",),
    Effect.TITLE_SET: ("title",),
    Effect.EQUIPMENT_ADDED: ("equipment",),
    Effect.EQUIPMENT_REMOVED: ("equipment",),
    Effect.EQUIPMENT_SAME: ("equipment",),
    Effect.EQUIPMENT_UNKNOWN: ("word", "customer", "known"),
    Effect.CUSTOMER_SET: ("customer", "contact"),
    Effect.CUSTOMER_SAME: ("customer",),
    Effect.CUSTOMER_UNKNOWN: ("word", "known"),
    Effect.CUSTOMER_FOR: ("contact", "customer"),
    Effect.CUSTOMER_SPOKE: ("customer",),
    Effect.FOR_SET: ("contact", "customer"),
    Effect.FOR_FORWARDED: ("contact", "customer"),
    Effect.FOR_NEW_CONTACT: ("contact", "customer"),
    Effect.FOR_UNSORTED: ("contact",),
    Effect.FOR_SAME: ("contact",),
    Effect.FOR_WRONG: ("word",),
    Effect.FOR_NEAR: ("word", "near"),
    Effect.FOR_US: ("contact",),
    Effect.FOLLOWUP_SET: ("day",),
    Effect.FOLLOWUP_SAME: ("day",),
    Effect.FOLLOWUP_PAST: ("day",),
    Effect.FOLLOWUP_WRONG: ("word",),
    Effect.CC_ADDED: ("address",),
    Effect.CC_REMOVED: ("address",),
    Effect.CC_SAME: ("address",),
    Effect.CC_WRONG: ("word",),
    Effect.CC_US: ("address",),
    Effect.CC_REQUESTER: ("address",),
    Effect.MERGED: ("number", "into"),
    Effect.MERGE_CUSTOMER: ("number",),
    Effect.MERGE_UNSORTED: ("number",),
    Effect.MERGE_CLOSED: ("number",),
    Effect.LINKED: ("number",),
    Effect.LINK_SAME: ("number",),
    Effect.NUMBER_WRONG: ("word",),
    Effect.NUMBER_UNKNOWN: ("number",),
    Effect.TIMER_STARTED: ("since",),
    Effect.TIMER_RUNS: ("since",),
    Effect.TIMER_STOPPED: ("length", "since", "until"),
    Effect.TIMER_RESUMED: ("since",),
    Effect.TIMER_TOO_LONG: ("since", "length"),
    Effect.TIMER_OTHERS: ("technician",),
    Effect.STOP_EARLY: ("since",),
    Effect.CLOCK_FUTURE: ("clock",),
    Effect.CLOCK_SKIPPED: ("clock",),
    Effect.CLOCK_MISSING: ("word",),
    Effect.WORKED: ("length",),
    Effect.WORKED_TOTAL: ("worked",),
    Effect.WORKED_WITHDRAWN: ("length",),
    Effect.WORKED_DAY: ("word",),
    Effect.HOURS_WRONG: ("word",),
    Effect.HOURS_BOUNDS: ("most",),
    Effect.HOURS_ARE: ("worked", "length"),
    Effect.BILLED: ("length", "worked"),
    Effect.BILLED_SAME: ("length",),
    Effect.BILLED_KEPT: ("length", "worked"),
    Effect.BILLED_BY_RULE: ("length", "worked", "rule"),
    Effect.BILLED_NOT: ("length", "worked"),
    Effect.UNDO_WORDS_SENT: ("recipients",),
    Effect.UNDO_WORDS_WITHDRAWN: ("recipients",),
    Effect.UNDO_CHANGED_SINCE: ("what",),
    Effect.UNDO_NOT_POSSIBLE: ("what",),
    Effect.STATUS_IS: ("number", "title", "status", "technician", "customer", "priority"),
    Effect.UNKNOWN: ("word",),
    Effect.UNKNOWN_NEAR: ("word", "near"),
    Effect.BELOW_PROSE: ("word",),
    Effect.TWICE: ("word",),
    Effect.ONE_A_LINE: ("word",),
    Effect.NEEDS_WORDS: ("word",),
    Effect.TAKES_NO_WORDS: ("word",),
}
"""The values of each; one that is not named has none."""

"""A work order as billing rules look at it, and what they can ask about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from workorder.core.conditions import OneOf, Says, is_said
from workorder.core.model import Equipment, WorkOrder
from workorder.core.rule_texts import Field, FieldName, Texts
from workorder.core.rule_words import in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A work order with the names of what it only has ids of; `customer` '' if unsorted."""

    order: WorkOrder
    customer: str = ""
    equipment: tuple[Equipment, ...] = ()


class JobView(Texts):
    """One job, with what was read of it kept."""

    __slots__ = ("_job",)

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def values(self, field: Field) -> tuple[str, ...]:
        """The values that a field has here; none for a field of mails."""
        read = _READ.get(field.name)
        return read(self._job) if read is not None else ()


def _words(job: Job) -> tuple[str, ...]:
    return (job.order.title, job.order.service)


def _equipment(job: Job) -> tuple[str, ...]:
    return tuple(words for piece in job.equipment for words in (piece.tag, piece.name) if words)


_READ: Final[Mapping[FieldName, Callable[[Job], tuple[str, ...]]]] = {
    FieldName.WORDS: _words,
    FieldName.LABEL: lambda job: job.order.labels,
    FieldName.EQUIPMENT: _equipment,
    FieldName.CUSTOMER: lambda job: (job.customer,) if job.customer else (),
    FieldName.PRIORITY: lambda job: (job.order.priority.value,),
    FieldName.DOOR: lambda job: (job.order.opened_by.value,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobConditions:
    """What a billing rule asks for: all of `when` must hold, none of `unless` may."""

    when: tuple[OneOf | Says, ...] = ()
    unless: tuple[OneOf | Says, ...] = ()

    def failure(self, view: JobView) -> str | None:
        """The first that stands against it, in words, or None."""
        for condition in self.when:
            if not is_said(condition, view):
                return in_words(condition, negated=True)
        for condition in self.unless:
            if is_said(condition, view):
                return f"unless: {in_words(condition)}"
        return None

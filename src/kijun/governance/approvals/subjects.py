"""What can be put forward for approval: upper apps register their kinds, the machine asks the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.approvals.models import Approval
from kijun.governance.organisation.models import Department


def _nothing(row: Any, approval: Approval, person: Person) -> StrOrPromise:
    return ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing that is decided.

    ``load(municipality_id, subject_id)`` gives the row (DoesNotExist when it is gone); ``freeze(row)`` its copy as JSON;
    ``department(row)`` whose route it takes; ``may_submit(person, row)``. The three effects run inside the machine's
    transaction, after the approval's own change: ``approved(row, approval, actor)``, ``returned(row, approval, actor)``,
    ``withdrawn(row, approval, actor)``. ``hinders(row, approval, person)`` says what this person has to do before they may
    approve any of its steps, "" where there is nothing. ``material(row, person)`` gives what is looked at beside the copy, for the command, with the
    look on record before anything is shown; None where the copy is all. ``template`` draws the frozen copy.
    """

    kind: str
    label: StrOrPromise
    load: Callable[[int, str], Any]
    freeze: Callable[[Any], dict[str, Any]]
    url: Callable[[Any], str]
    department: Callable[[Any], Department | None]
    may_submit: Callable[[Person, Any], bool]
    approved: Callable[[Any, Approval, Person], None]
    returned: Callable[[Any, Approval, Person], None]
    withdrawn: Callable[[Any, Approval, Person], None]
    template: str = "approvals/frozen.html"
    hinders: Callable[[Any, Approval, Person], StrOrPromise] = _nothing
    material: Callable[[Any, Person], dict[str, Any]] | None = None


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    _subjects[subject.kind] = subject


def subject(kind: str) -> Subject:
    """KeyError for a kind that nobody registered."""
    return _subjects[kind]


def kinds() -> list[tuple[str, StrOrPromise]]:
    return [(one.kind, one.label) for one in _subjects.values()]

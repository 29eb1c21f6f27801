"""Who may see, answer, submit and manage self-assessments. An auditor reads everything and changes nothing.

The right people answer: IT staff or the system's owner for P, staff and approvers of the asked department for U,
IT staff, executives and administrators for G (guideline, Part 2 and 3).
"""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role, add_perm, is_it_staff, is_staff_member
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Assignment
from kijun.governance.organisation.models import Department

ROLES: dict[str, tuple[Role, ...]] = {
    AskedRole.PROVIDER: (Role.IT_STAFF, Role.OWNER),
    AskedRole.USER: (Role.STAFF, Role.APPROVER),
    AskedRole.ORGANISATION: (Role.IT_STAFF, Role.EXECUTIVE, Role.ADMINISTRATOR),
}
WHOLE_TOWN = (Role.IT_STAFF, Role.EXECUTIVE, Role.ADMINISTRATOR)
"""Roles that act for every department when they are granted without one; staff act for their own only."""


def answers_in(person: Person, role: str, department: Department | None) -> bool:
    """The person may answer controls of ``role`` (provider, user, organisation) that ``department`` is asked."""
    if department is None:
        return False
    roles = ROLES[role]
    if person.works_in(department) and person.roles_today() & set(roles):
        return True
    return any(
        grant.role in roles
        and (
            department.path.startswith(grant.department.path)
            if grant.department is not None
            else grant.role in WHOLE_TOWN
        )
        for grant in person.grants_today()
    )


class Asked:
    """What one person may answer in one assessment; asks the database nothing once it is made.

    ``assignments`` are the assessment's, with their departments.
    """

    def __init__(self, person: Person, assessment: Assessment, assignments: list[Assignment]) -> None:
        self.person = person
        self.open = assessment.is_open and person.municipality_id == assessment.municipality_id
        self.owns = assessment.system is not None and assessment.system.owner_id == person.pk
        self.by_role: dict[str, list[Department]] = {role: [] for role in ROLES}
        for one in assignments:
            self.by_role[one.role].append(one.department)

    def for_role(self, role: str) -> bool:
        """Whether the person answers for any department that has this role."""
        if role == AskedRole.PROVIDER and self.owns:
            return True
        return any(answers_in(self.person, role, department) for department in self.by_role[role])

    def asks(self, answer: Answer) -> bool:
        """Whether the person is one of those who are asked, whatever the state of the assessment."""
        if answer.role == AskedRole.PROVIDER and self.owns:
            return True
        if answer.department is not None:
            return answers_in(self.person, answer.role, answer.department)
        return self.for_role(answer.role)

    def may(self, answer: Answer) -> bool:
        """Whether the person may answer it now."""
        return self.open and self.asks(answer)


def _sees(person: Any, thing: Any) -> bool:
    """An assessment that concerns the person; any other thing of the municipality (a cycle) is open to all roles."""
    from kijun.governance.assessments.queries import visible_assessments

    if not isinstance(thing, Assessment):
        return True
    return visible_assessments(person).filter(pk=thing.pk).exists()


def _is_asked(person: Any, answer: Any) -> bool:
    if answer is None:
        return True
    assessment = answer.assessment
    assignments = list(assessment.assignments.select_related("department"))
    return Asked(person, assessment, assignments).may(answer)


def _owns_system(person: Any, assessment: Any) -> bool:
    """The owner of the system that is assessed. For a page without a thing: somebody who owns systems."""
    if assessment is None:
        return Role.OWNER in person.roles_today()
    return assessment.system is not None and bool(assessment.system.owner_id == person.pk)


def _finishes(person: Any, assignment: Any) -> bool:
    """Whoever answers for the assigned department."""
    if assignment is None:
        return True
    asked = Asked(person, assignment.assessment, [assignment])
    return asked.open and asked.for_role(assignment.role)


sees = rules.predicate(_sees)
is_asked = rules.predicate(_is_asked)
owns_system = rules.predicate(_owns_system)
finishes = rules.predicate(_finishes)

add_perm("assessments.view", is_staff_member & sees)
add_perm("assessments.answer", is_staff_member & is_asked)
add_perm("assessments.finish", is_staff_member & finishes)
add_perm("assessments.submit", is_it_staff | owns_system)
add_perm("assessments.manage", is_it_staff)

"""People, where they work, what they may do, and how they come back in."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Department, Municipality, Valid, ValidQuerySet
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.punctuation import listed
from kijun.web.templatetags.kit import named
from kijun.web.versions import Versioned


def username(code: str, staff_number: str) -> str:
    """The name that sign-in uses inside: numbers repeat between towns, so the town's code stands before."""
    return f"{code}-{staff_number}"


class PersonManager(BaseUserManager["Person"]):
    def get_queryset(self) -> models.QuerySet[Person]:
        return super().get_queryset().select_related("municipality")

    def of(self, municipality: Municipality | None) -> models.QuerySet[Person]:
        return self.filter(municipality=municipality) if municipality is not None else self.none()


class Person(AbstractBaseUser, PermissionsMixin, Versioned):
    """A member of staff. Keyed by municipality and 職員番号, never by mail address."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="+")
    staff_number = models.CharField(_("職員番号"), max_length=20)
    username = models.CharField(max_length=40, unique=True, editable=False)
    name = models.CharField(_("氏名"), max_length=80)
    kana = models.CharField(_("フリガナ"), max_length=120, blank=True)
    kana_sort = models.CharField(max_length=240, blank=True, editable=False, db_index=True)
    email = models.EmailField(_("メールアドレス"), blank=True)
    is_active = models.BooleanField(_("有効"), default=True)
    language = models.CharField(_("表示言語"), max_length=10, blank=True)
    """Empty until the person chooses: the browser's language counts."""
    password_changed_at = models.DateTimeField(null=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    class Meta:
        ordering = ["kana_sort", "staff_number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "staff_number"], name="staff_number_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name_in_trail(self) -> str:
        """How an entry's before and after name the person, for two people may share a name."""
        return f"{self.name}（{self.staff_number}）"

    @property
    def is_staff(self) -> bool:
        return False  # Django's admin is not part of the product

    def grants_today(self) -> list[RoleGrant]:
        """The role grants that hold today; read once a request."""
        day = timezone.localdate()
        cached: tuple[datetime.date, list[RoleGrant]] | None = self.__dict__.get("_grants")
        if cached is None or cached[0] != day:
            rows = list(RoleGrant.objects.on(day).filter(person=self).select_related("department"))
            cached = self.__dict__["_grants"] = (day, rows)
        return cached[1]

    def roles_today(self) -> set[str]:
        return {grant.role for grant in self.grants_today()}

    def postings_today(self) -> list[Posting]:
        """Where the person works today, the main post first; read once a request."""
        day = timezone.localdate()
        cached: tuple[datetime.date, list[Posting]] | None = self.__dict__.get("_postings")
        if cached is None or cached[0] != day:
            rows = (
                Posting.objects.on(day)
                .filter(person=self)
                .select_related("department")
                .order_by("concurrent", "pk")
            )
            cached = self.__dict__["_postings"] = (day, list(rows))
        return cached[1]

    def forget_cached(self) -> None:
        """Read grants and postings anew (after an action changed them)."""
        self.__dict__.pop("_grants", None)
        self.__dict__.pop("_postings", None)

    @property
    def department(self) -> Department | None:
        postings = self.postings_today()
        return postings[0].department if postings else None

    @property
    def department_label(self) -> str:
        return listed(named(posting.department) for posting in self.postings_today())

    def covers(self, department: Department | None, *roles: Role) -> bool:
        """The person holds one of ``roles`` today for ``department`` (granted there, above it, or for the whole town)."""
        for grant in self.grants_today():
            if grant.role in roles and (
                grant.department is None
                or (department is not None and department.path.startswith(grant.department.path))
            ):
                return True
        return False

    def works_in(self, department: Department | None) -> bool:
        """The person is posted today in ``department`` or below it."""
        return department is not None and any(
            posting.department.path.startswith(department.path) for posting in self.postings_today()
        )

    def reach(self) -> list[str]:
        """Paths of the departments that concern the person: where they are posted, and where a role is granted."""
        paths = {posting.department.path for posting in self.postings_today()}
        paths |= {grant.department.path for grant in self.grants_today() if grant.department is not None}
        return sorted(paths)


class Posting(Tenant, Valid):
    """A person's post in a department; ``concurrent`` is 兼務."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="postings")
    department = models.ForeignKey(Department, models.PROTECT, related_name="postings")
    title = models.CharField(_("職名"), max_length=60, blank=True)
    concurrent = models.BooleanField(_("兼務"), default=False)

    objects = ValidQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager than Tenant's

    class Meta:
        ordering = ["person", "valid_from"]

    def __str__(self) -> str:
        return f"{self.person} {self.department}"


class RoleGrant(Tenant, Valid):
    """A role for a period, in a department with what is below it, or (department None) in the whole municipality."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="grants")
    role = models.CharField(_("役割"), max_length=20, choices=Role.choices)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ValidQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager than Tenant's

    class Meta:
        ordering = ["person", "role", "valid_from"]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


class EntryLink(models.Model):
    """A one-time link: set-up of the first administrator, or recovery by an administrator.

    Only the SHA-256 of the token is kept. ``person`` is None for the set-up of an empty installation.
    """

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=10, choices=[("setup", "setup"), ("recovery", "recovery")])
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    detail: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.purpose} {self.made_at:%Y-%m-%d}"


class Transfer(Tenant, Versioned):
    """A staged 人事異動: lines that take effect together on a day; it can be undone until then."""

    class State(models.TextChoices):
        DRAFT = "draft", _("準備中")
        STAGED = "staged", _("発効待ち")
        EFFECTIVE = "effective", _("発効済")
        CANCELLED = "cancelled", _("取消")

    name = models.CharField(_("名称"), max_length=80)
    effective_on = models.DateField(_("発令日"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    leftover_reason = models.TextField(_("引継ぎが残っていても発効する理由"), blank=True)
    """Given when something stays without an owner or approver and the transfer takes effect all the same."""
    blocked = models.TextField(blank=True)
    """Why the transfer did not take effect on its day; empty when nothing stands in its way."""

    class Meta:
        ordering = ["-effective_on", "-pk"]

    def __str__(self) -> str:
        return self.name


class TransferLine(Tenant):
    """One person's move (``to_department`` None: leaves the town hall)."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="lines")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    to_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("職名"), max_length=60, blank=True)
    roles = models.JSONField(default=list)
    """The roles that the person will hold in the new department; the old departments' grants end the day before."""
    end_wide = models.BooleanField(_("全庁の役割も終える"), default=False)
    """Roles for the whole municipality end too (they always do when the person leaves)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transfer", "person"], name="transfer_person_once")]

    @property
    def leaves(self) -> bool:
        """The person leaves the town hall."""
        return self.to_department_id is None

    def __str__(self) -> str:
        return f"{self.person}"


class Handover(Tenant):
    """Who takes over one thing that hangs on a person who moves (see ``belongings.py``)."""

    line = models.ForeignKey(TransferLine, models.CASCADE, related_name="handovers")
    thing_kind = models.CharField(max_length=80)
    thing_id = models.CharField(max_length=40)
    thing_label = models.CharField(max_length=300)
    role = models.CharField(max_length=40)
    successor = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    keeps = models.BooleanField(default=False)
    """The person goes on with it in the new department."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "thing_kind", "thing_id", "role"], name="handover_once")
        ]

    def __str__(self) -> str:
        return self.thing_label

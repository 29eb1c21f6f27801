"""Forms of findings: raising one by hand, its plan, its steps, its transitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import PersonField
from kijun.governance.evidence import controls
from kijun.governance.evidence.scopes import ScopeFacts
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.queries import open_departments
from kijun.web.forms import DateField, Form, RevisionMixin
from kijun.web.templatetags.kit import named

if TYPE_CHECKING:
    DepartmentChoice = forms.ModelChoiceField[Department]
else:
    DepartmentChoice = forms.ModelChoiceField


def _departments(municipality: Municipality, now: int | None = None) -> QuerySet[Department]:
    """Those that exist, and the one that has it now although it may be closed."""
    rows: QuerySet[Department] = Department.objects.of(municipality)
    return rows.filter(Q(pk__in=open_departments(municipality)) | Q(pk=now)).order_by("path")


class _Department(DepartmentChoice):
    def label_from_instance(self, obj: Department) -> str:
        return named(obj)


class _Responsible(Form):
    owner = PersonField(label=_("担当者"), required=False, empty_label=_("まだ決めない"))
    department = _Department(
        label=_("担当部署"), queryset=Department.objects.none(), required=False, empty_label=_("まだ決めない")
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.offer(municipality)
        department: Any = self.fields["department"]
        department.queryset = _departments(municipality, self.initial.get("department"))


class RaiseForm(_Responsible):
    """A finding by hand."""

    scope = forms.ChoiceField(label=_("対象"))
    control_id = forms.ChoiceField(label=_("対策"))
    title = forms.CharField(
        label=_("件名"), max_length=200, help_text=_("例：議事録AIの利用者に、異動した職員が残っている")
    )
    description = forms.CharField(
        label=_("内容"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, required=False
    )
    due_on = DateField(
        label=_("期限"),
        required=False,
        help_text=_(
            "空欄なら、20開庁日後（極めて高いリスクのシステムは10開庁日後）になります。例：令和8年12月21日"
        ),
    )
    field_order = ["scope", "control_id", "title", "description", "owner", "department", "due_on"]

    def __init__(self, *args: Any, visible: Sequence[ScopeFacts], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope"]
        scope.choices = [(one.key, one.label) for one in visible]
        field: Any = self.fields["control_id"]
        field.choices = [("", _("選んでください")), *controls.of(kwargs["municipality"]).grouped()]


class PlanForm(RevisionMixin, _Responsible):
    """Who mends it until when."""

    due_on = DateField(label=_("期限"))
    field_order = ["owner", "department", "due_on"]


class StepForm(RevisionMixin, Form):
    """One step of the improvement plan."""

    what = forms.CharField(
        label=_("実施すること"),
        max_length=300,
        help_text=_("例：介護保険課の利用許可を棚卸しし、不要なものを外す"),
    )
    person = PersonField(label=_("担当者"), required=False, empty_label=_("まだ決めない"))
    due_on = DateField(label=_("期限"), required=False)

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.offer(municipality)


class ReassignForm(_Responsible):
    """Several findings for somebody else."""

    sometimes_required = ("owner", "department")

    steps = forms.BooleanField(
        label=_("前の担当者の、終わっていない改善計画の手順も引き継ぐ"), required=False, initial=True
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例：4月1日の組織改正で、介護保険課の仕事を高齢福祉課に移したため。"),
    )
    field_order = ["owner", "department", "steps", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.label = _("新しい担当者")
        owner.help_text = _("担当者と担当部署の、少なくとも一方を選びます。")
        owner.choices = [("", _("今のまま")), *owner.choices[1:]]
        department: Any = self.fields["department"]
        department.label, department.empty_label = _("新しい担当部署"), _("今のまま")


class FinishForm(RevisionMixin, Form):
    """The step is done."""

    done_on = DateField(label=_("実施日"))
    result = forms.CharField(
        label=_("結果"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"done_on": timezone.localdate()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class NoteForm(RevisionMixin, Form):
    """A transition with its note; the label says what is asked."""

    note = forms.CharField(label=_("説明"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)

    def __init__(self, *args: Any, label: Any, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label
        self.fields["note"].help_text = hint

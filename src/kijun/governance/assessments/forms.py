"""Forms of self-assessments. They only validate; actions save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import PersonField
from kijun.governance.assessments.actions.answers import check_answer
from kijun.governance.assessments.actions.cycles import check_cycle
from kijun.governance.assessments.models import Answer, AskedRole, Assessment, Assignment, Status
from kijun.governance.inventory.forms import DepartmentChoice
from kijun.governance.inventory.queries import assignable_departments
from kijun.governance.organisation.models import Department, Municipality
from kijun.web import dates
from kijun.web.forms import DateField, Form, RevisionMixin


class CycleForm(Form):
    """A new cycle; its confirmation page sends the same fields once more."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例：2026年度 自己点検"))
    fiscal_year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    starts_on = DateField(label=_("開始日"))
    due_on = DateField(
        label=_("提出期限"),
        help_text=_(
            "すべての点検を提出する日です。各部署の期限は、この日の5開庁日前になります（あとで変更できます）。"
        ),
    )

    def __init__(self, municipality: Municipality, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality
        year = dates.fiscal_year(timezone.localdate())
        field = self.fields["fiscal_year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one, dates.fiscal_year_label(one)) for one in (year - 1, year, year + 1)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if {"name", "starts_on", "due_on"} <= values.keys():
            check_cycle(
                self.municipality,
                name=values["name"],
                starts_on=values["starts_on"],
                due_on=values["due_on"],
            )
        return values


class AnswerForm(RevisionMixin, Form):
    """One control's answer. Ids carry the answer's key, so that many forms stand on one page."""

    sometimes_required = ("reason", "planned_on", "attestation")

    compares = False  # the page shows what another person answered

    status = forms.ChoiceField(
        label=_("実施状況"), choices=Status.choices, widget=forms.RadioSelect(attrs={"class": "choice-row"})
    )
    reason = forms.CharField(
        label=_("理由・内容"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("「実施済」以外では必ず入力してください。"),
    )
    planned_on = DateField(
        label=_("実施予定日"), required=False, help_text=_("「予定」のときだけ。例：令和9年3月31日、R9.3.31")
    )
    attestation = forms.CharField(
        label=_("申告（だれが、いつから、何をしているか）"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "証跡がないまま「実施済」とするときだけ、10字以上で入力してください。上の条件をすべて満たしているという申告になり、証跡として残ります。"
        ),
    )

    def __init__(self, answer: Answer, *args: Any, proven: bool, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{answer.pk}_%s")
        kwargs.setdefault("initial", initial_of(answer))
        super().__init__(*args, **kwargs)
        self.answer = answer
        if proven:
            del self.fields["attestation"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "status" in values and "planned_on" in values:
            check_answer(
                status=values["status"],
                reason=values.get("reason", "").strip(),
                planned_on=values["planned_on"],
            )
        return values

    def renew(self, answer: Answer) -> None:
        """Keep what was typed and take the newest revision, so that a second look can be saved."""
        self.data = {key: self.data.get(key) for key in self.data} | {"revision": str(answer.revision)}


def initial_of(answer: Answer) -> dict[str, Any]:
    """What stands in the form: the answer, else the one that was approved last, to be confirmed.

    Where the question reads differently now the status is left open, so that nobody takes it over without choosing.
    """
    source: dict[str, Any] = {
        "status": answer.status,
        "reason": answer.reason,
        "planned_on": answer.planned_on,
    }
    if not answer.status and answer.previous:
        planned = answer.previous.get("planned_on")
        source = {
            "status": "" if answer.is_reworded else answer.previous.get("status", ""),
            "reason": answer.previous.get("reason", ""),
            "planned_on": dates.parse_date(planned) if planned else None,
        }
    return source | {"revision": answer.revision}


def _person(municipality: Municipality) -> PersonField:
    field = PersonField(
        label=_("担当者"),
        required=False,
        empty_label=_("決めない（部署のだれでも）"),
        help_text=_("決めると、この人のホームに作業が出ます。決めないと、部署の全員に出ます。"),
    )
    field.offer(municipality)
    return field


def _departments(municipality: Municipality) -> DepartmentChoice:
    return DepartmentChoice(assignable_departments(municipality), label=_("担当する部署"))


class AssignForm(Form):
    """Ask one more department."""

    role = forms.ChoiceField(label=_("役割"), choices=AskedRole.choices)
    due_on = DateField(label=_("期限"))
    field_order = ["role", "department", "person", "due_on"]

    def __init__(self, assessment: Assessment, roles: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(one.value, one.label) for one in AskedRole if one in roles]
        self.fields["department"] = _departments(assessment.municipality)
        self.fields["person"] = _person(assessment.municipality)
        self.order_fields(self.field_order)


class AssignmentForm(RevisionMixin, Form):
    """Change one assignment."""

    due_on = DateField(label=_("期限"))
    field_order = ["department", "person", "due_on"]

    def __init__(self, assignment: Assignment, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "department": assignment.department_id,
                "person": assignment.person_id,
                "due_on": assignment.due_on,
                "revision": assignment.revision,
            },
        )
        super().__init__(*args, **kwargs)
        self.fields["department"] = _departments(assignment.municipality)
        self.fields["person"] = _person(assignment.municipality)
        self.order_fields(self.field_order)


class AskForm(RevisionMixin, Form):
    """Which department alone answers one control."""

    def __init__(self, answer: Answer, departments: list[Department], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"department": answer.department_id, "revision": answer.revision})
        super().__init__(*args, **kwargs)
        field = self.fields["department"] = DepartmentChoice(
            Department.objects.filter(pk__in=[one.pk for one in departments]),
            label=_("答える部署"),
            required=False,
        )
        field.empty_label = _("割り当てのある部署ならどこでも")


class SubmitForm(RevisionMixin, Form):
    comment = forms.CharField(
        label=_("起案理由"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("決裁する人に伝えることがあれば書いてください。"),
    )


class ReasonForm(RevisionMixin, Form):
    """Why something ends without an approval."""

    reason = forms.CharField(
        label=_("取りやめる理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例：契約が終わり、9月30日で利用をやめたため。"),
    )

    def __init__(self, *args: Any, asked: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asked:
            del self.fields["reason"]


class SheetForm(Form):
    """An Excel or CSV file."""

    file = forms.FileField(label=_("ファイル"), help_text=_("Excel（.xlsx）かCSV。5 MBまで。"))

    max_bytes = 5 * 1024 * 1024

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.max_bytes:
            raise ValidationError(_("ファイルが大きすぎます（上限5 MB）。"))
        return file

"""Forms of approvals: deciding a step, and routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import Choice, PersonField, people_choices
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals.models import Route, StepKind
from kijun.governance.approvals.routes import MOST_STEPS, StepData
from kijun.governance.approvals.subjects import kinds
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.forms import Form, RevisionMixin

APPROVE, RETURN = "approve", "return"


class ActForm(Form):
    """What to do with a step. ``mode``: "", "alone" (専決), "deputy" (代決)."""

    decision = forms.ChoiceField(
        label=_("判断"),
        choices=[(APPROVE, _("承認する")), (RETURN, _("差し戻す"))],
        widget=forms.RadioSelect,
    )
    mode = forms.ChoiceField(label=_("決裁のしかた"), widget=forms.RadioSelect, required=False)
    comment = forms.CharField(
        label=_("コメント"),
        help_text=_(
            "差し戻すときは、直してほしいことを具体的に書いてください。例：3ページの利用目的に、対象の業務を書き足してください。"
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
    )

    def __init__(self, *args: Any, modes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(modes) > 1:
            self.fields["mode"].choices = modes  # type: ignore[attr-defined]  # a ChoiceField
            self.fields["mode"].required = bool(modes[0][0])
            self.fields["mode"].initial = modes[0][0]
        else:
            self.fields["mode"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=modes[0][0], empty_value=modes[0][0]
            )
        self.modes = {key for key, _label in modes}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == RETURN and not (data.get("comment") or "").strip():
            self.add_error("comment", _("差し戻す理由を入力してください。起案者に伝わります。"))
        if data.get("mode", "") not in self.modes:
            self.add_error("mode", _("決裁のしかたを選んでください。"))
        return data


class RouteForm(RevisionMixin, Form):
    """The head of a route; its steps are :class:`RouteStepForm`."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例：福祉部の決裁ルート（公開台帳）"))
    subject_kind = forms.ChoiceField(label=_("対象"), required=False)
    department = forms.ModelChoiceField(
        label=_("部署"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("すべての部署（標準）"),
        help_text=_("この部署と、その下の部署に使います。"),
    )

    def __init__(
        self, *args: Any, municipality: Municipality, route: Route | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = kinds()
        if route and route.subject_kind not in {"", *(kind for kind, _label in known)}:
            known.append((route.subject_kind, route.subject_kind))
        self.fields["subject_kind"].choices = [("", _("すべての対象")), *known]  # type: ignore[attr-defined]  # a ChoiceField
        field: Any = self.fields["department"]
        field.queryset = Department.objects.of(municipality).order_by("path")


class RouteStepForm(Form):
    """One step; an empty row is passed over."""

    order = forms.IntegerField(
        label=_("順番"), min_value=1, max_value=99, required=False, widget=forms.NumberInput
    )
    kind = forms.ChoiceField(
        label=_("種別"), choices=[("", _("使わない")), *StepKind.choices], required=False
    )
    role = forms.ChoiceField(label=_("役割"), required=False)
    person = PersonField(label=_("職員を指名"), required=False, empty_label=_("指名しない"))
    may_decide_alone = forms.BooleanField(label=_("専決できる"), required=False)

    def __init__(
        self, *args: Any, people: Sequence[Choice], municipality: Municipality, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        roles = (Role.APPROVER, Role.OWNER, Role.EXECUTIVE, Role.IT_STAFF)
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("役割を使わない")),
            *((role.value, role.label) for role in roles),
        ]
        field: Any = self.fields["person"]
        field.offer(municipality, people)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("kind"):
            return data
        if bool(data.get("role")) == bool(data.get("person")):
            raise ValidationError(_("役割か職員のどちらか一方を選んでください。"))
        if not data.get("order"):
            self.add_error("order", _("順番を数字で入力してください。"))
        return data

    def data_of_step(self) -> StepData | None:
        data = self.cleaned_data
        if not data.get("kind"):
            return None
        return StepData(data["kind"], data["role"], data["person"], data["may_decide_alone"], data["order"])


def step_forms(data: Any, municipality: Municipality, initial: list[dict[str, Any]]) -> list[RouteStepForm]:
    """The rows of the steps: those that are there and two empty ones; one query for the people."""
    people = people_choices(municipality)
    shown = min(max(len(initial) + 2, 4), MOST_STEPS)
    sent = sum(f"step{place}-kind" in data for place in range(MOST_STEPS)) if data is not None else 0
    empty: dict[str, Any] = {}
    rows = initial + [empty] * (max(shown, sent) - len(initial))
    return [
        RouteStepForm(data, prefix=f"step{place}", initial=row, people=people, municipality=municipality)
        for place, row in enumerate(rows)
    ]

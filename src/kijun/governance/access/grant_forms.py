"""Forms of grants, keys, stop switches and the town's own rules."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access import inspection_policy, queries
from kijun.governance.access.actions.grants import LIMITS
from kijun.governance.access.actions.keys import LONGEST_GRACE
from kijun.governance.access.form_fields import PurposeChoice, StaffField, SystemChoice, lines, only, posted
from kijun.governance.access.models import Grant, Stop, TownRules
from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Municipality
from kijun.web.dates import fiscal_year, fiscal_year_days
from kijun.web.forms import DateField, Form, IntegerField, RevisionMixin

WHO = (
    ("person", _("職員：Kijunの画面や、その職員のアプリから使う")),
    ("application", _("アプリケーション：業務システムやOpen WebUIなどから使う")),
)


def usual_end(today: datetime.date) -> datetime.date:
    """The end of this fiscal year, of the next one in its last quarter: grants are looked at with the transfers."""
    end = fiscal_year_days(fiscal_year(today))[1]
    if end - today < datetime.timedelta(days=90):
        end = fiscal_year_days(fiscal_year(today) + 1)[1]
    return end


class LimitsMixin(forms.Form):
    """Budgets and rate; empty is unlimited."""

    requests = IntegerField(
        label=_("1か月の回数"),
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text=_("空けておくと、制限しません。例：1,000"),
    )
    tokens = IntegerField(
        label=_("1か月のトークン数"),
        min_value=1,
        max_value=10**15,
        required=False,
        help_text=_("文字数に近い、AIの利用量の単位です。例：2,000,000"),
    )
    per_minute = IntegerField(
        label=_("1分の回数"), min_value=1, max_value=2**31 - 1, required=False, help_text=_("例：60")
    )


class GrantForm(Form, LimitsMixin, RevisionMixin):
    """A new grant."""

    sometimes_required = ("person", "application", "responsible")

    who = forms.ChoiceField(label=_("だれが使うか"), choices=WHO, widget=forms.RadioSelect, initial="person")
    person = StaffField(label=_("職員"), required=False, help_text=_("「職員」を選んだときに選びます。"))
    application = forms.CharField(
        label=_("アプリケーション"),
        max_length=80,
        required=False,
        help_text=_("「アプリケーション」を選んだときに入力します。例：Open WebUI（総務課）"),
    )
    responsible = StaffField(
        label=_("キーの管理者"),
        required=False,
        help_text=_("アプリケーションのキーを預かり、漏れたときに取り替える人です。"),
    )
    system = SystemChoice(label=pgettext_lazy("one", "AIシステム"))
    purpose = PurposeChoice(label=pgettext_lazy("one", "利用目的"))
    starts_on = DateField(label=_("始まる日"))
    expires_on = DateField(label=_("終わる日"))
    with_key = forms.BooleanField(
        label=_("キーも作る"),
        required=False,
        help_text=_(
            "Kijunの画面だけで使う職員には要りません。アプリケーションには、選ばなくてもキーを作ります。"
        ),
    )

    def __init__(
        self, *args: Any, municipality: Municipality, chosen: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        """``chosen``: a system and a purpose that the page before has chosen already, by number."""
        kwargs.setdefault("initial", dict(chosen or {}))
        super().__init__(*args, **kwargs)
        people = posted(municipality)
        for name in ("person", "responsible"):
            self.fields[name].offer(municipality, people)  # type: ignore[attr-defined]  # a choice of people, not the base class
        self.fields["system"].queryset = queries.usable_systems(municipality).order_by("number")  # type: ignore[attr-defined]  # a choice field, not the base class
        self.fields["purpose"].queryset = queries.purposes(municipality).filter(enabled=True)  # type: ignore[attr-defined]  # a choice field, not the base class
        self.fields["starts_on"].initial = timezone.localdate()
        self.fields["expires_on"].initial = usual_end(timezone.localdate())
        self.order_fields(
            [
                "who",
                "person",
                "application",
                "responsible",
                "system",
                "purpose",
                "starts_on",
                "expires_on",
                *LIMITS,
                "with_key",
            ]
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        wanted = ("person",) if values.get("who") == "person" else ("application", "responsible")
        for name in wanted:
            if not values.get(name) and name not in self.errors:
                text = (
                    _("「%(label)s」を入力してください。")
                    if name == "application"
                    else _("「%(label)s」を選んでください。")
                )
                self.add_error(name, text % {"label": self.fields[name].label})
        return values

    def missing(self) -> list[str]:
        """Names of fields from which nothing can be chosen yet: ``system``, ``purpose``."""
        return [name for name in ("system", "purpose") if not self.fields[name].queryset.exists()]  # type: ignore[attr-defined]  # a choice field, not the base class

    def values(self) -> dict[str, Any]:
        """What the action makes a grant of."""
        data = dict(self.cleaned_data)
        data.pop("revision", None)
        if data.pop("who") == "person":
            data["application"], data["responsible"] = "", None
        else:
            data["person"] = None
        return data


class ChangeGrantForm(Form, LimitsMixin, RevisionMixin):
    """Days and limits of a grant; who and what for is another grant."""

    responsible = StaffField(
        label=_("キーの管理者"), help_text=_("アプリケーションのキーを預かり、漏れたときに取り替える人です。")
    )
    starts_on = DateField(label=_("始まる日"))
    expires_on = DateField(label=_("終わる日"))

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        names = ("responsible", "starts_on", "expires_on", *LIMITS)
        kwargs["initial"] = {**{name: getattr(grant, name) for name in names}, "revision": grant.revision}
        super().__init__(*args, **kwargs)
        if grant.person_id:
            del self.fields["responsible"]
        else:
            self.fields["responsible"].offer(grant.municipality)  # type: ignore[attr-defined]  # a choice of people, not the base class
        self.order_fields(names)

    def values(self) -> dict[str, Any]:
        """What the action changes."""
        return only(self.cleaned_data, ("responsible", "starts_on", "expires_on", *LIMITS))


class RotateForm(Form, RevisionMixin):
    """For how long the key that is replaced goes on working."""

    grace_days = forms.TypedChoiceField(
        label=_("今のキーを使える日数"),
        coerce=int,
        choices=[
            (0, _("すぐ使えなくする（漏れたおそれがあるとき）")),
            *((days, _("%(n)s日") % {"n": days}) for days in range(1, LONGEST_GRACE + 1)),
        ],
        initial=0,
        help_text=_("アプリケーションの設定を書き換えるまでの間、新旧どちらのキーでも使えるようにします。"),
    )


class StopForm(Form):
    """What is stopped, and why. Owners of systems choose among their own."""

    sometimes_required = ("system", "purpose", "person")

    scope = forms.ChoiceField(label=_("止める範囲"), choices=Stop.Scope.choices, widget=forms.RadioSelect)
    system = SystemChoice(label=pgettext_lazy("one", "AIシステム"), required=False)
    purpose = PurposeChoice(label=pgettext_lazy("one", "利用目的"), required=False)
    person = StaffField(label=_("職員"), required=False)
    reason = forms.CharField(
        label=_("理由"),
        widget=lines(2),
        max_length=300,
        help_text=_(
            "使おうとした職員にも表示されます。例：誤った回答が続いているため、原因がわかるまで止めます。"
        ),
    )
    reason_en = forms.CharField(label=_("理由（英語）"), widget=lines(2), max_length=300, required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        town = person.municipality
        systems = queries.usable_systems(town)
        if not person.has_perm("access.change"):
            systems = systems.filter(owner=person)
            self.fields["scope"].choices = [(Stop.Scope.SYSTEM.value, Stop.Scope.SYSTEM.label)]  # type: ignore[attr-defined]  # a choice field, not the base class
            self.fields["scope"].initial = Stop.Scope.SYSTEM.value
            del self.fields["purpose"], self.fields["person"]
        else:
            self.fields["purpose"].queryset = queries.purposes(town)  # type: ignore[attr-defined]  # a choice field, not the base class
            self.fields["person"].offer(town)  # type: ignore[attr-defined]  # a choice of people, not the base class
        self.fields["system"].queryset = systems.order_by("number")  # type: ignore[attr-defined]  # a choice field, not the base class

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        scope = values.get("scope")
        if scope in self.fields and not values.get(str(scope)) and scope not in self.errors:
            label = self.fields[str(scope)].label
            self.add_error(str(scope), _("「%(label)s」を選んでください。") % {"label": label})
        return values

    def target(self) -> Any:
        """What is to be stopped; None for everything."""
        return self.cleaned_data.get(self.cleaned_data["scope"])


class RulesForm(Form, RevisionMixin):
    """Whom to ask, and the municipality's own policy of inspection as YAML."""

    contact = forms.CharField(
        label=_("庁内の問い合わせ先"),
        max_length=200,
        required=False,
        help_text=_("止められた職員に表示されます。例：デジタル推進課（内線 2210）"),
    )
    inspection = forms.CharField(
        label=_("検査の方針（YAML）"),
        max_length=1_000_000,
        required=False,
        widget=lines(12, spellcheck="false"),
        help_text=_(
            "独自の言葉、番号の形、禁止語、公開している電話番号などです。kijun inspect の --policy に渡すファイルと同じ書き方で、空けておくと標準の検査をします。"
        ),
    )

    def __init__(self, *args: Any, rules: TownRules, **kwargs: Any) -> None:
        shown = inspection_policy.written(rules.inspection)
        kwargs["initial"] = {"contact": rules.contact, "inspection": shown, "revision": rules.revision}
        super().__init__(*args, **kwargs)

    def clean_inspection(self) -> dict[str, Any]:
        return inspection_policy.read(self.cleaned_data["inspection"])

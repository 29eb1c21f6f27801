"""Forms of municipality, departments and closing days. They only validate."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.organisation import succession
from kijun.governance.organisation.actions.tree import clean_code
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.queries import beginning_later, tree
from kijun.web import dates
from kijun.web.forms import DateField, Form, IntegerField, KanaField, RevisionMixin
from kijun.web.punctuation import bracketed
from kijun.web.templatetags.kit import named


def department_choices(town: Municipality, *, without: Department | None = None) -> list[tuple[str, str]]:
    """Today's tree as choices, indented, then what begins later; ``without`` and what stands below it are left out."""
    choices, skipped = [], None
    for node in tree(town):
        if skipped is not None and node.depth > skipped:
            continue
        skipped = None
        if without is not None and node.id == without.pk:
            skipped = node.depth
            continue
        choices.append((str(node.id), "　" * node.depth + bracketed(node.name, node.code)))
    for one in beginning_later(town):
        if without is None or not one.path.startswith(without.path):
            begins = _("%(day)sに新設") % {"day": f"{one.begins_on:%Y/%m/%d}"}  # type: ignore[attr-defined]  # annotated
            choices.append((str(one.pk), bracketed(one.name, f"{one.code} {begins}")))
    return choices


class DepartmentField(forms.ChoiceField):
    """One of the town's departments, or nothing (the top). Cleans to :class:`Department` or None."""

    def clean(self, value: Any) -> Department | None:
        found = super().clean(value)
        return Department.objects.get(pk=found) if found else None


class TownForm(RevisionMixin, Form):
    name = forms.CharField(label=_("団体名"), max_length=60, help_text=_("例：みちしるべ市"))
    kana = KanaField(label=_("フリガナ"), max_length=100, required=False, help_text=_("例：ミチシルベシ"))
    name_en = forms.CharField(
        label=_("英語の名称"), max_length=100, required=False, help_text=_("例：Michishirube City")
    )
    population = IntegerField(
        label=_("人口"), required=False, min_value=0, max_value=20_000_000, help_text=_("人。例：52,300")
    )
    contact = forms.CharField(
        label=_("住民向けの連絡先"),
        max_length=200,
        required=False,
        help_text=_(
            "公開ページのすべてに表示します。例：デジタル推進課　電話 03-0000-0000（平日 8:30〜17:15）"
        ),
    )
    contact_en = forms.CharField(
        label=_("住民向けの連絡先（英語）"),
        max_length=200,
        required=False,
        help_text=_(
            "英語の公開ページに表示します。例：Digital Promotion Section, telephone 03-0000-0000 (weekdays 8:30–17:15)"
        ),
    )
    contact_easy = forms.CharField(
        label=_("住民向けの連絡先（やさしい日本語）"),
        max_length=300,
        required=False,
        help_text=_(
            "やさしい日本語の公開ページに表示します。漢字の読み方は「電話《でんわ》」のように書きます。例：デジタル推進課《すいしんか》　電話《でんわ》 03-0000-0000"
        ),
    )


class DepartmentForm(Form):
    """A new department."""

    code = forms.CharField(
        label=_("部署コード"), max_length=20, help_text=_("団体で使っているコード。例：1020")
    )
    name = forms.CharField(label=_("部署名"), max_length=80, help_text=_("例：介護保険課"))
    kana = KanaField(label=_("フリガナ"), max_length=120, required=False)
    name_en = forms.CharField(label=_("英語の名称"), max_length=120, required=False)
    parent = DepartmentField(label=_("上位の部署"), required=False)
    valid_from = DateField(label=_("この日から"))
    order = IntegerField(
        label=_("並び順"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text=_("小さい番号から先に並びます。"),
    )

    def __init__(self, *args: Any, town: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", _("（最上位）")), *department_choices(town)]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_code(self) -> str:
        try:
            return clean_code(self.cleaned_data["code"])
        except ValidationError as error:
            raise ValidationError(error.messages) from error

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0


class RevisionForm(RevisionMixin, Form):
    """A new name or place from a day on."""

    name = forms.CharField(label=_("部署名"), max_length=80)
    kana = KanaField(label=_("フリガナ"), max_length=120, required=False)
    parent = DepartmentField(label=_("上位の部署"), required=False)
    valid_from = DateField(label=_("この日から変える"))
    reason = forms.CharField(
        label=_("変更の理由"), max_length=200, help_text=_("例：組織改正（令和9年4月1日施行）のため")
    )

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = department_choices(department.municipality, without=department)
        self.fields["parent"].choices = [("", _("（最上位）")), *choices]  # type: ignore[attr-defined]  # a ChoiceField


class DetailsForm(RevisionMixin, Form):
    """What has no history."""

    name_en = forms.CharField(label=_("英語の名称"), max_length=120, required=False)
    order = IntegerField(label=_("並び順"), min_value=0, max_value=1_000_000)


class SuccessorsForm(RevisionMixin, Form):
    """Which departments follow one."""

    successors = forms.MultipleChoiceField(
        label=_("引継ぎ先の部署"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choice-box"}),
        help_text=_(
            "仕事を引き継ぐ部署です。2つ以上に分かれるときは、すべて選びます。あとからでも決められます。"
        ),
    )

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = str(department.pk)
        self.fields["successors"].choices = [  # type: ignore[attr-defined]  # a MultipleChoiceField
            (pk, label.lstrip("　")) for pk, label in department_choices(department.municipality) if pk != own
        ]

    def clean_successors(self) -> list[Department]:
        return list(Department.objects.filter(pk__in=self.cleaned_data["successors"]))


class CloseForm(SuccessorsForm):
    closed_on = DateField(label=_("廃止日"), help_text=_("この日から部署がなくなります。例：令和9年4月1日"))
    reason = forms.CharField(label=_("廃止の理由"), max_length=200)
    field_order = ["closed_on", "reason", "successors"]


class HandOnForm(Form):
    """Where each thing of a closed department goes; what has no place chosen stays."""

    def __init__(
        self, *args: Any, things: list[succession.Thing], successors: list[Department], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.things, self.successors = things, successors
        choices = [("", _("移さない")), *((str(one.pk), named(one)) for one in successors)]
        first = str(successors[0].pk) if len(successors) == 1 else ""
        for one in things:
            self.fields[one.key] = forms.ChoiceField(
                label=one.label, required=False, choices=choices, initial=first
            )

    @property
    def rows(self) -> list[tuple[succession.Thing, forms.BoundField]]:
        return [(one, self[one.key]) for one in self.things]

    def chosen(self) -> dict[str, Department]:
        to = {str(one.pk): one for one in self.successors}
        return {key: to[pk] for key, pk in self.cleaned_data.items() if pk}


class ClosingDayForm(Form):
    day = DateField(label=_("日付"))
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例：市制記念日"))


class PasteForm(Form):
    """Several closing days at once: a day and its name on each line."""

    lines = forms.CharField(
        label=_("日付と名称を1行ずつ貼り付ける"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
        help_text=_("日付のあとに空白かタブを入れて名称を書きます。例：令和8年8月13日 夏季閉庁日"),
    )

    def clean_lines(self) -> list[tuple[datetime.date, str]]:
        found, errors = [], []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1):
            words = line.replace("\u3000", " ").replace("\t", " ").replace(",", " ").split(maxsplit=1)
            if not words:
                continue
            try:
                day = dates.parse_date(words[0])
            except dates.DateError as error:
                errors.append(_("%(number)s行目：%(error)s") % {"number": number, "error": error})
                continue
            name = words[1].strip() if len(words) > 1 else str(_("閉庁日"))
            if len(name) > 60:
                errors.append(_("%(number)s行目：名称は60文字までです。") % {"number": number})
            found.append((day, name))
        if errors:
            raise ValidationError(errors)
        return found


class ImportForm(Form):
    """A sheet of departments, and from when it holds."""

    file = forms.FileField(label=_("ファイル"), help_text=_("Excel（.xlsx）かCSV（.csv）"))
    valid_from = DateField(label=_("この日から反映する"))
    reason = forms.CharField(
        label=_("変更の理由"), max_length=200, help_text=_("例：令和9年4月1日付け組織改正")
    )

    def clean_valid_from(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["valid_from"]
        if abs((day - timezone.localdate()).days) > 366 * 30:
            raise ValidationError(_("30年より離れた日は指定できません。年を確かめてください。"))
        return day

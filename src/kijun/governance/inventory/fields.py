"""Form fields of the inventory: several choices kept as a list, yes or no as two radio buttons, suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

YES_NO = (("yes", _("はい")), ("no", _("いいえ")))


class YesNoField(forms.TypedChoiceField):
    """A question with はい and いいえ, none chosen beforehand. Cleans to a bool; None when left open."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=YES_NO,
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=forms.RadioSelect(attrs={"class": "choice-row"}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value)


class ManyField(forms.MultipleChoiceField):
    """Check boxes; cleans to a list in the order of the choices."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        chosen = set(super().clean(value))
        choices: list[tuple[Any, Any]] = list(self.choices)  # type: ignore[arg-type]  # stubs allow a callable
        return [str(key) for key, _label in choices if str(key) in chosen]


class Suggestions(forms.TextInput):
    """A text field that offers words; any other word is taken as well."""

    template_name = "inventory/widgets/suggestions.html"

    def __init__(self, words: Iterable[StrOrPromise], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.words = list(words)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["words"] = self.words
        context["list_id"] = f"{name}-words"
        context["widget"]["attrs"]["list"] = context["list_id"]
        return context


FIELDS_OF_WORK = (
    _("総務・人事"),
    _("企画・財政"),
    _("広報・広聴"),
    _("税務"),
    _("戸籍・住民票"),
    _("福祉"),
    _("子育て・教育"),
    _("健康・医療"),
    _("環境・ごみ"),
    _("産業・観光"),
    _("道路・建設"),
    _("防災"),
    _("議会・監査"),
    _("庁内共通"),
)
PROCUREMENTS = (
    _("一般競争入札"),
    _("指名競争入札"),
    _("公募型プロポーザル"),
    _("随意契約"),
    _("共同調達"),
    _("無償の試用"),
    _("職員による開発"),
)

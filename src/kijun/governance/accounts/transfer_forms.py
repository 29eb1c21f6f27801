"""Forms of a transfer. They only validate; the actions save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person, Transfer
from kijun.governance.accounts.person_field import Choice, PersonField, meant, people_choices
from kijun.governance.accounts.roles import Role
from kijun.governance.accounts.transfers import drafting
from kijun.governance.accounts.transfers.review import Left, Review
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.queries import tree
from kijun.web.forms import DateField, Form, RevisionMixin

LEAVES = "leave"


class TransferForm(RevisionMixin, Form):
    """Name and day."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例：令和9年4月1日付け定期人事異動"))
    effective_on = DateField(label=_("発令日"))


class LineForm(Form):
    """One person's move."""

    person = PersonField(label=_("職員"))
    to_department = forms.ChoiceField(
        label=_("異動先"), error_messages={"required": _("異動先の部署を選んでください。")}
    )
    title = forms.CharField(label=_("職名"), max_length=60, required=False, help_text=_("例：主事、係長"))
    roles = forms.MultipleChoiceField(
        label=_("異動先での役割"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=[Role.STAFF.value],
    )
    end_wide = forms.BooleanField(
        label=_("全庁の役割も終える"),
        required=False,
        help_text=_("IT担当者や監査など、全庁に対する役割を持っている人の場合だけ関係します。"),
    )

    def __init__(self, *args: Any, transfer: Transfer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        town = transfer.municipality
        person: Any = self.fields["person"]
        person.offer(town)
        choices: Any = self.fields["to_department"]
        choices.choices = [
            ("", _("（選んでください）")),
            *((node.id, "　" * node.depth + node.name) for node in tree(town, transfer.effective_on)),
            (LEAVES, _("退職・転出")),
        ]

    def clean_to_department(self) -> Department | None:
        """None for somebody who leaves the town hall."""
        chosen = self.cleaned_data["to_department"]
        return None if chosen == LEAVES else Department.objects.get(pk=chosen)


class HandoversForm(Form):
    """Who takes over what: a staff number beside each thing, or the tick that the person goes on with it."""

    def __init__(self, *args: Any, review: Review, transfer: Transfer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.review = review
        self.town, self.people = transfer.municipality, people_choices(transfer.municipality)
        chosen: dict[int | None, Choice] = {one.pk: one for one in self.people}
        for one in review.left:
            heir = chosen.get(one.handover.successor_id) if one.handover else None
            self.fields[f"to|{one.key}"] = forms.CharField(
                label=_("引き継ぐ人"),
                required=False,
                max_length=500,
                initial=heir.offered if heir else "",
                widget=forms.TextInput(
                    attrs={
                        "list": "people",
                        "autocomplete": "off",
                        "aria-label": f"{one.belonging.label} {_('引き継ぐ人')}",
                    }
                ),
            )
            if not one.line.leaves:
                self.fields[f"keep|{one.key}"] = forms.BooleanField(
                    label=_("引き続き担当する"),
                    required=False,
                    initial=bool(one.handover and one.handover.keeps),
                )

    def rows(self) -> list[tuple[Left, Any, Any]]:
        """Each thing with its two fields."""
        return [
            (one, self[f"to|{one.key}"], None if one.line.leaves else self[f"keep|{one.key}"])
            for one in self.review.left
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.review.left:
            name = f"to|{one.key}"
            typed = str(data.get(name) or "").strip()
            try:
                heir = meant(self.people, typed).pk if typed else None
            except ValidationError as error:
                self.add_error(name, error)
                continue
            if heir is not None and heir == one.line.person_id:
                self.add_error(name, _("本人です。「引き続き担当する」を選んでください。"))
            elif heir is not None and data.get(f"keep|{one.key}"):
                self.add_error(name, _("「引き続き担当する」と引き継ぐ人の、どちらか一方にしてください。"))
            else:
                data[name] = heir
        return data

    def choices(self) -> list[drafting.Choice]:
        """What was chosen, for the action; only what differs from before."""
        found = []
        heirs = Person.objects.of(self.town).in_bulk(
            [
                self.cleaned_data[f"to|{one.key}"]
                for one in self.review.left
                if self.cleaned_data[f"to|{one.key}"]
            ]
        )
        for one in self.review.left:
            successor = heirs.get(self.cleaned_data[f"to|{one.key}"])
            keeps = bool(self.cleaned_data.get(f"keep|{one.key}"))
            before = (
                one.handover.successor if one.handover else None,
                bool(one.handover and one.handover.keeps),
            )
            if (successor, keeps) != before:
                thing = one.belonging
                found.append(
                    drafting.Choice(
                        one.line,
                        thing.thing_kind,
                        thing.role_key,
                        thing.thing_id,
                        thing.label,
                        successor,
                        keeps,
                    )
                )
        return found


class ConfirmForm(RevisionMixin, Form):
    """Stage, or let take effect at once: a reason where something is left over."""

    leftover_reason = forms.CharField(
        label=_("引継ぎが残っていても進める理由"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("例：後任は4月中に決まるため、それまで課長が兼ねる。"),
    )
    confirmed = forms.BooleanField(label=_("内容を確かめました"))

    def __init__(self, *args: Any, open_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not open_count:
            del self.fields["leftover_reason"]


class CancelForm(Form):
    reason = forms.CharField(label=_("取り消す理由"), max_length=200)


class SheetForm(Form):
    file = forms.FileField(label=_("ファイル"), help_text=_("Excel（.xlsx）かCSV（.csv）"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 5 * 1024 * 1024:
            raise ValidationError(_("ファイルが大きすぎます（上限5MB）。"))
        return file

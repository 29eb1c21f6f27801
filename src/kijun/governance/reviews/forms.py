"""Forms of confirmations, approvals and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.person_field import PersonField
from kijun.governance.organisation.models import Municipality
from kijun.governance.reviews import checklist
from kijun.governance.reviews.actions.confirming import LONGEST_WORD, NONE, YES, Confirmation
from kijun.governance.reviews.answers import Flag
from kijun.governance.reviews.models import LONGEST, Ground, Label, Part
from kijun.web.forms import Form, RevisionMixin

USE, REJECT = "use", "reject"
_ANSWERS = ((YES, _("確かめた")), (NONE, _("関わりがない")))
ASKED = frozenset({"text", "ground", "human_decision", "legal_basis", "official"})
_FLAGS = (("fine", _("問題ない")), ("mended", _("直した")))


class UseForm(Form, RevisionMixin):
    """What is asked about one answer. Fields are named ``check-will``, ``word-will``, ``own-0``, ``flag-discrimination``, ``flagword-discrimination``.

    Whether everything that is needed was said is the action's to tell: it depends on whether the answer is used at all.
    """

    text = forms.CharField(
        label=_("使う文章"),
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("直すところがあれば、ここで直します。AIの回答と違うところは記録に残ります。"),
    )
    title = forms.CharField(
        label=_("件名"),
        max_length=120,
        required=False,
        help_text=_("あとで見つけるための名前です。住民には見えません。例：防災訓練のお知らせ"),
    )
    use = forms.ChoiceField(
        label=_("あなたの判断"),
        choices=((USE, _("使う")), (REJECT, _("使わない"))),
        widget=forms.RadioSelect,
    )
    ground = forms.ChoiceField(
        label=_("どう確かめましたか"), choices=Ground.choices, widget=forms.RadioSelect, required=False
    )
    reason = forms.CharField(
        label=_("そう判断した理由"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例：要綱の第3条と同じで、去年の案内とも合っている。"),
    )
    human_decision = forms.CharField(
        label=_("人が下した判断"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "AIの回答は参考です。人が何をどう決めたかを書きます。例：提出書類を審査し、減免を認めると決めた。"
        ),
    )
    legal_basis = forms.CharField(
        label=_("根拠の条文"), max_length=300, required=False, help_text=_("例：市税条例第51条第1項")
    )
    official = PersonField(label=_("判断の責任者"), required=False)

    def __init__(
        self,
        *args: Any,
        municipality: Municipality,
        level: str,
        destination: str,
        flags: Sequence[Flag] = (),
        questions: Sequence[str] = (),
        public_power: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.level, self.destination, self.flags, self.questions = level, destination, flags, questions
        self.items = checklist.items(level, destination)
        self.public_power = public_power
        self._add_items()
        self._add_flags()
        if public_power:
            self.fields["official"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people, not the base class
        else:
            for name in ("human_decision", "legal_basis", "official"):
                del self.fields[name]
        self.fields["reason"].required = level != checklist.LIGHT
        self._ask(self.data.get("use") != REJECT)

    def _ask(self, used: bool) -> None:
        """What is used is asked about; what is not needs no tick."""
        for name, field in self.fields.items():
            if name in ASKED or name.partition("-")[0] in {"check", "word", "own", "flag", "flagword"}:
                field.required = used

    def _add_items(self) -> None:
        for item in self.items:
            self.fields[f"check-{item.key}"] = self._answer(item.label, item.hint)
            if self.level == checklist.STRICT:
                self.fields[f"word-{item.key}"] = forms.CharField(
                    label=_("確かめたこと（一言）"), max_length=LONGEST_WORD, required=False
                )
        for number, question in enumerate(self.questions):
            self.fields[f"own-{number}"] = self._answer(question, "")

    def _answer(self, label: Any, hint: Any) -> forms.Field:
        if self.level == checklist.LIGHT:
            return forms.BooleanField(label=label, help_text=hint, required=False)
        return forms.ChoiceField(
            label=label, help_text=hint, choices=_ANSWERS, widget=forms.RadioSelect, required=False
        )

    def _add_flags(self) -> None:
        for flag in self.flags:
            self.fields[f"flag-{flag.type}"] = forms.ChoiceField(
                label=flag.label, help_text=flag.why, choices=_FLAGS, widget=forms.RadioSelect, required=False
            )
            self.fields[f"flagword-{flag.type}"] = forms.CharField(
                label=_("そう判断した理由"), max_length=LONGEST_WORD, required=False
            )

    def asked(self) -> list[list[forms.BoundField]]:
        """Each question with its word."""
        found = [[self[f"check-{one.key}"]] for one in self.items]
        if self.level == checklist.STRICT:
            for fields, item in zip(found, self.items, strict=True):
                fields.append(self[f"word-{item.key}"])
        return found + [[self[f"own-{number}"]] for number in range(len(self.questions))]

    def flagged(self) -> list[list[forms.BoundField]]:
        return [[self[f"flag-{one.type}"], self[f"flagword-{one.type}"]] for one in self.flags]

    def power(self) -> list[forms.BoundField]:
        names = ("human_decision", "legal_basis", "official") if self.public_power else ()
        return [self[name] for name in names]

    def said(self) -> Confirmation:
        """What the action is told."""
        data = self.cleaned_data
        return Confirmation(
            destination=self.destination,
            use=data["use"] == USE,
            title=data["title"],
            text=data["text"],
            ground=data["ground"],
            reason=data["reason"],
            checks={
                one.key: (self._given(f"check-{one.key}"), data.get(f"word-{one.key}", ""))
                for one in self.items
            },
            own=[(self._given(f"own-{number}"), "") for number in range(len(self.questions))],
            flags={
                one.type: (data.get(f"flag-{one.type}", ""), data.get(f"flagword-{one.type}", ""))
                for one in self.flags
            },
            human_decision=data.get("human_decision", ""),
            legal_basis=data.get("legal_basis", ""),
            official=data.get("official"),
        )

    def _given(self, name: str) -> str:
        value = self.cleaned_data.get(name, "")
        return (YES if value else "") if isinstance(value, bool) else str(value)


class SubmitForm(Form, RevisionMixin):
    """What goes with a text to those who decide."""

    comment = forms.CharField(
        label=_("起案理由"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例：11月号の広報に載せるため。締切は今週の金曜日。"),
    )
    document_number = forms.CharField(label=_("文書番号"), max_length=60, required=False)


class LabelForm(Form):
    """What residents are told of an approved text."""

    kind = forms.ChoiceField(
        label=_("何に付けますか"),
        choices=Label.Kind.choices,
        widget=forms.RadioSelect,
        initial=Label.Kind.TEXT,
    )
    parts = forms.MultipleChoiceField(
        label=_("AIがしたこと"), choices=Part.choices, widget=forms.CheckboxSelectMultiple
    )
    post = forms.CharField(
        label=_("決めた人の職"),
        max_length=80,
        help_text=_(
            "住民には、部署とこの職が示されます。氏名は、団体の決まりで示すとした場合だけ示されます。"
        ),
    )


class WithdrawForm(Form, RevisionMixin):
    """Why a label is withdrawn."""

    reason = forms.CharField(
        label=_("取り下げる理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("庁内の記録に残ります。住民には、取り下げたことだけが示されます。"),
    )


class RulesForm(Form, RevisionMixin):
    """What a municipality's labels tell."""

    names = forms.BooleanField(
        label=_("決めた人の氏名も住民に示す"),
        required=False,
        help_text=_("選ばないときは、部署と職だけを示します。職員の安全に配慮して決めてください。"),
    )

"""Forms about people. They only validate; the actions save."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import names
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.queries import open_departments
from kijun.web.forms import DateField, Form, KanaField, MunicipalityCodeField, RevisionMixin

PASSWORD_HINT = _(
    "12文字以上にしてください。覚えやすい言葉をいくつか並べると、長くて推測されにくくなります。"
    "よく使われるもの、繰り返し、職員番号や氏名に似たものは使えません。"
)


if TYPE_CHECKING:
    DepartmentChoice = forms.ModelChoiceField[Department]
else:
    DepartmentChoice = forms.ModelChoiceField


class DepartmentField(DepartmentChoice):
    """The departments that exist, in the order of the tree, with what is below indented.

    ``planned``: those that begin later as well, for what begins on a day that is given beside.
    """

    def __init__(self, municipality: Municipality, *, planned: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("部署"))
        kwargs.setdefault("empty_label", _("（選んでください）"))
        rows: Any
        if planned:
            rows = Department.objects.of(municipality).exclude(closed_on__lte=timezone.localdate())
        else:
            rows = open_departments(municipality)
        super().__init__(queryset=rows.order_by("path"), **kwargs)

    def label_from_instance(self, obj: Department) -> str:
        return "　" * (obj.path.count("/") - 1) + obj.name


class StaffNumberField(forms.CharField):
    """職員番号: full-width characters are understood."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("職員番号"))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.widget.attrs.update({"class": "narrow", "autocapitalize": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return names.check_number(text) if text else text


class PasswordField(forms.CharField):
    """A password as it is typed: nothing is stripped; full-width input is refused nowhere."""

    def __init__(self, **kwargs: Any) -> None:
        autocomplete = kwargs.pop("autocomplete", "new-password")
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(strip=False, max_length=256, widget=widget, **kwargs)


class SignInForm(Form):
    """Municipality, 職員番号, password. Which of them was wrong is never said."""

    municipality = forms.ModelChoiceField(
        Municipality.objects.none(),
        label=_("団体"),
        to_field_name="code",
        empty_label=_("団体を選んでください"),
    )
    staff_number = forms.CharField(label=_("職員番号"), max_length=40)
    password = PasswordField(label=_("パスワード"), autocomplete="current-password")

    def __init__(self, *args: Any, hide_municipality: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["municipality"]
        field.queryset = Municipality.objects.order_by("is_sample", "kana", "code")
        if hide_municipality:
            field.widget = forms.HiddenInput()
        self.fields["staff_number"].widget.attrs.update(
            {"class": "narrow", "autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}
        )

    def clean_staff_number(self) -> str:
        return names.normalise_number(self.cleaned_data["staff_number"])


class NewPasswordForm(Form):
    """A new password, typed twice; ``person`` is whose it becomes."""

    new_password = PasswordField(label=_("新しいパスワード"), help_text=PASSWORD_HINT)
    again = PasswordField(label=_("新しいパスワード（確認のためもう一度）"))

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if "new_password" in data and "again" in data and data["new_password"] != data["again"]:
            self.add_error("again", _("二つのパスワードが一致しません。もう一度入力してください。"))
        return data


class ChangePasswordForm(NewPasswordForm):
    """One's own password: the present one is asked for first."""

    current = PasswordField(label=_("今のパスワード"), autocomplete="current-password")
    field_order = ["current", "new_password", "again"]


class LanguageForm(Form):
    language = forms.ChoiceField(label=_("表示言語"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["language"]
        field.choices = [
            (code, get_language_info(code)["name_local"])  # everybody finds their own language
            for code, _name in settings.LANGUAGES
            if code != "ja-easy"
        ]


class PersonForm(RevisionMixin, Form):
    """What a person is called."""

    staff_number = StaffNumberField(
        help_text=_("サインインに使います。先頭の0も入力してください。例：001234")
    )
    name = forms.CharField(label=_("氏名"), max_length=80, help_text=_("例：山田　花子"))
    kana = KanaField(
        label=_("フリガナ"),
        max_length=120,
        required=False,
        help_text=_("五十音順に並べるために使います。例：ヤマダ　ハナコ"),
    )
    email = forms.EmailField(label=_("メールアドレス"), required=False)


class NewPersonForm(PersonForm):
    """A person with a post and the first roles."""

    title = forms.CharField(label=_("職名"), max_length=60, required=False, help_text=_("例：主事、係長"))
    roles = forms.MultipleChoiceField(
        label=_("役割"),
        choices=Role.choices,
        required=False,
        initial=[Role.STAFF.value],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "職員・上長・AIサービス責任者の役割は上で選んだ部署に、ほかの役割は団体全体に、今日から付きます。"
        ),
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"] = DepartmentField(municipality, planned=False)
        self.order_fields(["staff_number", "name", "kana", "email", "department", "title", "roles"])


class PostingForm(Form):
    """A post from a day on."""

    title = forms.CharField(label=_("職名"), max_length=60, required=False, help_text=_("例：主事、係長"))
    concurrent = forms.BooleanField(label=_("兼務（今の所属はそのまま）"), required=False)
    valid_from = DateField(label=_("いつから"))

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"valid_from": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["department"] = DepartmentField(municipality)
        self.order_fields(["department", "title", "concurrent", "valid_from"])


class GrantForm(Form):
    """A role for a period, in a department or the whole municipality."""

    role = forms.ChoiceField(label=_("役割"), choices=Role.choices)
    valid_from = DateField(label=_("いつから"))
    valid_to = DateField(
        label=_("いつまで"),
        required=False,
        help_text=_("決まっていなければ空けておきます。例：令和9年3月31日"),
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"valid_from": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["department"] = DepartmentField(
            municipality,
            required=False,
            empty_label=_("団体全体"),
            help_text=_(
                "部署を選ぶと、その下の部署にも及びます。管理者・IT担当者・首長・監査は団体全体だけです。"
            ),
        )
        self.order_fields(["role", "department", "valid_from", "valid_to"])


class LastDayForm(Form):
    """The last day on which a post or a role holds."""

    last_day = DateField(label=_("最後の日"))


class ReasonForm(Form):
    reason = forms.CharField(
        label=_("理由"), max_length=200, required=False, help_text=_("例：令和9年3月31日退職")
    )


class CodeForm(Form):
    """The code of the set-up link, pasted when the link itself could not be opened."""

    code = forms.CharField(
        label=_("初期設定コード"),
        max_length=400,
        help_text=_("リンクの「code=」より後の文字です。リンク全体を貼り付けてもかまいません。"),
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).rpartition("code=")[2].strip()


class RecoveryCodeForm(CodeForm):
    """The code of a recovery link, typed from paper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("回復コード")
        self.fields["code"].help_text = _(
            "渡された紙にある24文字です。小文字でも、「-」を省いてもかまいません。"
        )


class FirstRunForm(NewPasswordForm):
    """The municipality, its first department and its first administrator."""

    code = MunicipalityCodeField()
    name = forms.CharField(label=_("団体の名称"), max_length=60, help_text=_("例：千代田区、みちしるべ市"))
    kana = KanaField(
        label=_("団体のフリガナ"), max_length=100, required=False, help_text=_("例：ミチシルベシ")
    )
    department = forms.CharField(
        label=_("あなたの部署の名称"),
        max_length=80,
        help_text=_("最初の部署として登録します。例：デジタル推進課"),
    )
    department_code = forms.CharField(
        label=_("部署コード"),
        max_length=20,
        help_text=_("庁内で使っているコードです。なければ「1」のままでかまいません。"),
    )
    staff_number = StaffNumberField(
        help_text=_("サインインに使います。先頭の0も入力してください。例：001234")
    )
    person_name = forms.CharField(label=_("氏名"), max_length=80, help_text=_("例：山田　花子"))
    person_kana = KanaField(
        label=_("フリガナ"), max_length=120, required=False, help_text=_("例：ヤマダ　ハナコ")
    )

    field_order = [
        "code",
        "name",
        "kana",
        "department",
        "department_code",
        "staff_number",
        "person_name",
        "person_kana",
    ]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Municipality.objects.filter(code=code).exists():
            raise ValidationError(_("この団体はすでに登録されています。サインインしてください。"))
        return code

    def clean_department_code(self) -> str:
        code = unicodedata.normalize("NFKC", self.cleaned_data["department_code"]).strip()
        if "/" in code:
            raise ValidationError(_("部署コードに「/」は使えません。"))
        return code

    def clean_new_password(self) -> str:
        number = self.cleaned_data.get("staff_number", "")
        self.person = Person(
            staff_number=number, username=number, name=self.cleaned_data.get("person_name", "")
        )
        return super().clean_new_password()

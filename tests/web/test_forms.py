import datetime

import pytest
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils import translation

from kijun.web import forms
from kijun.web.models import StagedImport
from kijun.web.versions import Stale


class Sample(forms.Form):
    day = forms.DateField(label="日付")
    number = forms.IntegerField(label="人数", required=False)
    price = forms.DecimalField(label="金額", required=False)
    code = forms.MunicipalityCodeField(required=False)
    kana = forms.KanaField(label="フリガナ", required=False)


def test_people_write_as_they_are_used_to() -> None:
    form = Sample(
        {
            "day": "令和８年１１月２３日",
            "number": "１，２００",
            "price": "３．５",
            "code": "１３１０１６",
            "kana": "やまだ ﾊﾅｺ",
        }
    )

    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == datetime.date(2026, 11, 23)
    assert form.cleaned_data["number"] == 1200
    assert str(form.cleaned_data["price"]) == "3.5"
    assert form.cleaned_data["code"] == "131016"
    assert form.cleaned_data["kana"].startswith("ヤマダ")


def test_a_date_comes_back_as_it_is_read_aloud() -> None:
    assert "令和8年11月23日" in str(Sample(initial={"day": datetime.date(2026, 11, 23)})["day"])


def test_a_date_to_be_changed_is_read_in_the_language_of_the_page() -> None:
    day = datetime.date(2026, 11, 23)
    for language, shown in (("ja", "令和8年11月23日"), ("en", "2026/11/23")):
        with translation.override(language):
            field = forms.DateField()
            assert field.prepare_value(day) == shown
            assert field.clean(shown) == day


class Numbers(forms.Form):
    requests = forms.IntegerField(label="1か月の回数", min_value=1, max_value=1000)
    share = forms.DecimalField(label="割合（%）", max_value=100, required=False)
    own = forms.IntegerField(label="件数", error_messages={"invalid": "件数がわかりません。"}, required=False)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("requests", "たくさん", "「1か月の回数」は、整数で入力してください。"),
        ("requests", "0", "「1か月の回数」は、1以上の数にしてください。"),
        ("requests", "1,001", "「1か月の回数」は、1,000以下の数にしてください。"),
        ("share", "半分", "「割合（%）」は、数字で入力してください。"),
        ("share", "101", "「割合（%）」は、100以下の数にしてください。"),
        ("own", "x", "件数がわかりません。"),
    ],
)
def test_a_number_that_is_wrong_is_named(field: str, value: str, message: str) -> None:
    form = Numbers({"requests": "5", field: value})
    assert form.errors == {field: [message]}


def test_a_field_says_whether_it_may_stay_empty() -> None:
    class Asked(forms.Form):
        sometimes_required = ("vendor",)
        service = django_forms.CharField()
        vendor = django_forms.CharField(required=False)
        remark = django_forms.CharField(required=False)

    form = Asked()
    said = [
        [word in form[name].as_field_group() for word in ("場合により必須", "任意")] for name in form.fields
    ]
    assert said == [[False, False], [True, False], [False, True]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "令和8年2月30日"),
        ("day", "明日"),
        ("number", "十二人"),
        ("code", "131017"),
        ("kana", "山田"),
        ("day", ""),
    ],
)
def test_an_error_stands_beside_its_field(field: str, value: str) -> None:
    form = Sample({"day": "2026/11/23", field: value})

    assert not form.is_valid()
    assert list(form.errors) == [field]
    html = str(form)
    assert 'aria-invalid="true"' in html
    assert f'id="id_{field}_error"' in html


def test_what_was_typed_is_kept() -> None:
    assert "令和8年2月30日" in str(Sample({"day": "令和8年2月30日"})["day"])


def test_a_form_never_saves() -> None:
    class Town(forms.ModelForm):
        class Meta:
            from kijun.governance.organisation.models import Municipality as model  # noqa: N813  Meta's own name

            fields = ("name",)

    with pytest.raises(TypeError, match="action"):
        Town({"name": "x"}).save()


def test_radio_buttons_stand_in_a_fieldset() -> None:
    class Choice(forms.Form):
        answer = django_forms.ChoiceField(
            label="実施状況", choices=[("a", "実施済")], widget=django_forms.RadioSelect
        )

    html = str(Choice())
    assert "<fieldset" in html
    assert "<legend>実施状況" in html


class Asked(forms.Form):
    name = django_forms.CharField(label="名称")
    kind = django_forms.ChoiceField(label="種類", choices=[("a", "A")])
    own = django_forms.CharField(label="氏名", error_messages={"required": "氏名を書いてください。"})
    note = django_forms.CharField()


def test_what_is_empty_is_named() -> None:
    form = Asked({})

    assert form.errors["name"] == ["「名称」を入力してください。"]
    assert form.errors["kind"] == ["「種類」を選んでください。"]
    assert form.errors["own"] == ["氏名を書いてください。"]
    assert form.errors["note"] == ["「Note」を入力してください。"]
    assert Asked().fields["name"].error_messages["required"] != form.fields["name"].error_messages["required"]


class Kept(forms.RevisionMixin, forms.Form):
    name = django_forms.CharField(label="名称")


def test_a_stale_form_can_be_sent_once_more() -> None:
    form = Kept({"name": "あとの人", "revision": "3"})
    assert form.is_valid()

    form.add_error(None, Stale(5))

    assert 'value="5"' in str(form["revision"])
    assert "あとの人" in str(form["name"])
    assert "別の人が更新しました" in str(form.non_field_errors())


@pytest.mark.parametrize("forged", ["9" * 30, "x", "0", "-1", "\x00"])
def test_a_choice_that_no_row_can_be(db: None, forged: str) -> None:
    field = forms.ModelMultipleChoiceField(StagedImport.objects.all())

    with pytest.raises(ValidationError):
        field.clean([forged])


def test_an_actions_refusal_stands_beside_the_fields_that_the_form_has() -> None:
    form = Sample({"day": "2026/11/23"})
    assert form.is_valid()
    forms.add_errors(form, ValidationError({"number": ["多すぎます。"], "owner": ["退職しました。"]}))
    forms.add_errors(form, ValidationError("締め切りました。"))
    assert form.errors["number"] == ["多すぎます。"]
    assert form.non_field_errors() == ["退職しました。", "締め切りました。"]


class Chosen(forms.Form):
    name = django_forms.CharField(label="名称（100%）", max_length=5)
    kind = django_forms.ChoiceField(label="種類", choices=[("a", "A")])
    many = django_forms.MultipleChoiceField(label="対象", choices=[("a", "A")])
    mail = django_forms.EmailField(label="連絡先")
    file = django_forms.FileField(label="台帳")
    own = django_forms.ChoiceField(
        label="区分", choices=[("a", "A")], error_messages={"invalid_choice": "区分を選び直してください。"}
    )


def test_what_django_says_names_the_field_and_repeats_nothing() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    long = "x" * 3_000
    form = Chosen(
        {"name": "六文字の名称", "kind": long, "many": [long], "mail": "x", "own": long},
        {"file": SimpleUploadedFile("a.csv", b"")},
    )
    assert form.errors == {
        "name": ["「名称（100%）」は、5文字以内にしてください（今は6文字です）。"],
        "kind": ["「種類」は、候補から選んでください。"],
        "many": ["「対象」は、候補から選んでください。"],
        "mail": ["「連絡先」は、メールアドレスの形で入力してください。例：taro@example.jp"],
        "file": ["選んだファイルは空です。内容のあるファイルを選んでください。"],
        "own": ["区分を選び直してください。"],
    }
    with translation.override("en"):
        english = Chosen({"name": "too long", "kind": "x"})
        assert english.errors["name"] == ["“名称（100%）” may have up to 5 characters (it has 8)."]

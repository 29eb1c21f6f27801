"""Names that a field, a sentence, an address or a row tells, and what stands alike and is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.inspection import Inspector
from kijun.inspection.name_certain import certain
from kijun.inspection.name_lists import name_lists
from kijun.inspection.name_view import View
from tests.inspection.scenes import scene

INSPECTOR = Inspector()


def why(text: str) -> dict[str, str]:
    view = View(scene(text), name_lists())
    return {view.text[start:end]: told for (start, end), told in certain(view).items()}


def people(text: str) -> list[str]:
    return [one.of(text) for one in INSPECTOR.inspect(text) if one.type == "PERSON"]


def test_it_works() -> None:
    assert why('{"by":"岸和田"}') == {"岸和田": "field"}
    assert people('{"by":"岸和田"}') == ["岸和田"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"id":3,"by":"岸和田","at":"10:30"}', ["岸和田"]),
        ('{"author": "高槻", "msg": "確認済"}', ["高槻"]),
        ('{"担当":"守口","状態":"完了"}', ["守口"]),
        ('{"staff":"茨木","room":"3"}', ["茨木"]),
        ('{"updated_by":"豊中"}', ["豊中"]),
        ('{\\"updated_by\\":\\"豊中\\"}', ["豊中"]),
        ('{"記入者":"貝塚"}', ["貝塚"]),
        ('{"handled_by":"Maria"}', ["Maria"]),
        ("by: 岸和田\nat: 10:30", ["岸和田"]),
        ("updated_by=豊中", ["豊中"]),
        ("by='岸和田'", ["岸和田"]),
        ('{"city":"岸和田"}', []),
        ('{"by":"岸和田市"}', []),
        ('{"by":"市民課"}', []),
        ('{"by":"電話"}', []),
        ('{"by":"自動"}', []),
        ('{"by":"system"}', []),
        ('{"staff":"夜間"}', []),
        ('{"担当":"北部"}', []),
        ('{"担当":"なし"}', []),
        ('{"author":"Windows"}', []),
    ],
)
def test_the_value_of_a_key_that_says_who_did_it(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("三条 公房と申す者にて候", ["三条 公房"]),
        ("矢作 兼続と申し上げます", ["矢作 兼続"]),
        ("烏丸 光経と名乗る者が参った", ["烏丸 光経"]),
        ("受付の三条と申します", ["三条"]),
        ("小職、鵜飼と申す者です", ["鵜飼"]),
        ("千代子と申す者です", ["千代子"]),
        ("鷹司と名乗る男から電話", ["鷹司"]),
        ("鷹\u200b司と名乗る男から電話", ["鷹\u200b司"]),
        ("警察と名乗る電話", []),
        ("市職員と名乗る男", []),
        ("息子と名乗る男", []),
        ("役場の者と名乗る人物", []),
        ("この制度と申すものは", []),
        ("みどり市役所と申します", []),
        ("青葉建設と申します", []),
        ("以上と申し上げます", []),
        ("御礼と申し上げます", []),
    ],
)
def test_who_says_what_they_are_called(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("濁点のないﾔｸﾁ ｻﾄｺでも振り込めますか", ["ﾔｸﾁ ｻﾄｺ"]),
        ("口座名義はﾔｸﾞﾁ ｻﾄｺ（矢口 聡子）。濁点のないﾔｸﾁ ｻﾄｺでは", ["ﾔｸﾞﾁ ｻﾄｺ", "矢口 聡子", "ﾔｸﾁ ｻﾄｺ"]),
        ("通帳はｱｻｲ ｼﾖｳｼﾞとなっています", ["ｱｻｲ ｼﾖｳｼﾞ"]),
        ("ﾃﾞｰﾀ ｺｰﾄﾞでも可", []),
        ("ｺﾞﾐ ｼｭｳｼｭｳでも可", []),
        ("ﾈｯﾄﾜｰｸ ｻｰﾊﾞを更新", []),
    ],
)
def test_half_width_names_without_their_marks(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Could you send the form to nadia.farouk@example.org. Nadia", ["Nadia"]),
        ("Write to nadia.farouk@example.org, please. Nadia", ["Nadia"]),
        ("My address is oyelaran@example.org\n\nThanks,\nOyelaran", ["Oyelaran"]),
        ("Thanks!\nzofia.k@example.com\n- Zofia", ["Zofia"]),
        ("Write to recycling@example.org\nRecycling", []),
        ("Please ask support@example.org\nSupport", []),
        ("Write to nadia.farouk@example.org\nThe form is there", []),
    ],
)
def test_who_signs_with_a_part_of_the_address(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("5/8／岸本 望／欠席\n5/9／Rahman Abdul／ハラル給食", ["岸本 望", "Rahman Abdul"]),
        ("5/7／馬渕（母）／弁当\n5/9／Rahman Abdul／ハラル給食", ["馬渕", "Rahman Abdul"]),
        ("6/1／Sofia Marquez／確認\n6/2／林 美緒／欠席", ["Sofia Marquez", "林 美緒"]),
        ("5/9／ラーマン アブドゥル／ハラル給食\n5/8／岸本 望／欠席", ["ラーマン アブドゥル", "岸本 望"]),
        ("10/1／San Francisco／出張\n10/2／東京 都内／出張", []),
        ("5/9／Windows Update／端末", []),
        ("5/9／Error Log／確認", []),
    ],
)
def test_rows_that_slashes_divide(text: str, names: list[str]) -> None:
    assert people(text) == names


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='三条公房と申名乗る "by:author=@.／/ﾔｸﾞﾁ ｻﾄNadiabc\n', max_size=80))
def test_whatever_is_told_lies_in_the_text(text: str) -> None:
    view = View(scene(text), name_lists())
    assert all(0 <= start < end <= len(view.text) for start, end in certain(view))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("戸籍では澤田でした。", ["澤田"]),
        ("住民票は髙橋となっています。", ["髙橋"]),
        ("余市先生に診てもらった。", ["余市"]),
        ("米須助産師の訪問。", ["米須"]),
        ("知念保育士から電話。", ["知念"]),
        ("夜勤 坂下・Nakaya", ["坂下", "Nakaya"]),
        ("担当：Suzuki、有賀", ["Suzuki", "有賀"]),
        ("氏名\tフリガナ\nThet Naing\tテッ ナイン", ["Thet Naing", "テッ ナイン"]),
    ],
)
def test_documents_professions_rosters_and_cells_tell_names(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "戸籍では次男でした。登録では神社です。名簿は本日です。",
        "数学先生、担当先生、主治医先生、市立病院先生、諸先生",
        "青森医師会、東京助産師会、学校薬剤師、病棟看護師、県警巡査",
        "当番 本庁・Tokyo",
        "担当,内容\nWindows Server,更新",
    ],
)
def test_what_is_told_of_nobody(text: str) -> None:
    assert people(text) == []

"""People's data as files and programs give them: every cell and every field is found, whatever divides them and whichever comes first."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector

INSPECTOR = Inspector()
COLUMNS = {
    "口座番号": ("BANK_ACCOUNT", ("9026994", "5476877")),
    "氏名": ("PERSON", ("矢口 仁", "山田 花子")),
    "住所": ("ADDRESS", ("松山市若草町8-2", "新居浜市一宮町1-5-1")),
    "電話": ("PHONE", ("089-911-1819", "0897-65-1234")),
    "生年月日": ("BIRTH_DATE", ("S26.9.5", "20010304")),
    "宛名番号": ("LOCAL_ID", ("0004172935", "0003118206")),
}
ORDERS = [
    ("氏名", "住所", "電話"),
    ("口座番号", "氏名", "生年月日"),
    ("宛名番号", "住所", "電話", "氏名", "口座番号"),
    ("電話", "生年月日", "氏名", "住所"),
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("mark", [",", "\t", "|", " | ", ";"])
def test_every_cell_is_found(mark: str, order: tuple[str, ...]) -> None:
    rows = [[COLUMNS[head][1][number] for head in order] for number in range(2)]
    text = "\n".join(mark.join(row) for row in (order, *rows))
    found = {(one.type, text[one.start : one.end]) for one in INSPECTOR.inspect(text).findings}
    missing = {
        (COLUMNS[head][0], cell) for row in rows for head, cell in zip(order, row, strict=True)
    } - found
    assert missing == set()


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        (
            "カード番号は、上4桁が4556、続いて7375、8689、最後が9855と読み上げた",
            "CREDIT_CARD",
            "4556、続いて7375、8689、最後が9855",
        ),
        ("会員番号 ４556－7375－8689－9855", "CREDIT_CARD", "４556－7375－8689－9855"),
        ("Wi-Fi（来客用）のキー sakuranbo-8842", "SECRET", "sakuranbo-8842"),
        ("管理者PIN 774103\n・プリンタ", "SECRET", "774103"),
        ("合言葉は口頭で「うみねこ三七九一」", "SECRET", "うみねこ三七九一"),
        ('{"atena_no":"48211354","name":"冨樫 嘉人"}', "LOCAL_ID", "48211354"),
        ("転居先は5240102 守山市水保町1420-8です", "POSTAL_CODE", "5240102"),
        ("佐藤さんは高千穂町大字押方に住んでいる", "ADDRESS", "高千穂町大字押方"),
        ("エ藤 次郎様の件", "PERSON", "エ藤 次郎"),
    ],
)
def test_it_is_found_as_it_is_told(text: str, type: str, value: str) -> None:
    assert (type, value) in {
        (one.type, text[one.start : one.end]) for one in INSPECTOR.inspect(text).findings
    }


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("氏名,異動事由,異動日\n及川 湊,出生,20261103", "BIRTH_DATE"),
        ("被相続人 簗瀬 栄太郎（死亡 R8.9.15）", "BIRTH_DATE"),
        ("防火管理者 江良 宏樹、選任届 R6.4.1", "BIRTH_DATE"),
        ("引継書 令和8年11月\n1 興梠 吉之助の件", "BIRTH_DATE"),
        ("根岸 豊様の件、文書番号は住年第8507-249153号です", "PENSION_NUMBER"),
        ("日本語指導を週3に増やす、山田さん", "ADDRESS"),
        ("ID 20261104\n000188", "PASSPORT"),
    ],
)
def test_it_is_something_else(text: str, type: str) -> None:
    assert type not in {one.type for one in INSPECTOR.inspect(text).findings}


FIELDS = {
    "PERSON": ("冨樫 嘉人", ("氏名", "name")),
    "LOCAL_ID": ("48211354", ("宛名番号", "atena_no")),
    "RESIDENT_CODE": ("24727059608", ("住民票コード", "juminhyo_code")),
    "HEALTH_INSURANCE": ("0001203345", ("被保険者番号", "hihokensha_no")),
    "BANK_ACCOUNT": ("2740304", ("口座番号", "account_no")),
    "BIRTH_DATE": ("1962-08-19", ("生年月日", "birth")),
    "ADDRESS": ("和歌山市手平2-8-15", ("住所", "addr")),
    "SECRET": ("tK9#mmP4", ("パスワード", "password")),
}
FORMS = {
    "json": '{{"id":1,"{key}":"{value}"}}',
    "json, apart": '{{\n  "{key}": "{value}"\n}}',
    "xml": "<rec><{key}>{value}</{key}></rec>",
    "html": "<td>{key}</td><td>{value}</td>",
    "sql": "SELECT * FROM t WHERE {key} = '{value}';",
    "insert": "INSERT INTO t (id, {key}, flag) VALUES (7, '{value}', 1);",
    "insert, rows": "INSERT INTO t (id, {key}) VALUES\n (7, '{value}'),\n (8, '{value}');",
    "yaml": "- {key}: {value}\n  state: ok",
    "ini": "{key}={value}",
    "log": "2026-11-30 10:22:31 INFO update {key}={value} ok",
    "markdown": "**{key}**: {value}",
    "row": "| {key} | {value} |",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("type", FIELDS)
def test_every_field_of_a_program_is_found(type: str, form: str) -> None:
    value, keys = FIELDS[type]
    for key in keys:
        text = form.format(key=key, value=value)
        found = {(one.type, text[one.start : one.end]) for one in INSPECTOR.inspect(text).findings}
        assert (type, value) in found, text


@pytest.mark.parametrize(
    "form", ["年齢：{}", "年齢は、{}です", "年齢「{}」", "年齢\n{}", "年齢\t{}", '"年齢": "{}"']
)
def test_an_age_behind_its_label_is_somebodys(form: str) -> None:
    text = form.format("74歳")
    assert "AGE" in {one.type for one in INSPECTOR.inspect(text).findings}


@pytest.mark.parametrize(
    "text", ["対象年齢：3歳", "年齢 65歳以上", "年齢は18歳から", "年齢：20歳未満", "平均年齢 74歳"]
)
def test_the_age_of_a_rule_is_nobodys(text: str) -> None:
    assert "AGE" not in {one.type for one in INSPECTOR.inspect(text).findings}


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("旧住所静岡県掛川市大池2701番地の3から転入", "ADDRESS", "静岡県掛川市大池2701番地の3"),
        ("母は世田谷区桜丘5-12-3から転居した", "ADDRESS", "世田谷区桜丘5-12-3"),
        ("山田さんは長岡市台町2丁目4番56号分の税金を", "ADDRESS", "長岡市台町2丁目4番56号"),
        ("母は大阪市東淀川区豊新3-5-11-402。", "ADDRESS", "大阪市東淀川区豊新3-5-11-402"),
        ("（昭和53年4月1日生）", "BIRTH_DATE", "昭和53年4月1日"),
        ("長男は平成5年9月27日に生まれた", "BIRTH_DATE", "平成5年9月27日"),
        ("84歳女性、独居", "AGE", "84歳"),
        ("32才・男・無職", "AGE", "32才"),
        ("うつ病の父を介護している", "SENSITIVE", "うつ病"),
        ("娘のてんかんについて相談", "SENSITIVE", "てんかん"),
        ("ログインできない。Xk92-plQ7がパスワード", "SECRET", "Xk92-plQ7"),
        ("パスワード変更→himawari2024", "SECRET", "himawari2024"),
        ("りそな 7710293", "BANK_ACCOUNT", "7710293"),
        ("@佐藤 お願いします", "PERSON", "佐藤"),
        ("渡辺から引継ぎ", "PERSON", "渡辺"),
    ],
)
def test_it_is_found_as_it_is_said_in_passing(text: str, type: str, value: str) -> None:
    assert (type, value) in {
        (one.type, text[one.start : one.end]) for one in INSPECTOR.inspect(text).findings
    }


@pytest.mark.parametrize(
    "text",
    [
        "昭和59年4月2日から平成19年4月1日までに生まれた者",
        "認知症の講座について相談",
        "長岡市3か所で開催",
        "西区2-3人の班",
        "パスワード変更の手順",
        "平均84歳の女性",
        "平均寿命84歳",
        "工事場所 市道12号線",
        "普通自動車 1234567円",
        "本部から連絡",
    ],
)
def test_what_is_said_of_nobody_is_left_alone(text: str) -> None:
    assert INSPECTOR.inspect(text).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "マイナンハ一 5473 O97l OO28",
            "ﾏｲﾅﾝﾊﾞ- 5473O97lOO28",
            "マイナンパー：5473 O97l OO28",
            "マイ ナンバー 5473O97lOO28",
        ),
        *(
            "個人蕃号 547309710028",
            "個人番弓：５４７３０９７１００２８",
            "住所 静岡県焼津市小屋敷52O-8\nマイナンハ一 5473 O97l OO28",
        ),
    ],
)
def test_a_label_that_was_misread_is_read(text: str) -> None:
    assert "MY_NUMBER" in {one.type for one in INSPECTOR.inspect(text).findings}
    assert "MY_NUMBER" not in {one.type for one in INSPECTOR.inspect(text[:-1] + "9").findings}


INSERT = "INSERT INTO koza (koza_no, meigi, jumin_cd)"
ROW = "('7719053', 'ナカニシ タクミ', '98534532520')"


@pytest.mark.parametrize(
    "text",
    [
        *(f"{INSERT} VALUES {ROW};", f"{INSERT}\nVALUES {ROW};", f"{INSERT} VALUES\n{ROW};"),
        f"-- 誤登録の修正\nDELETE FROM koza WHERE koza_no = '7719035';\n{INSERT} VALUES {ROW};",
        "INSERT INTO koza(koza_no,meigi,jumin_cd)VALUES('7719053','ナカニシ タクミ','98534532520');",
    ],
)
def test_every_value_of_an_insertion_is_below_its_column(text: str) -> None:
    found = {(one.type, one.of(text)) for one in INSPECTOR.inspect(text).findings}
    assert found >= {
        ("BANK_ACCOUNT", "7719053"),
        ("PERSON", "ナカニシ タクミ"),
        ("RESIDENT_CODE", "98534532520"),
    }


def test_a_column_of_something_else_holds_no_resident_code() -> None:
    text = "INSERT INTO dempyo (dempyo_no, tanto) VALUES ('98534532520', 'ナカニシ タクミ');"
    assert "RESIDENT_CODE" not in {one.type for one in INSPECTOR.inspect(text).findings}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("国保の保険証です記号が二二〇一番号が五三八八です", ["二二〇一", "五三八八"]),
        ("保険証の記号は三〇二二番号は七七一ですね", ["三〇二二", "七七一"]),
        ("健康保険証の記号　七一〇　番号　四四二八", ["七一〇", "四四二八"]),
        ("協会けんぽで記号二二〇一番号五三八", ["二二〇一", "五三八"]),
        ("保険証は記号が12で番号が三四五六です", ["12", "三四五六"]),
        ("保険証、記号22O1番号5388", ["22O1", "5388"]),
        ("保険証の番号は三つあります", []),
        ("保険証の記号が二種類、番号が一人ずつ", []),
        ("国保 二〇二六年度、国保三十年の歩み", []),
        ("部品の記号が二二〇一番号が五三八八です", []),
    ],
)
def test_the_numbers_of_an_insurance_card_as_they_are_said(text: str, values: list[str]) -> None:
    found = [one for one in INSPECTOR.inspect(text).findings if one.type == "HEALTH_INSURANCE"]
    assert [one.of(text) for one in found] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2段階認証のバックアップコード 8841-2207", "8841-2207"),
        ("バックアップコ一ド　８８４１－２２０７", "８８４１－２２０７"),
        ("リカバリーコードは 48213-90772 です", "48213-90772"),
        ("回復コード（73920184）", "73920184"),
        ("recovery code: 7h2k-99xq", "7h2k-99xq"),
        (
            "ユーザー名　ａｄｍｉｎ　パスワード　Ｋｉｔａ＿７７２０　アドレス　１９２．１６８．１．２５４",
            "Ｋｉｔａ＿７７２０",
        ),
        ("パスワード kita_7720 ユーザー admin", "kita_7720"),
        ("ルーター　ＩＤ　ｒｏｏｔ　ＰＷ　Ｍｉｎａｍｉ－８８１　設置　３階", "Ｍｉｎａｍｉ－８８１"),
        ("バスワ一ド Kita_772O", "Kita_772O"),
        ("ＰＩＮ　４４７１", "４４７１"),
        ("PlN 447l", "447l"),
        ("暗証蕃号 七七二〇", "七七二〇"),
        ("SSID: mirai-guest / KEY: gst-4471-pw", "gst-4471-pw"),
        ("Wi-Fi KEY 9f3Kd02LmQ", "9f3Kd02LmQ"),
        ("Ｗｉ－Ｆｉキー　ｓａｋｕｒａ８８２１", "ｓａｋｕｒａ８８２１"),
        ("キーボックスの番号は4471です", "4471"),
    ],
)
def test_a_secret_in_the_notes_of_an_office(text: str, value: str) -> None:
    found = [one for one in INSPECTOR.inspect(text).findings if one.type == "SECRET"]
    assert [one.of(text) for one in found] == [value]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "バックアップコードは10個発行されます",
            "リカバリーコードを発行する手順",
            "復旧コードの一覧",
            "KEY POINT 2026",
        ),
        *(
            "セキュリティキー YubiKey5 を購入",
            "パスワード　非公開　アドレス　１９２．１６８．１．２５４",
            "Wi-Fiキーは壁に掲示",
        ),
        *("SSID: mirai-guest / KEY: 別紙", "パスワード Wi-Fi用 別紙", "PIN 4桁を入力"),
    ],
)
def test_talk_of_such_secrets_is_none(text: str) -> None:
    assert "SECRET" not in {one.type for one in INSPECTOR.inspect(text).findings}

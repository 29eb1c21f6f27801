"""Secrets: values after passwords and keys, URLs that carry one, private keys; talk about passwords is none."""

from __future__ import annotations

import pytest

from kijun.inspection import Inspector
from kijun.inspection.secrets import Secrets
from tests.inspection.scenes import candidates, rules, values

SECRETS = Secrets(rules("secret", "url", "pem"))


def test_it_works() -> None:
    assert values(SECRETS, "初期パスワードは Kijun#2024 です") == {("SECRET", "Kijun#2024")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("パスワード：x1y2z3w4", "x1y2z3w4"),
        ("パスワード（初期）：x1y2z3w4", "x1y2z3w4"),
        ("パスワードは「x1y2z3w4」です", "x1y2z3w4"),
        ("ﾊﾟｽﾜｰﾄﾞ:x1y2z3w4", "x1y2z3w4"),
        ("暗証番号：4821", "4821"),
        ("暗証番号：４８２１", "４８２１"),
        ("PIN 48-21-07", "48-21-07"),
        ("api_key = Zx81abQ9", "Zx81abQ9"),
        ("password: hunter-2!", "hunter-2!"),
        ("パスワード\nx1y2z3w4\n", "x1y2z3w4"),
        ("合言葉は「さくら2024」", "さくら2024"),
        ("パス\u200bワード：x1y2\u200bz3w4", "x1y2\u200bz3w4"),
        ("パスワード：x1y2z3w4。", "x1y2z3w4"),
        ("パスワード：さくら2026!", "さくら2026!"),
        ("パスワード：みどり市0401", "みどり市0401"),
        ("パスワードはさくら2026です", "さくら2026"),
        ("パスワード：2026さくら", "2026さくら"),
        ("PW→komorebi", "komorebi"),
        ("PW：komorebi", "komorebi"),
        ("パスワードはkomorebiです", "komorebi"),
        ("パスワードは「komorebi」です", "komorebi"),
        ("初期パスワードはkomorebiに設定しました。", "komorebi"),
        ("パスワードはadminのまま", "admin"),
        ("パスワードは「こもれび」です", "こもれび"),
        ("合言葉はやまとかわ", "やまとかわ"),
        ("家族の合言葉は「シロクマ」です。", "シロクマ"),
        ("秘密の質問の答え：ポチ", "ポチ"),
        ("秘密の質問の答えは山田屋です", "山田屋"),
        ("セキュリティコード 123", "123"),
        ("セキュリティコード（裏面3桁）：１２３", "１２３"),
        ("CVV：123", "123"),
        ("CVC2 4567", "4567"),
        ('<input type="password" value="hunter2x">', "hunter2x"),
        ("<input value='hunter2x' name='login_password' id=a>", "hunter2x"),
        ('<add key="Password" value="hunter2x"/>', "hunter2x"),
        ('<user name="a" password="hunter2x">', "hunter2x"),
        ('{"name": "password", "value": "hunter2x"}', "hunter2x"),
    ],
)
def test_the_value_after_its_label(text: str, value: str) -> None:
    assert ("SECRET", value) in values(SECRETS, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "パスワード：",
        "password reset",
        "password policy",
        "パスワードは8文字以上",
        "パスワード：********",
        "パスワード：xxxx",
        "パスワードを変更してください",
        "passport: TR1234567",
        "bypass=1234",
        "compass 12345",
        "tokenise 12345",
        "PIN: 12",
        "パスワード: <password>",
        "トークンは 4096 tokens",
        "パスワードは忘れました",
        "パスワードは必須です",
        "パスワード：8文字以上の英数字",
        "パスワード：半角英数8文字",
        "パスワード：生年月日の8桁",
        "パスワード：別紙12",
        "パスワード：令和8年4月1日",
        "パスワード：別途通知",
        "パスワードは「なし」です",
        "パスワードは「ひらがな」で",
        "パスワードはUTF-8で保存する",
        "パスワード：Excelで設定",
        "パスワード：required",
        "PW→再発行",
        "PW：expired",
        "password: string",
        "pass: komorebi",
        "今年の合言葉は「みんなで減災」です。",
        "防災の合言葉は「おかしも」です。",
        "合言葉はいつもありがとうございます",
        "合言葉を決めておきましょう",
        "秘密の質問の答え：登録済み",
        "秘密の質問の答えを忘れた",
        "セキュリティコードは3桁です",
        "セキュリティコード 123円",
        "CVV：3桁の数字",
        "CVVABC 123",
        '<input type="password" name="pw1" maxlength="64">',
        'password = os.environ["DB_PASSWORD"]',
        'password = os.getenv("DB_PASSWORD1")',
        'password = config["password"]',
        "password = request.form['password1']",
        "password = settings.DB_PASSWORD_1",
        'password = get_secret("db1")',
        "password: ${DB_PASSWORD1}",
        "DB_PASSWORD=$DB_PASS1",
        "password: {{ secrets.DB_PASSWORD1 }}",
        "password: <your-password-1>",
        "password: your-password1",
        "password: changeme",
    ],
)
def test_talk_about_secrets_is_none(text: str) -> None:
    assert values(SECRETS, text) == set()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/reset?token=abcdef123456",
        "https://example.com/x?a=1&api_key=k9s8d7f6",
        "https://example.com/x?sv=2022-11-02&sig=Ab3%2Fxyz",
        "https://user:pass1@example.com/",
        "https://example.com/share/a8Fk39dkLs02mZ81qP",
        "https://hooks.example.com/services/T0123/B0123/a8Fk39dkLs02mZ81qP",
        "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｃｏｍ／？ｔｏｋｅｎ＝ａｂｃ１２３ｄｅｆ",
        "https://example.com/?q=1&token=\nabcdef123456",
    ],
)
def test_a_url_that_carries_a_key_is_found_whole(url: str) -> None:
    assert ("URL_TOKEN", url) in values(SECRETS, f"こちら {url} から")


@pytest.mark.parametrize("end", ["）", "。", "、", '"', ">", "]", ",", "."])
def test_the_mark_after_a_url_does_not_belong_to_it(end: str) -> None:
    url = "https://example.com/reset?token=abcdef123456"
    assert ("URL_TOKEN", url) in values(SECRETS, f"（{url}{end}")


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/page?id=3",
        "https://example.com/?code=12",
        "https://www.city.example.lg.jp/kurashi/zeikin/index.html",
        "https://example.com/share/annual-report-of-the-library",
        "https://example.com/search?key=library",
        "http://",
        "://",
        "https://example.com/reset?token=",
    ],
)
def test_other_urls_are_nobody_s_secret(text: str) -> None:
    assert not any(type_ == "URL_TOKEN" for type_, _ in values(SECRETS, text))


def test_the_password_of_a_connection() -> None:
    assert values(SECRETS, "postgres://app:s3cr3t@db/x") == {("SECRET", "s3cr3t")}


def test_a_private_key_to_its_end() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"
    assert values(SECRETS, f"鍵：\n{key}\n以上") == {("SECRET", key)}
    assert values(SECRETS, "-----BEGIN PRIVATE KEY-----\nMIIE\n…") == {
        ("SECRET", "-----BEGIN PRIVATE KEY-----\nMIIE\n…")
    }
    assert values(SECRETS, "-----BEGIN CERTIFICATE-----\nMIIB") == set()


def test_without_rules_nothing_is_proposed() -> None:
    assert candidates(Secrets([]), "パスワード：x1y2z3w4 https://a.jp/?token=abc123def") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("パスワードが変わりました。新しいのは mizuho-3381 です。", "mizuho-3381"),
        ("暗証番号が4月1日から 5520 になります", "5520"),
        ("コピー機のパスワード何だったか教えてください\n→ 7431980 です", "7431980"),
        ("パスワードをお送りします。\n\nKensetu-0714\n以上", "Kensetu-0714"),
        ("rootのパスワード、前のまま（P@ssw0rd2025）なので", "P@ssw0rd2025"),
        ("パスワードのヒント：犬の名前 → pochi1998", "pochi1998"),
        (
            "パスワードは大文字のエー、小文字のビー、3、シャープです",
            "大文字のエー、小文字のビー、3、シャープ",
        ),
        ("パスフレーズは kawa no nagare 77 です", "kawa no nagare 77"),
        ("管理者パスワードを一時的に Zaimu@0401!tmp にしました。", "Zaimu@0401!tmp"),
        ("暗証番号を忘れた方が「前の番号は6083だったはず」と言う。", "6083"),
        ("拠点間VPNの事前共有鍵は psk-31bW7ke です。", "psk-31bW7ke"),
        ("秘密の質問：母の旧姓は？\n答え：久慈", "久慈"),
        ("キーボックス（玄関左）番号「4419」で開く", "4419"),
    ],
)
def test_a_sentence_leads_to_the_secret(text: str, value: str) -> None:
    assert ("SECRET", value) in values(SECRETS, text)


@pytest.mark.parametrize(
    "text",
    [
        "パスワードが変わりました。今は窓口で確認できます。",
        "パスワードを変更しました。2026年4月1日から適用です。",
        "暗証番号が4月1日から6桁に変わります。",
        "パスワードを教えてください。→ 0585-22-1131 へお電話ください。",
        "パスワードについて教えてください。 2026-04-01 に変更しました",
        "パスワードをお知らせします。\n2026年5月1日 情報政策課",
        "パスワード\n1. 10文字以上\n2. 英数字を混ぜる\n3. 使い回さない",
        "トークンは今月から 4096 に増えました。",
        "秘密の質問：母の旧姓は？ は廃止しました。",
        "キーボックス 2個（3,480円）を購入した。",
        "passphrase: it must be at least 20 characters",
        "パスワードを一時的に Teams に保存しないでください。",
        "暗証番号を3回間違えると、次の番号は発行されません。",
        "result=NG reason=bad_password\n2026-03-04 09:15:01 DEBUG reset",
    ],
)
def test_a_sentence_that_leads_to_something_else(text: str) -> None:
    assert values(SECRETS, text) == set()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("curl -u batch:Ba7ch!run https://api.example.jp/v2", "Ba7ch!run"),
        ("sshpass -p 'tuNnel-55' ssh ope@gw", "tuNnel-55"),
        ("mysql -u root -pr00tRoot8 kaigo", "r00tRoot8"),
        ("net use Z: \\\\fs01\\a /user:CITY\\a toukei-R8!", "toukei-R8!"),
        ("CREATE USER 'r'@'%' IDENTIFIED BY 'Rep0rt!view';", "Rep0rt!view"),
        ('ConvertTo-SecureString "Adm!n-2026" -AsPlainText', "Adm!n-2026"),
        ("jdbc:oracle:thin:kokuho/koku26ho@//ora01:1521/P", "koku26ho"),
        ("jdbc:postgresql://db02/kaigo?user=a&password=kaiGo_551", "kaiGo_551"),
        ("WIFI:T:WPA;S:hall;P:hall2468sakura;;", "hall2468sakura"),
        ("redis://:rEd1s-p4ss@cache01:6379/0", "rEd1s-p4ss"),
        ("管理画面（admin / hinan2026）", "hinan2026"),
        ("AZURE_OPENAI_KEY=4dba41ecccc3fc1626e53a13043b026c", "4dba41ecccc3fc1626e53a13043b026c"),
        ("Cookie: JSESSIONID=S5D9IK40VSTQQZPT49ZH; lang=ja", "S5D9IK40VSTQQZPT49ZH"),
    ],
)
def test_commands_and_settings_hold_secrets(text: str, value: str) -> None:
    assert values(SECRETS, text) == {("SECRET", value)}


@pytest.mark.parametrize(
    "text",
    [
        "curl -u $USER:$PASS https://api.example.jp/",
        "mysql -u root -p kaigo < dump.sql",
        "ALTER USER app IDENTIFIED BY '********';",
        "PUBLIC_KEY=MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQg",
        "CACHE_KEY: shisetsu_list_v20260401abcdef",
        "admin / user / guest の3つの権限があります。",
        "$pw = ConvertTo-SecureString $plain -AsPlainText",
    ],
)
def test_commands_without_a_secret(text: str) -> None:
    assert values(SECRETS, text) == set()


def test_a_column_and_a_list_of_secrets() -> None:
    table = "| 名称 | ID | パスワード |\n|---|---|---|\n| 文書 | b01 | Bun#sho55 |\n| 庶務 | s01 | shomu!2k |"
    assert values(SECRETS, table) == {("SECRET", "Bun#sho55"), ("SECRET", "shomu!2k")}
    assert values(SECRETS, "サーバ\tパスワード\nweb01\top5-Web") == {("SECRET", "op5-Web")}
    assert values(SECRETS, "| 項目 | パスワード |\n| --- | --- |\n| 長さ | 12文字以上 |") == set()
    assert values(SECRETS, "回復コード\n1. 7f3k-92mp\n2. q8zt-41xn") == {
        ("SECRET", "7f3k-92mp"),
        ("SECRET", "q8zt-41xn"),
    }


def test_the_setting_below_a_url_is_not_its_rest() -> None:
    found = values(SECRETS, "ENDPOINT=https://a.example.com/\nAPI_KEY=4dba41ecccc3fc1626e53a13")
    assert found == {("SECRET", "4dba41ecccc3fc1626e53a13")}


def test_webhooks_and_the_names_of_pages() -> None:
    hook = "https://discord.com/api/webhooks/196114593186272533/weGThdgH9hmsOazM4n8PVGXpV9Wv4Esb7y"
    assert values(SECRETS, hook) == {("URL_TOKEN", hook)}
    assert values(SECRETS, "https://city.example.jp/services/nyuuen-annai-2026-07-r8/") == set()


def test_an_empty_setting_does_not_take_the_next_one_for_its_value() -> None:
    text = ".env の書き方\nAPI_KEY=\nDB_PASSWORD=<ここに入力>\nJWT_SECRET=\n"
    assert values(SECRETS, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "model,prompt_tokens,completion_tokens\ngpt-4o,7118,240\ngpt-4o-mini,912,88",
        "name,tokens,cost\n要約,1204,0.12",
        "利用者,トークン\n市民課,7118\n税務課,6940",
        "test,pass,fail\nlogin,1204,31\nlogout,1310,12",
    ],
)
def test_a_column_of_counts_is_none(text: str) -> None:
    assert not [one for one in Inspector().inspect(text) if one.type == "SECRET"]


def test_a_column_of_tokens_that_are_keys_is_one() -> None:
    text = "name,token\nkikaku,tk-9f2b7c1e5d\nzeimu,tk-0d8e7a61fb"
    assert [one.of(text) for one in Inspector().inspect(text) if one.type == "SECRET"] == [
        "tk-9f2b7c1e5d",
        "tk-0d8e7a61fb",
    ]

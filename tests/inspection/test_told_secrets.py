"""Secrets that a talk leads to, and talks that lead to something else."""

from __future__ import annotations

import time

import pytest

from kijun.inspection.secrets import Secrets
from tests.inspection.scenes import candidates, rules, values

SECRETS = Secrets(rules("secret", "told", "url", "pem"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("パスワードを前任に聞いたらshirasagi-0915だそうです。えっ、それ言って大丈夫？", "shirasagi-0915"),
        ("10:02 佐伯: 共有フォルダのパス教えて\n10:03 門脇: Asagao#91\n10:03 佐伯: ありがと", "Asagao#91"),
        ("社内Wi-Fi変わった？\n\n菊池 10:23\nうん、今は Haruichi-ban6", "Haruichi-ban6"),
        ("田村「zipのパスワードは？」\n小野「tanuki0829」", "tanuki0829"),
        ("鍵箱のナンバーって何でしたっけ\nA: 0358", "0358"),
        ("解凍用パスワードです。\n\nR8shokuin_7\n\nよろしく", "R8shokuin_7"),
        ("パスワードは誰が知ってますか。あ、私です。kumo_Waki7です。", "kumo_Waki7"),
        ("添付のExcelは zei2027% で開きます。", "zei2027%"),
        ("あ、鍵ついてます。enq-2209zで開くはずです", "enq-2209z"),
        ("二要素のコード届きました → 614 093 5分以内に入れてください", "614 093"),
        ("SMSで六桁きました。271945。これ入れればいいんですか？", "271945"),
        ("G-604817 が Google の確認コードです。", "604817"),
        ("914 207 is your login code for Minato Portal.", "914 207"),
        ("Use 77320518 to finish signing in.", "77320518"),
        ("マンションの入口は *1208# で開錠できます。", "*1208#"),
        ("暗証番号は夫の誕生日の 0723 だと本人が話す。", "0723"),
        ("暗証番号が2580から4096に変わりました", "4096"),
        ("初期パスワードは生年月日8桁のまま：19870513", "19870513"),
        ("パスワードのヒントは猫の名前。つまり momo0214。", "momo0214"),
        ("証明書のパスフレーズ「kawa no hotori 3」。", "kawa no hotori 3"),
        ("パスフレーズは「春の小川はさらさら行くよ」です。", "春の小川はさらさら行くよ"),
        ("鍵のパスフレーズ correct horse battery staple を忘れない", "correct horse battery staple"),
        ('The passphrase for the drive is "purple lantern seven rivers".', "purple lantern seven rivers"),
        ("the zip is locked with otter-55-lake", "otter-55-lake"),
        ("If it asks for a password, type Kestrel_2027.", "Kestrel_2027"),
        ("the default password (admin1234) on the camera", "admin1234"),
        ("Alarm code for the annex: 90417", "90417"),
        ("パスワードはですね、小文字でkawasemi、そのあと数字です", "kawasemi"),
        ("リカバリーコードを控えました：k7q2m-9xwzr、t4y8p-b3nc6", "t4y8p-b3nc6"),
    ],
)
def test_a_talk_tells_the_secret(text: str, value: str) -> None:
    assert ("SECRET", value) in values(SECRETS, text)


@pytest.mark.parametrize(
    "text",
    [
        "パスワードは「忘れにくく推測されにくい」ものにしましょう",
        "パスフレーズは「単語を四つ以上並べる」のがよいとされます。",
        "パスワードが「間違っています」と表示される",
        "パスワードは不要です。部屋は B-204 です",
        "ログインID 204517（職員番号）でログインする",
        "パスワードを12345678のような単純なものにしない。",
        "例：パスワード「Abc12345」",
        "暗証番号を決めた。電話0585-22-1180、内線2310です",
        "暗証番号の問合せは、情報政策課（電話0465-27-1150、内線311〜313）とする。",
        "パスワードについて\n2027年4月1日\n情報政策課",
        "ファイルは report-2027-04.xlsx で保存しました。",
        "ファイルはどれ？\nB: report-2027-04",
        "コードを src/verify_2027.py に追加した",
        "SMSの案内によれば、接種は5月12日 14:30 です。",
        "Enter the 6-digit code we sent to your phone.",
        "Please sign in at the front desk, room 1204.",
        "PINを変える手順はWindows11で変わった。",
        "DB_PASSWORD=xxxxxxxx",
        "token_count=1024",
        "def login(user, password, otp=None):",
        "SECRET_KEY = secrets.token_hex(32)",
        "docker run -p 8080:80 nginx",
        "mysql -p3306 は誤りで、-P 3306 と書く",
    ],
)
def test_a_talk_that_tells_none(text: str) -> None:
    assert values(SECRETS, text) == set()


def test_without_its_rule_a_talk_tells_nothing() -> None:
    assert candidates(Secrets(rules("secret")), "添付のExcelは zei2027% で開きます。") == []


@pytest.mark.parametrize(
    "bit", ["パスワード", "パスワード？\n", "code is ", "鍵は1234で", "パスフレーズ「a b c "]
)
def test_time_grows_with_the_text_only(bit: str) -> None:
    times = []
    for size in (2_000, 8_000):
        text = bit * (size // len(bit))
        start = time.process_time()
        candidates(SECRETS, text)
        times.append(time.process_time() - start)
    assert times[1] < 12 * times[0] + 0.5

"""What the trail's codes about people are called."""

from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.roles import Role
from kijun.governance.audit import words

SECOND_FACTORS = {"totp": _("認証アプリ"), "webauthn": _("パスキー"), "recovery_codes": _("予備コード")}


def register() -> None:
    words.add_actions(
        {
            "accounts.added": _("職員を追加した"),
            "accounts.changed": _("職員の氏名などを変更した"),
            "accounts.deactivated": _("職員を停止した"),
            "accounts.reactivated": _("職員を再開した"),
            "accounts.posted": _("所属を登録した"),
            "accounts.posting_ended": _("所属の終わりを登録した"),
            "accounts.role_granted": _("役割を付けた"),
            "accounts.role_ended": _("役割の終わりを登録した"),
            "accounts.imported": _("職員を一括で取り込んだ"),
            "accounts.set_up_link_made": _("初期設定のリンクを作った"),
            "accounts.recovery_link_made": _("回復リンクを作った"),
            "accounts.recovered": _("回復リンクで新しいパスワードを設定した"),
            "accounts.password_changed": _("パスワードを変更した"),
            "accounts.sessions_ended": _("サインインを終わらせた"),
            "accounts.locked_out": _("続けて間違えたためロックした"),
            "accounts.unlocked": _("ロックを解除した"),
            "accounts.second_factor_added": _("二段階認証を設定した"),
            "accounts.second_factor_removed": _("二段階認証をやめた"),
            "accounts.second_factor_reset": _("二段階認証を解除した"),
            "accounts.recovery_codes_renewed": _("予備コードを作り直した"),
        }
    )
    words.add_kinds({"accounts.person": _("職員"), "accounts.entrylink": _("初期設定のリンク")})
    words.add_values(
        "accounts.person",
        {
            "role": dict(Role.choices),
            "roles": dict(Role.choices),
            "to_oneself": {"true": _("はい")},
            "kind": SECOND_FACTORS,
            "kinds": SECOND_FACTORS,
        },
    )
    words.add_values("accounts.transfer", {"roles": dict(Role.choices)})
    words.add_fields(
        {
            "staff_number": _("職員番号"),
            "department": _("部署"),
            "code": _("コード"),
            "title": _("職名"),
            "concurrent": _("兼務"),
            "role": _("役割"),
            "valid_from": _("いつから"),
            "valid_to": _("いつまで"),
            "last_day": _("最後の日"),
            "to_oneself": _("自分に付けた"),
            "sessions_ended": _("終わらせたサインインの数"),
            "kind": _("種類"),
            "kinds": _("種類"),
            "add": _("追加"),
            "change": _("変更"),
            "same": _("変更なし"),
            "error": _("誤り"),
            "missing": _("ファイルにない"),
        }
    )

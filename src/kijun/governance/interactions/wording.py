"""Words for what stands in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import NOT_INSPECTED, group_of
from kijun.governance.access.handling import GROUP_LABELS, TYPES, type_label
from kijun.inspection import Attack
from kijun.ledger.model import Kind, Record, Verdict

VERDICTS: Final[Mapping[str, StrOrPromise]] = {
    Verdict.ALLOWED: _("そのまま通した"),
    Verdict.MASKED: _("伏せて通した"),
    Verdict.CONFIRMED: _("本人が確かめて送った"),
    Verdict.TO_CONFIRM: _("本人の確認待ち"),
    Verdict.BLOCKED: _("止めた"),
    Verdict.FAILED: _("AIが答えなかった"),
    Verdict.INCOMPLETE: _("途中で終わった"),
    Verdict.NONE: _("判定なし"),
}
TONES: Final[Mapping[str, str]] = {
    Verdict.ALLOWED: "success",
    Verdict.MASKED: "info",
    Verdict.CONFIRMED: "warning",
    Verdict.TO_CONFIRM: "warning",
    Verdict.BLOCKED: "danger",
    Verdict.FAILED: "danger",
    Verdict.INCOMPLETE: "warning",
}
KINDS: Final[Mapping[str, StrOrPromise]] = {
    Kind.INPUT: _("入力"),
    Kind.OUTPUT: _("出力"),
    Kind.DECISION: _("予測・判定"),
    Kind.OUTCOME: _("あとで分かった結果"),
}
SOURCES: Final[Mapping[str, StrOrPromise]] = {
    "gateway": _("AIゲートウェイ"),
    "import": _("ファイルの取込み"),
    "otlp": _("OpenTelemetry"),
    "decisions": _("予測AIの判定"),
    "chat": _("AIの画面"),
}
UNINSPECTED: Final[Mapping[str, StrOrPromise]] = {
    "image": _("画像"),
    "audio": _("音声"),
    "file": _("ファイル"),
    "tokens": _("数値の列"),
    "remote": _("外部のURLが指すもの"),
    "stored": _("AIサービスに保存されたもの"),
    "tool": _("AIサービスの道具"),
    "parameter": _("知らない項目"),
    "other": _("そのほか"),
}
LOOKS: Final[Mapping[str, StrOrPromise]] = {
    "searched": _("検索した"),
    "exported": _("Excelに書き出した"),
    "taken_out": _("すべての記録を監査用に書き出した"),
    "opened": _("開いた"),
    "unmasked": _("伏せた値を表示した"),
}
COMPARED: Final[Mapping[str, StrOrPromise]] = {
    "interactions": _("利用回数"),
    "people": _("利用した職員"),
    "blocked": _("止めた件数"),
    "masked": _("伏せて通した件数"),
    "refused": _("断った利用"),
    "out_of_hours": _("時間外の利用"),
    "failed": _("失敗・中断"),
    "attacks": _("AIへの攻撃の疑い"),
}
#: What became of the records in which something was found.
FOUND: Final[Mapping[str, StrOrPromise]] = {
    "count": _("見つかった記録"),
    "masked": _("伏せた記録"),
    "confirmed": _("本人に確認を求めた記録"),
    "blocked": _("止めた記録"),
}
_PEOPLE: Final = frozenset({"people"})
_RECORDS: Final = frozenset({"blocked", "masked", "attacks"})


def amount(name: str, n: int) -> SafeString:
    """A figure of `COMPARED` with its unit: 8回, 3人, 2件."""
    if name in _PEOPLE:
        unit = pgettext("one person", "人") if n == 1 else pgettext("people", "人")
    elif name in _RECORDS:
        unit = pgettext("one record", "件") if n == 1 else pgettext("records", "件")
    else:
        unit = pgettext("once", "回") if n == 1 else pgettext("times", "回")
    return format_html("{}<small>{}{}</small>", f"{n:,}", " " if english() else "", unit)


ANOMALIES: Final[Mapping[str, StrOrPromise]] = {
    "attacks": _("AIを操ろうとする記述が見つかりました。だれが、何を入力したかを確かめてください。"),
    "blocked": _(
        "止めた件数が、前の月の2倍以上になりました。何を入力しようとしたかを確かめ、必要なら使い方を周知してください。"
    ),
    "refused": _(
        "断った利用が20回以上ありました。停止中や期限切れのまま使おうとしている人や仕組みがないか確かめてください。"
    ),
    "out_of_hours": _("利用の5分の1以上が、開庁時間の外です。必要な業務かどうかを確かめてください。"),
    "failed": _("利用の10分の1以上が、失敗か中断です。IT担当者に相談してください。"),
    "surge": _("利用回数が、前の月の3倍以上になりました。新しい使い方が始まっていないか確かめてください。"),
}
OUT_OF_HOURS: Final = _("開庁時間の外（夜間、土日祝日、閉庁日）")
#: What the gateway says of use that did not pass it (traces, decisions): it could not prevent it.
TOO_LATE: Final[Mapping[str, StrOrPromise]] = {
    "POLICY_VIOLATION": _("止めるべきだった利用"),
    "USED_WHILE_STOPPED": _("停止中・時間外の利用"),
}
#: What stands among the findings and is none: no group of a policy has it.
MARKS: Final[Mapping[str, StrOrPromise]] = {
    **TOO_LATE,
    NOT_INSPECTED: _("検査できなかったもの（画像・音声など）"),
}
#: All types that a search offers; the indirect attack is named by the gateway alone.
FINDINGS: Final = tuple(dict.fromkeys((*TYPES, str(Attack.INDIRECT), *MARKS)))
#: Kinds that a search asks for together: those of a group.
GROUPED: Final[Mapping[str, frozenset[str]]] = {
    f"group:{group}": frozenset(one for one in FINDINGS if one not in MARKS and group_of(one) is group)
    for group in GROUP_LABELS
}
#: Verdicts that a search asks for together.
TOGETHER: Final[Mapping[str, tuple[frozenset[str], StrOrPromise]]] = {
    "confirmation": (
        frozenset((Verdict.CONFIRMED, Verdict.TO_CONFIRM)),
        _("本人に確認を求めた（送ったものと待っているもの）"),
    ),
    "unanswered": (
        frozenset((Verdict.FAILED, Verdict.INCOMPLETE)),
        _("AIが答えなかったか、途中で終わった"),
    ),
}
#: What the halves of an interaction are called where both stand in one line.
HALVES: Final[Mapping[str, StrOrPromise]] = {
    Kind.INPUT: _("質問"),
    Kind.OUTPUT: _("回答"),
    Kind.DECISION: _("予測・判定"),
    Kind.OUTCOME: _("実際"),
}


def english() -> bool:
    """The page is read in English."""
    return (get_language() or "ja").startswith("en")


def verdict(record: Record | None) -> tuple[StrOrPromise, str]:
    """Words and tone of an entry's verdict."""
    if record is None:
        return "", ""
    return VERDICTS.get(record.verdict, record.verdict), TONES.get(record.verdict, "neutral")


def asked_verdict(name: str) -> StrOrPromise:
    """What a search asks for: a verdict, or several."""
    return TOGETHER[name][1] if name in TOGETHER else VERDICTS.get(name, name)


def finding(type: str) -> str:
    """A kind of finding, or all of a group (``group:attack``), for people."""
    if type in GROUPED:
        return gettext("%(group)s（すべて）") % {"group": GROUP_LABELS[type.removeprefix("group:")]}
    return str(MARKS.get(type) or type_label(type))


def finding_group(type: str) -> StrOrPromise:
    """The group that a kind of finding belongs to."""
    if type in TOO_LATE:
        return _("ゲートウェイを通らない利用")
    if type == NOT_INSPECTED:
        return _("検査の対象外")
    return GROUP_LABELS[group_of(type)]


def source(name: str) -> StrOrPromise:
    """Where a record came from."""
    return SOURCES.get(name, name)

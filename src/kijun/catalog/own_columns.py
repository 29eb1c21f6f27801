"""The columns of the sheet in which a municipality keeps its own controls."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from kijun.catalog.model import Control, Text
from kijun.catalog.vocabulary import Evidence, Frequency, Level, Role, Tier, label

SHEETS = ("独自の対策", "Own controls")
MAX_DONE_WHEN = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its headings, whether a row must fill it, how long its text may be, and how to fill it."""

    key: str
    name: Text
    hint: Text
    example: Text
    required: bool = False
    longest: int = 40
    width: int = 14
    words: tuple[Role | Level | Frequency | Tier, ...] = ()

    def headings(self) -> set[str]:
        """What the heading may read, as `fold` gives it."""
        return {fold(self.key), fold(self.name.ja), fold(self.name.en)}


def fold(text: str) -> str:
    """A heading or a closed word as it is compared, without regard to width, case, spaces and low lines."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("_", "").split())


def _done_when(number: int) -> Column:
    return Column(
        f"done_when_{number}",
        Text(f"完了の条件{number}", f"Done when {number}"),
        Text("見て確かめられる事実を一つ書きます。", "One fact that can be seen."),
        Text("点検表に確認日と確認者が書かれている", "The checklist carries date and name")
        if number == 1
        else Text(""),
        required=number == 1,
        longest=300,
        width=36,
    )


def _done_when_en(number: int) -> Column:
    return Column(
        f"done_when_{number}_en",
        Text(f"完了の条件{number}（英語）", f"Done when {number} in English"),
        Text("英語の画面に出す文です。", "Shown on English screens."),
        Text("The checklist carries date and name") if number == 1 else Text(""),
        longest=600,
        width=36,
    )


COLUMNS: tuple[Column, ...] = (
    Column(
        "id",
        Text("番号", "ID"),
        Text("L、項目の番号、通し番号。", "L, the number of the topic, a running number."),
        Text("L5.1.1", "L5.1.1"),
        required=True,
        longest=12,
        width=10,
    ),
    Column(
        "title",
        Text("名称", "Title"),
        Text("対策の短い名です。", "A short name."),
        Text("窓口端末での画面の目隠し", "Privacy screens at the counter"),
        required=True,
        longest=80,
        width=28,
    ),
    Column(
        "statement",
        Text("対策", "Statement"),
        Text("だれが何をするかを一、二文で書きます。", "Who does what, in one or two sentences."),
        Text(
            "職員は、窓口でAIを使う端末に目隠しを付ける。",
            "Fit a privacy screen to counter terminals that use AI.",
        ),
        required=True,
        longest=1000,
        width=50,
    ),
    *(_done_when(number) for number in range(1, MAX_DONE_WHEN + 1)),
    Column(
        "role",
        Text("役割", "Role"),
        Text("だれの対策かを選びます。", "Whose control it is."),
        Text(label(Role.USER), label(Role.USER, "en")),
        required=True,
        words=tuple(Role),
    ),
    Column(
        "level",
        Text("単位", "Level"),
        Text("答える単位を選びます。", "Where it is answered."),
        Text(label(Level.ORGANISATION), label(Level.ORGANISATION, "en")),
        required=True,
        width=16,
        words=tuple(Level),
    ),
    Column(
        "frequency",
        Text("頻度", "Frequency"),
        Text("繰り返す間隔を選びます。", "How often it is done again."),
        Text(label(Frequency.YEARLY), label(Frequency.YEARLY, "en")),
        required=True,
        words=tuple(Frequency),
    ),
    Column(
        "tier",
        Text("求めるリスク区分", "Tier from"),
        Text("この区分以上のAIシステムに求めます。", "Required of systems of this tier and above."),
        Text(label(Tier.MEDIUM), label(Tier.MEDIUM, "en")),
        required=True,
        width=12,
        words=tuple(Tier),
    ),
    Column(
        "place",
        Text("根拠", "Source"),
        Text("条例、規則、要綱などの条項です。", "The rule that asks for it."),
        Text("AI利用要綱 第5条", "Rules on the use of AI, article 5"),
        longest=200,
        width=24,
    ),
    Column(
        "risks",
        Text("下げるリスク", "Risks"),
        Text("リスクの番号を「、」で区切ります。", "Ids of risks, with commas between."),
        Text("R5.1.1", "R5.1.1"),
        longest=200,
    ),
    Column(
        "file",
        Text("証跡ファイル", "File evidence"),
        Text("ファイルを証跡にできるなら○。", "○ where a file can prove it."),
        Text("○", "○"),
        longest=4,
    ),
    Column(
        "link",
        Text("証跡リンク", "Link evidence"),
        Text("リンクを証跡にできるなら○。", "○ where a link can prove it."),
        Text(""),
        longest=4,
    ),
    Column(
        "title_en",
        Text("名称（英語）", "Title in English"),
        Text("英語の画面に出す名です。", "Shown on English screens."),
        Text("Privacy screens at the counter"),
        longest=160,
        width=28,
    ),
    Column(
        "statement_en",
        Text("対策（英語）", "Statement in English"),
        Text("英語の画面に出す文です。", "Shown on English screens."),
        Text("Fit a privacy screen to counter terminals that use AI."),
        longest=2000,
        width=50,
    ),
    *(_done_when_en(number) for number in range(1, MAX_DONE_WHEN + 1)),
    Column(
        "note", Text("備考", "Note"), Text("読み込みません。", "Not read."), Text(""), longest=2000, width=28
    ),
)


def row_of(control: Control, lang: str = "ja") -> list[str]:
    """An own control as a row of the sheet, in the order of `COLUMNS`."""
    facts = control.done_when[:MAX_DONE_WHEN]
    empty = [""] * (MAX_DONE_WHEN - len(facts))
    return [
        control.id,
        control.title.ja,
        control.statement.ja,
        *[text.ja for text in facts],
        *empty,
        label(control.role, lang),
        label(control.level, lang),
        label(control.frequency, lang),
        label(control.tiers[0], lang),
        control.place,
        "、".join(control.risks),
        "○" if Evidence.FILE in control.evidence else "",
        "○" if Evidence.LINK in control.evidence else "",
        control.title.en,
        control.statement.en,
        *[text.en for text in facts],
        *empty,
        "",
    ]

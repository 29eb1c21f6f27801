"""What becomes of a request: the action for each finding, and the strictest of them.

Who wrote a text matters. An application's own instructions are no attack on it, and a list of words to avoid in them is no expression; an
earlier answer was judged when it was given. What a document says is not what the person says: an attack in it is an indirect one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from kijun.gateway.carried import FIELD as CARRIED
from kijun.gateway.confirmations import findings_digest
from kijun.gateway.errors import PERMISSION, Refusal
from kijun.gateway.guard import told
from kijun.gateway.handling import DEFAULT_INPUT, PERSONAL, action_for, group_of, strictest
from kijun.gateway.lines import may_hold_placeholder
from kijun.gateway.pieces import Piece, Source, Uninspected, only_touching
from kijun.gateway.snapshot import Action, Group, Handling
from kijun.inspection import Attack, Finding, Inspection, Kind, Placeholders, Treatment, Words, treat
from kijun.inspection.again import found_again
from kijun.inspection.vocabulary import LABELS

_MOST_RECORDED: Final = 1_000
_MOST_ANSWERED: Final = 100
_OWN_WORDS: Final = frozenset((Group.ATTACK, Group.EXPRESSION, Group.FORBIDDEN))
_SAID_BEFORE: Final = frozenset((Group.EXPRESSION, Group.FORBIDDEN))
#: The rule that weighs how a whole text is written. An AI that speaks of itself writes much like somebody who speaks to one.
_BY_STYLE: Final = "attack-model"


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its piece, its effective type and what becomes of it."""

    piece: Any
    finding: Finding
    type: str
    action: Action

    def told(self) -> dict[str, Any]:
        """For answers and records."""
        return told(self.piece.place, self.piece.message, self.finding, self.type, self.action)


@dataclass(slots=True)
class Judgement:
    """All findings of a request, and the inspections by piece."""

    pieces: Sequence[Piece]
    inspections: Sequence[Inspection]
    actions: Actions
    found: list[Found] = field(default_factory=list)

    @property
    def strictest(self) -> Action:
        """The action that wins."""
        return strictest(one.action for one in self.found)

    def of(self, action: Action) -> list[Found]:
        """The findings with an action."""
        return [one for one in self.found if one.action is action]

    def types(self) -> tuple[str, ...]:
        """The types that were found, sorted."""
        return tuple(sorted({one.type for one in self.found}))

    def counts(self) -> dict[str, int]:
        """How many of each type."""
        counts: dict[str, int] = {}
        for one in self.found:
            counts[one.type] = counts.get(one.type, 0) + 1
        return counts

    def recorded(self) -> list[dict[str, Any]]:
        """For the record, up to a number."""
        return [one.told() for one in self.found[:_MOST_RECORDED]]

    def answered(self, actions: Iterable[Action]) -> list[dict[str, Any]]:
        """For a refusal: those that are the reason."""
        wanted = frozenset(actions)
        return [one.told() for one in self.found if one.action in wanted][:_MOST_ANSWERED]

    def digest(self) -> str:
        """What a confirmation is bound to."""
        return findings_digest(
            (one.piece.place, one.type, one.finding.start, one.finding.end)
            for one in self.found
            if one.action is Action.CONFIRM
        )

    @property
    def sends_personal(self) -> bool:
        """Whether personal information goes out as it is."""
        return any(
            group_of(one.type) in PERSONAL and one.action in (Action.ALLOW, Action.CONFIRM)
            for one in self.found
        )

    @property
    def keeps_more(self) -> bool:
        """Whether the record hides more than what is sent."""
        return any(
            one.finding.kind is Kind.DATA and one.action in (Action.ALLOW, Action.CONFIRM)
            for one in self.found
        )

    def hide(self, pieces: Sequence[Piece], table: Placeholders, *, for_record: bool) -> None:
        """Put placeholders into pieces (this judgement's, or those of a copy of the same request).

        What is sent hides what the purpose masks; the record hides all data, whatever became of it.
        """
        for piece, inspection in zip(pieces, self.inspections, strict=True):
            piece.rewrite(inspection, partial(self._hidden, table, piece.source, for_record))

    def _hidden(self, table: Placeholders, source: Source, for_record: bool, inspection: Inspection) -> str:
        def how(one: Finding) -> Treatment | None:
            _, action = self.actions.of(one, source)
            hidden = action is Action.MASK or (for_record and one.kind is Kind.DATA)
            return Treatment.MASK if hidden else None

        if not inspection.findings and not may_hold_placeholder(inspection.text):
            return inspection.text
        return treat(inspection, how, table)


class Actions:
    """What a purpose does with findings of a request, by type and who wrote it."""

    def __init__(self, handling: Handling) -> None:
        self._handling = handling
        self._known: dict[tuple[str, Source], tuple[str, Action]] = {}

    def of(self, finding: Finding, source: Source) -> tuple[str, Action]:
        """The effective type and the action."""
        if source is Source.ASSISTANT and finding.rule == _BY_STYLE:
            return (
                finding.type,
                Action.ALLOW,
            )  # else a conversation ends at an answer that merely sounds like it
        key = (finding.type, source)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._decide(finding.type, source)
        return found

    def _decide(self, type: str, source: Source) -> tuple[str, Action]:
        group = group_of(type)
        if source is Source.DOCUMENT and group is Group.ATTACK:
            type = str(Attack.INDIRECT)
        if (source is Source.OPERATOR and group in _OWN_WORDS) or (
            source is Source.ASSISTANT and group in _SAID_BEFORE
        ):
            return type, Action.ALLOW
        return type, action_for(type, self._handling, DEFAULT_INPUT)


def judge(pieces: Sequence[Piece], inspections: Sequence[Inspection], handling: Handling) -> Judgement:
    """Decide about each finding. What was found in one piece is found in all: a name that is hidden in one sentence is hidden in the next."""
    actions = Actions(handling)
    everywhere = found_again(inspections)
    kept = [only_touching(piece, one) for piece, one in zip(pieces, everywhere, strict=True)]
    judgement = Judgement(pieces, kept, actions)
    for piece, inspection in zip(pieces, kept, strict=True):
        in_name = getattr(piece, "in_name", None)
        for one in inspection:
            type, action = actions.of(one, piece.source)
            if action is Action.MASK and in_name is not None and in_name(one.start, one.end):
                action = Action.BLOCK  # nobody would know the name again
            judgement.found.append(Found(piece, one, type, action))
    return judgement


# --- the words of refusals ---------------------------------------------------------------------------------------


def content_blocked(judgement: Judgement) -> Refusal:
    """Something in the request may not be sent for this purpose."""
    blocked = judgement.of(Action.BLOCK)
    ja, en = _labels(blocked)
    indirect = any(one.type == Attack.INDIRECT for one in blocked)
    todo = Words(
        "該当する箇所を消すか書き換えてから、もう一度送信してください。",
        "Remove or rephrase it, and send the request again.",
    )
    if indirect:
        todo = Words(
            "文書やツールの結果の中に、AIを操ろうとする記述があります。出どころを確かめ、その部分を除いてください。",
            "A document or a tool's result holds words that try to steer the AI. Check where it comes from and leave that part out.",
        )
    return Refusal(
        403,
        "content_blocked",
        Words(
            f"送信できない内容（{ja}）が含まれているため、AIには送っていません。",
            f"The request holds what may not be sent for this purpose ({en}); nothing was sent to the AI.",
        ),
        todo,
        type=PERMISSION,
        param=blocked[0].piece.place if blocked else None,
        findings=judgement.answered((Action.BLOCK,)),
    )


def confirmation_required(judgement: Judgement, token: str, *, again: bool) -> Refusal:
    """Somebody has to look at the findings and send the request once more."""
    ja, en = _labels(judgement.of(Action.CONFIRM))
    refused = (
        Words(
            "確認トークンは、この内容のものではないか、期限が切れています。",
            "The confirmation is not for this request, or too old. ",
        )
        if again
        else Words("", "")
    )
    return Refusal(
        403,
        "confirmation_required",
        Words(
            f"{refused.ja}送信前に確認が必要な内容（{ja}）が含まれています。",
            f"{refused.en}The request holds what has to be confirmed before it is sent ({en}).",
        ),
        Words(
            "内容を確かめ、送ってよければ、同じ内容に確認トークンを付けて10分以内に送信してください。",
            "Look at it; if it may be sent, send the same request with the confirmation token within ten minutes.",
        ),
        type=PERMISSION,
        findings=judgement.answered((Action.CONFIRM,)),
        confirmation=token,
    )


def confirmation_used() -> Refusal:
    """A token counts once."""
    return Refusal(
        403,
        "confirmation_used",
        Words("この確認トークンは、すでに使われています。", "This confirmation was used before."),
        Words("もう一度確認からやり直してください。", "Send the request without it to be given a new one."),
        type=PERMISSION,
    )


_PARTS: Final = {
    "image": Words("画像", "an image"),
    "audio": Words("音声", "sound"),
    "file": Words("読み取れないファイル", "a file that cannot be read"),
    "remote": Words("外部に置かれたファイル", "a file that lies elsewhere"),
    "stored": Words("AIサービス側に保存された会話など", "what the AI service keeps"),
    "tokens": Words("トークン番号の列", "numbers of tokens"),
    "tool": Words("AIサービス側で動くツール", "a tool that the AI service runs itself"),
    "other": Words("中身を調べられない部分", "a part that cannot be read"),
}


#: How a client of the responses API does without what the service keeps.
_SEND_ALL: Final = Words(
    "会話をAIサービスに保存させず、毎回これまでの会話を全部つけて送信してください（store: false。Vercel AI SDK では "
    "providerOptions: {openai: {store: false}}、または openai.chat(モデル名)）。",
    "Send the whole conversation each time with store: false (Vercel AI SDK: providerOptions: {openai: {store: false}}, "
    "or openai.chat(model)).",
)
_OTHER_PURPOSE: Final = Words(
    "検査できない内容を認めている利用目的で使ってください。",
    "use a purpose that allows what cannot be inspected.",
)
_NOT_OURS: Final = Words(
    "この利用許可の回答として受け取った reasoning を、そのまま送り返す場合だけ送れます。ほかの reasoning は除いてください。",
    "Reasoning may go back only as it came in an answer under this grant, to the same model's service; leave other reasoning out.",
)


def uninspected_blocked(parts: Sequence[Uninspected]) -> Refusal:
    """The purpose lets nothing pass that nobody can read."""
    words = _PARTS.get(parts[0].what, _PARTS["other"])
    first, or_ = Words("その部分を除くか、", "Leave that part out, or "), Words("または、", " Or ")
    if parts[0].what == "stored" and parts[0].place != "prompt":
        first = _NOT_OURS if parts[0].key == CARRIED else _SEND_ALL
        first = Words(f"{first.ja}{or_.ja}", f"{first.en}{or_.en}")
    return Refusal(
        403,
        "content_blocked",
        Words(
            f"内容を検査できない部分（{words.ja}：{parts[0].place}）が含まれているため、AIには送っていません。",
            f"The request holds what cannot be inspected ({words.en}: {parts[0].place}); nothing was sent to the AI.",
        ),
        Words(f"{first.ja}{_OTHER_PURPOSE.ja}", f"{first.en}{_OTHER_PURPOSE.en}"),
        type=PERMISSION,
        param=parts[0].place,
    )


def stored_with_masked(part: Uninspected) -> Refusal:
    """Placeholders would stand for other values in the conversation that the service keeps."""
    return Refusal(
        403,
        "content_blocked",
        Words(
            "AIサービス側に保存された会話の続きでは、伏せた値を正しく元に戻せないため、送っていません。",
            "In a conversation that the AI service keeps, hidden values could not be put back rightly; nothing was sent.",
        ),
        _NOT_OURS if part.key == CARRIED else _SEND_ALL,
        type=PERMISSION,
        param=part.place,
    )


def may_train() -> Refusal:
    """P5.1.2: nothing personal goes to a service that may learn from it."""
    return Refusal(
        403,
        "content_blocked",
        Words(
            "個人情報が含まれていますが、このモデルのAIサービスには「学習に使わない」ことの記録がないため、送っていません。",
            "The request holds personal information, and no service of this model is on record as not training on it; nothing was sent.",
        ),
        Words(
            "個人情報を除くか、学習に使わないことを確かめたサービスのモデルを使ってください。",
            "Leave personal information out, or use a model of a service that does not train on it.",
        ),
        type=PERMISSION,
    )


def answer_blocked(finding: Finding) -> Refusal:
    """The answer is there and is not shown."""
    return Refusal(
        403,
        "content_blocked",
        Words(
            f"AIの回答に表示できない内容（{finding.label.ja}）が含まれていたため、表示していません。",
            f"The AI's answer held what may not be shown ({finding.label.en}), so it is not shown.",
        ),
        Words("聞き方を変えて、もう一度お試しください。", "Ask in another way."),
        type=PERMISSION,
        findings=[told("answer", None, finding, finding.type, Action.BLOCK)],
    )


def stopped_text(finding: Finding, *, english: bool) -> str:
    """What stands where a streamed answer was ended."""
    if english:
        return f"\n\n[The rest of this answer is not shown: {finding.label.en}.]"
    return f"\n\n［この先の回答は、表示できない内容（{finding.label.ja}）を含むため、表示していません。］"


def _labels(found: Sequence[Found]) -> tuple[str, str]:
    """The kinds of some findings, each once."""
    words = [LABELS.get(one.type, one.finding.label) for one in found]
    return "、".join(dict.fromkeys(one.ja for one in words)), ", ".join(
        dict.fromkeys(one.en for one in words)
    )

"""A person decides about an answer: uses it as it is, changed, or not at all, and says what was checked and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.reviews import answers, checklist, diffing, queries, sources
from kijun.governance.reviews.answers import Answer
from kijun.governance.reviews.models import LONGEST, Decision, Destination, Ground, Review
from kijun.web.versions import Stale

YES: Final = "yes"
NONE: Final = "none"
FLAG_DECISIONS: Final = ("fine", "mended")
"""What a person says of something flagged in an answer that is used: nothing is wrong with it, or it was mended."""
LONGEST_WORD: Final = 500


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the person says. ``checks`` and ``flags`` are ``{key: (answer, word)}``; ``own`` answers the purpose's questions in their order."""

    destination: str
    use: bool
    title: str = ""
    text: str = ""
    ground: str = ""
    reason: str = ""
    checks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    own: Sequence[tuple[str, str]] = ()
    flags: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    human_decision: str = ""
    legal_basis: str = ""
    official: Person | None = None


@transaction.atomic
def confirm(actor: Person, answer: Answer, said: Confirmation, seen_revision: int | None = None) -> Review:
    """Keep the decision. One that nobody has decided on yet is changed in place; after an approval a new one begins, which asks again.

    Raises PermissionDenied for another's answer, ValidationError by the names of the form's fields, and Stale.
    """
    if any(entry.person != str(actor.pk) for entry in answer.one.entries) or not actor.has_perm(
        "reviews.use"
    ):
        raise PermissionDenied
    before = _locked(actor, answer.one.id)
    if before is not None and before.state == Review.State.SUBMITTED:
        raise ValidationError(_("決裁中です。引き戻してから、確認し直してください。"), code="submitted")
    row = _row(actor, answer, said, before)
    row.text = answers.hidden(answers.tidy(said.text), answer.values) if row.changed else ""
    _check(row, answer, said)
    if before is not None and before.state == Review.State.APPROVED:
        _supersede(before, seen_revision)
    elif before is not None:
        before.claim(seen_revision)
        row.pk, row.revision = before.pk, before.revision
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # the same person pressed twice
        raise Stale(None) from error
    record(actor.municipality.chain, actor, "reviews.confirmed", row, _detail(row))
    return row


def _locked(actor: Person, interaction: str) -> Review | None:
    rows: Any = Review.objects.select_for_update(of=("self",), no_key=True)
    found: Review | None = rows.filter(
        municipality=actor.municipality_id, person=actor, interaction=interaction, superseded_at=None
    ).first()
    return found


def _supersede(before: Review, seen_revision: int | None) -> None:
    before.claim(seen_revision)
    before.superseded_at = timezone.now()
    before.save(update_fields=["superseded_at"])


def _row(actor: Person, answer: Answer, said: Confirmation, before: Review | None) -> Review:
    about = answers.rows_of(actor.municipality, answer)
    tier, purpose = queries.tier_of(about["system"]), about["purpose"]
    after = answers.tidy(said.text)
    changed = said.use and after != answers.tidy(answer.shown)
    found = sources.of(actor, answer.one.id)
    decision = Decision.REJECT if not said.use else Decision.EDIT if changed else Decision.ADOPT
    return Review(
        municipality=actor.municipality,
        interaction=answer.one.id,
        person=actor,
        **about,
        destination=said.destination,
        level=checklist.level(purpose, tier, said.destination),
        tier=tier,
        title=said.title.strip() or _("AIの回答"),
        changed=changed,
        changed_share=diffing.share(answers.tidy(answer.shown), after) if changed else 0,
        question_seal=answers.seal(answer.question) if answer.question else "",
        answer_seal=answers.seal(answer.text),
        checks=_checks(said, purpose) if said.use else [],
        flags=[
            {
                "type": one.type,
                "decision": said.flags.get(one.type, ("", ""))[0],
                "word": _word(said.flags, one.type),
            }
            for one in answer.flags
            if said.use
        ],
        sources=len(found),
        sources_opened=sum(one.opened for one in found),
        decision=decision,
        ground=said.ground if said.use else "",
        reason=said.reason.strip(),
        public_power=bool(purpose and purpose.public_power),
        human_decision=said.human_decision.strip(),
        legal_basis=said.legal_basis.strip(),
        official=said.official,
        state=Review.State.CONFIRMED if said.use else Review.State.REJECTED,
        approval=before.approval if before is not None and before.state != Review.State.APPROVED else None,
        confirmed_at=timezone.now(),
    )


def _word(given: Mapping[str, tuple[str, str]], key: str) -> str:
    return given.get(key, ("", ""))[1].strip()


def _checks(said: Confirmation, purpose: Any) -> list[dict[str, str]]:
    made = [
        {"key": key, "answer": answer, "word": word.strip()}
        for key, (answer, word) in said.checks.items()
        if answer
    ]
    questions = list(purpose.checklist) if purpose is not None else []
    for number, (question, (answer, word)) in enumerate(zip(questions, said.own, strict=False)):
        made.append({"key": f"own{number}", "label": question, "answer": answer, "word": word.strip()})
    return made


def _check(row: Review, answer: Answer, said: Confirmation) -> None:
    """Everything that is asked for was said. Raises ValidationError by field."""
    wrong: dict[str, list[str]] = {}
    if answer.erased:
        raise ValidationError(_("保存期間が過ぎて消去されたため、確認できません。"), code="erased")
    if row.destination not in Destination.values:
        wrong["destination"] = [_("使い道を選んでください。")]
    if row.level != checklist.LIGHT and not row.reason:
        wrong["reason"] = [_("そう判断した理由を入力してください。")]
    if row.official is not None and row.official.municipality_id != row.municipality_id:
        wrong["official"] = [_("この自治体のものから選んでください。")]
    if said.use:
        _check_text(row, said, wrong)
        _check_items(row, answer, said, wrong)
        if row.public_power:
            _check_power(row, wrong)
    if wrong:
        raise ValidationError(wrong)


def _check_text(row: Review, said: Confirmation, wrong: dict[str, list[str]]) -> None:
    if not answers.tidy(said.text):
        wrong["text"] = [_("使う文章が空です。使わないときは「使わない」を選んでください。")]
    elif len(said.text) > LONGEST:
        wrong["text"] = [_("文章は%(most)s文字までです。") % {"most": f"{LONGEST:,}"}]
    if len(row.title) > 120:
        wrong["title"] = [_("件名は120文字以内で入力してください。")]
    if row.ground not in Ground.values:
        wrong["ground"] = [_("どう確かめたかを選んでください。")]
    elif row.ground == Ground.DRAFT and row.destination == Destination.OUTSIDE:
        wrong["ground"] = [
            _("庁外に出す文章は、内容を確かめてください。下書きの参考だけなら「庁内で使う」です。")
        ]


def _check_items(row: Review, answer: Answer, said: Confirmation, wrong: dict[str, list[str]]) -> None:
    strict = row.level == checklist.STRICT
    for item in checklist.items(row.level, row.destination):
        given, word = said.checks.get(item.key, ("", ""))
        if given not in (YES, NONE) or (given == NONE and row.level == checklist.LIGHT):
            wrong[f"check-{item.key}"] = [_("「%(item)s」を確かめてください。") % {"item": item.label}]
        elif item is checklist.SOURCES and given == YES and row.sources and not row.sources_opened:
            wrong[f"check-{item.key}"] = [_("出典をまだ開いていません。1つ以上開いて、確かめてください。")]
        elif strict and not word.strip():
            wrong[f"word-{item.key}"] = [
                _("「%(item)s」に、確かめたことを一言入力してください。") % {"item": item.label}
            ]
        if len(word) > LONGEST_WORD:
            wrong[f"word-{item.key}"] = [_("500文字以内で入力してください。")]
    for number, question in enumerate(row.purpose.checklist if row.purpose is not None else []):
        if number >= len(said.own) or said.own[number][0] not in (YES, NONE):
            wrong[f"own-{number}"] = [_("「%(item)s」を確かめてください。") % {"item": question}]
    for flag in answer.flags:
        if said.flags.get(flag.type, ("", ""))[0] not in FLAG_DECISIONS:
            wrong[f"flag-{flag.type}"] = [
                _("「%(item)s」をどう判断したかを選んでください。") % {"item": flag.label}
            ]
        elif said.flags[flag.type][0] == "mended" and not row.changed:
            wrong[f"flag-{flag.type}"] = [
                _("文章が変わっていません。直してから選ぶか、「問題ない」とその理由を選んでください。")
            ]
        elif not _word(said.flags, flag.type):
            wrong[f"flagword-{flag.type}"] = [_("そう判断した理由を入力してください。")]


def _check_power(row: Review, wrong: dict[str, list[str]]) -> None:
    if not row.human_decision:
        wrong["human_decision"] = [_("人が下した判断を入力してください。AIは判断しません。")]
    if not row.legal_basis:
        wrong["legal_basis"] = [_("根拠の条文（法令・条例の名称と条）を入力してください。")]
    elif len(row.legal_basis) > 300:
        wrong["legal_basis"] = [_("根拠の条文は300文字以内で入力してください。")]
    if row.official is None or not row.official.is_active:
        wrong["official"] = [_("判断の責任者を選んでください。")]


def _detail(row: Review) -> dict[str, Any]:
    """For the trail: what was decided and how, nothing of the text."""
    detail: dict[str, Any] = {
        "interaction": row.interaction,
        "decision": row.decision,
        "destination": row.destination,
        "level": row.level,
        "changed_share": row.changed_share,
        "checks": [one["key"] for one in row.checks if one["answer"] == YES],
        "flags": [f"{one['type']}={one['decision']}" for one in row.flags],
    }
    if row.public_power:
        detail |= {"legal_basis": row.legal_basis, "official": str(row.official or "")}
    return detail

"""What records prove by themselves: that they are kept and whole, that use is analysed and looked at, what was masked and stopped."""

from __future__ import annotations

import datetime
from typing import Final

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kijun.gateway.snapshot import Group
from kijun.governance.access.models import Purpose
from kijun.governance.evidence.models import ScopeKind, Verdict
from kijun.governance.evidence.proofs import Proof, Scope, proves, shown_day
from kijun.governance.interactions import refused
from kijun.governance.interactions.counting import (
    BOTH,
    DAYS,
    STOPPED,
    Rows,
    by_type,
    counted,
    expressions,
    in_group,
    open_purposes,
    personal,
    proof_of,
    summed,
    unreadable,
    uses,
    where,
)
from kijun.governance.interactions.figures import last_month
from kijun.governance.interactions.models import AccessReport, LedgerCheck
from kijun.governance.interactions.reports import held_until, newest, shown_month
from kijun.governance.inventory.models import IN_USE, AISystem
from kijun.ledger.model import Kind, LedgerError
from kijun.ledger.model import Verdict as Ruled

CHECK_DAYS: Final = 2
"""A verification of the ledger is good for so long: it is made every night."""


def _in_use(scope: Scope) -> set[str]:
    rows = AISystem.objects.of(scope.municipality).filter(registered_at__isnull=False, stage__in=IN_USE)
    if scope.kind == ScopeKind.SYSTEM:
        rows = rows.filter(pk=scope.id)
    return set(map(str, rows.values_list("pk", flat=True)))


def checked() -> LedgerCheck | None:
    """The newest verification of the ledger."""
    return LedgerCheck.objects.first()


@proves("P7.1.1", page="interactions:records", scopes=BOTH)
def records_are_kept(scope: Scope) -> Proof | None:
    """What systems in use were asked and answered in 30 days is recorded, and last night's verification found the ledger whole.

    The gateway forwards nothing that it has not recorded: of what passes it all is there. A system in use without a record is asked by other
    ways that are not connected.
    """
    title = _("入出力の記録と完全性")
    used = _in_use(scope)
    try:
        counts = uses(where(scope), "system")
        answers = sum(uses(where(scope, (Kind.OUTPUT,))).values())
    except LedgerError:
        return unreadable(title)
    total = sum(counts.values())
    if not used and not total:
        return None
    kept = len(used & counts.keys())
    check = checked()
    today = timezone.localdate()
    day = None if check is None else timezone.localdate(check.at)
    fresh = day is not None and (today - day).days <= CHECK_DAYS
    faults = check.faults if check is not None else 0
    value = format_lazy(
        _(
            "使っているAIシステム{used}件のうち{kept}件の入出力を記録（{days}日間に入力{total}件、出力{answers}件）。{check}"
        ),
        used=len(used),
        kept=kept,
        days=DAYS,
        total=total,
        answers=answers,
        check=_("台帳の検証はまだ行われていません")
        if check is None
        else format_lazy(
            _("台帳の検証{day}：{entries}件を確かめ、異常{faults}件"),
            day=shown_day(day),
            entries=check.entries,
            faults=faults,
        ),
    )
    figures = {
        "systems": len(used),
        "recorded_systems": kept,
        "inputs": total,
        "outputs": answers,
        "checked": None if check is None else check.at.isoformat(),
        "entries": check.entries if check is not None else 0,
        "whole": check.whole if check is not None else None,
        "faults": faults,
    }
    whole = fresh and not faults and kept == len(used)
    verdict = Verdict.UNMET if faults or not total else Verdict.MET if whole else Verdict.PARTLY
    until = day + datetime.timedelta(days=CHECK_DAYS) if day is not None and verdict == Verdict.MET else None
    return proof_of(title, value, verdict, "records", figures, until)


# --- analysed and looked at -----------------------------------------------------------------


@proves("P6.1.3", page="interactions:reports")
def access_is_analysed(scope: Scope) -> Proof | None:
    """The use of the month that is over was analysed by department; what stood out was looked at by the department."""
    month, rows = newest(scope.municipality)
    if not rows:
        return None
    odd = [one for one in rows if one.figures.get("anomalies")]
    handled = [one for one in odd if one.acknowledged_at is not None]
    late = [one for one in odd if one.is_overdue]
    value = format_lazy(
        _("{month}の利用を{n}部署で分析（{day}）。目立つことのある部署{odd}、うち確認済み{handled}"),
        month=shown_month(month),
        n=len(rows),
        day=shown_day(timezone.localdate(max(one.generated_at for one in rows))),
        odd=len(odd),
        handled=len(handled),
    )
    figures = {"month": month, "reports": len(rows), "odd": len(odd), "handled": len(handled)}
    current = month >= last_month(timezone.localdate() - datetime.timedelta(days=10))
    verdict = Verdict.UNMET if not current else Verdict.PARTLY if late else Verdict.MET
    until = held_until(month) if verdict == Verdict.MET else None
    return proof_of(_("アクセスの分析"), value, verdict, "reports", figures, until)


@proves("P6.1.3", page="interactions:refused")
def refusals_are_watched(scope: Scope) -> Proof | None:
    """Calls that were refused at the door are recorded: by grant and reason, and keys that open nothing by where they came from."""
    title = _("断った利用の記録")
    try:
        total = sum(uses(where(scope)).values())
        reasons = refused.summed(scope.municipality) if total else {}
        keys = refused.wrong_keys(scope.municipality) if total else None
    except LedgerError:
        return unreadable(title)
    if not total:
        return None
    wrong = sum(one.count for one in keys or ())
    value = format_lazy(
        _("{days}日間に断った呼び出し{n}回（停止中{stopped}回）、使えないキーでの呼び出し{wrong}回を記録"),
        days=refused.DAYS,
        n=sum(reasons.values()),
        stopped=reasons.get("stopped", 0),
        wrong=wrong,
    )
    figures = {"by_reason": reasons, "wrong_keys": wrong}
    return proof_of(title, value, Verdict.MET, "refused", figures)


@proves("P7.1.4", page="interactions:reports")
def tendencies_are_analysed(scope: Scope) -> Proof | None:
    """What was found in inputs and outputs is counted each month and held against the month before."""
    month, rows = newest(scope.municipality)
    if not rows:
        return None
    total = sum(one.figures.get("interactions", 0) for one in rows)
    found = sum(sum(one.figures.get("findings", {}).values()) for one in rows)
    moved = sum(1 for one in rows if one.figures.get("changes"))
    value = format_lazy(
        _(
            "{month}の入出力{total}件の傾向を分析：見つかったもの延べ{found}件、前の月から変化のあった部署{moved}"
        ),
        month=shown_month(month),
        total=total,
        found=found,
        moved=moved,
    )
    figures = {"month": month, "interactions": total, "findings": found, "changed": moved}
    current = month >= last_month(timezone.localdate() - datetime.timedelta(days=10))
    # topics and groups (drift) are another capability's: from here never more than partly
    return proof_of(
        _("入出力の傾向の分析"), value, Verdict.PARTLY if current else Verdict.UNMET, "reports", figures
    )


@proves("U6.1.3", page="interactions:reports")
def reports_are_acknowledged(scope: Scope) -> Proof | None:
    """Departments looked at their access reports in time."""
    rows = list(AccessReport.objects.of(scope.municipality).filter(department__isnull=False))
    if not rows:
        return None
    month = max(one.month for one in rows)
    recent = [one for one in rows if one.month == month or one.acknowledged_at is None]
    done = [one for one in recent if one.acknowledged_at is not None]
    late = [one for one in recent if one.is_overdue]
    value = format_lazy(
        _("{month}までの利用報告{n}件のうち、部署の確認済み{done}件、期限切れ{late}件"),
        month=shown_month(month),
        n=len(recent),
        done=len(done),
        late=len(late),
    )
    figures = {"month": month, "reports": len(recent), "acknowledged": len(done), "overdue": len(late)}
    if late:
        verdict = Verdict.PARTLY if done else Verdict.UNMET
    else:
        verdict = Verdict.MET if done else Verdict.UNKNOWN
    until = held_until(month) if verdict == Verdict.MET else None
    return proof_of(_("利用報告の確認"), value, verdict, "reports", figures, until)


# --- masked and stopped ---------------------------------------------------------------------


@proves("U5.1.1", page="interactions:records", scopes=BOTH)
def personal_data_are_limited(scope: Scope) -> Proof | None:
    """How much personal information the gateway masked or stopped, purpose by purpose."""
    title = _("目的に要らない個人情報の伏せ・遮断")

    def make(total: int, rows: Rows) -> Proof:
        found = personal(rows)
        masked, stopped = summed(found, {Ruled.MASKED}), summed(found, STOPPED)
        passed = summed(found, {Ruled.ALLOWED, Ruled.CONFIRMED})
        purposes = len({row["purpose"] for row in found})
        value = format_lazy(
            _(
                "{days}日間の入力{total}件で、個人情報を伏せた{masked}件、止めたか確認を求めた{stopped}件、目的に応じて通した{passed}件（利用目的{purposes}）"
            ),
            days=DAYS,
            total=total,
            masked=masked,
            stopped=stopped,
            passed=passed,
            purposes=purposes,
        )
        figures = {"inputs": total, "masked": masked, "stopped": stopped, "passed": passed}
        return proof_of(title, value, Verdict.MET, "records", figures)

    return counted(scope, title, make)


@proves("U5.1.2", page="interactions:records", scopes=BOTH)
def outside_of_scope_is_stopped(scope: Scope) -> Proof | None:
    """Personal information beyond what a purpose is for was stopped; none passed for a purpose without a basis."""
    title = _("同意・根拠の範囲外の入力の遮断")

    def make(total: int, rows: Rows) -> Proof:
        known = Purpose.objects.of(scope.municipality)
        based = {str(one.pk) for one in known if one.legal_basis or one.consent_scope}
        found = personal(rows)
        stopped = summed(found, STOPPED)
        beyond = summed(
            [row for row in found if row["purpose"] not in based], {Ruled.ALLOWED, Ruled.CONFIRMED}
        )
        value = format_lazy(
            _(
                "{days}日間に、個人情報を範囲外として止めたか確認を求めた入力{stopped}件、根拠のない目的で通った入力{beyond}件"
            ),
            days=DAYS,
            stopped=stopped,
            beyond=beyond,
        )
        figures = {"inputs": total, "stopped": stopped, "beyond": beyond}
        return proof_of(title, value, Verdict.PARTLY if beyond else Verdict.MET, "records", figures)

    return counted(scope, title, make)


@proves("U5.1.3", page="interactions:records", scopes=BOTH)
def forbidden_attempts_are_stopped(scope: Scope) -> Proof | None:
    """Attempts to enter personal information where it is forbidden, and what became of them."""
    title = _("個人情報を入力できないサービスでの遮断")

    def make(total: int, rows: Rows) -> Proof | None:
        known = Purpose.objects.of(scope.municipality)
        closed = {str(one.pk) for one in known if not one.has_personal_data}
        here = [row for row in personal(rows) if row["purpose"] in closed]
        if not closed:
            return None
        hidden = summed(here, {Ruled.MASKED, *STOPPED})
        passed = summed(here, {Ruled.ALLOWED, Ruled.CONFIRMED})
        value = format_lazy(
            _(
                "{days}日間に、個人情報を入力しない目的に個人情報の入った入力：伏せた・止めた{hidden}件、通った{passed}件"
            ),
            days=DAYS,
            hidden=hidden,
            passed=passed,
        )
        figures = {"hidden": hidden, "passed": passed}
        return proof_of(title, value, Verdict.PARTLY if passed else Verdict.MET, "records", figures)

    return counted(scope, title, make)


@proves("U6.1.1", page="interactions:records", scopes=BOTH)
def refusals_follow_rules(scope: Scope) -> Proof | None:
    """What was refused, by rule: attacks, secrets, forbidden words, all else."""
    title = _("規則による拒否")

    def make(total: int, rows: Rows) -> Proof:
        refused = [row for row in rows if row["verdict"] == Ruled.BLOCKED]
        waiting = [row for row in rows if row["verdict"] == Ruled.TO_CONFIRM]
        stopped, asked = (
            sum(uses(where(scope), verdict=one).values()) for one in (Ruled.BLOCKED, Ruled.TO_CONFIRM)
        )
        value = format_lazy(
            _(
                "{days}日間の入力{total}件のうち、規則により止めたもの{n}件（攻撃を含むもの{attacks}件、"
                "認証情報を含むもの{secrets}件）、本人に確認を求めたもの{asked}件"
            ),
            days=DAYS,
            total=total,
            n=stopped,
            attacks=in_group(refused, Group.ATTACK),
            secrets=in_group(refused, Group.SECRETS),
            asked=asked,
        )
        figures = {
            "inputs": total,
            "stopped": stopped,
            "asked": asked,
            "refused": by_type([*refused, *waiting]),
        }
        return proof_of(title, value, Verdict.MET, "records", figures)

    return counted(scope, title, make)


# --- expression -----------------------------------------------------------------------------


@proves("U4.1.2", page="interactions:records", scopes=BOTH)
def loaded_input_is_warned_of(scope: Scope) -> Proof | None:
    """Inputs with loaded expressions: how many went no further after the warning, and how many were sent after being confirmed."""
    title = _("偏った・きつい表現を含む入力への注意")

    def make(total: int, rows: Rows) -> Proof:
        found = expressions(rows)
        warned, confirmed = summed(found, STOPPED), summed(found, {Ruled.CONFIRMED})
        silent = summed(found, {Ruled.ALLOWED, Ruled.MASKED})
        value = format_lazy(
            _(
                "{days}日間の入力{total}件のうち、表現に注意して止めた{warned}件、確かめて送った{confirmed}件、注意せずに通した{silent}件"
            ),
            days=DAYS,
            total=total,
            warned=warned,
            confirmed=confirmed,
            silent=silent,
        )
        figures = {"inputs": total, "warned": warned, "confirmed": confirmed, "silent": silent}
        return proof_of(title, value, Verdict.PARTLY if silent else Verdict.MET, "records", figures)

    return counted(scope, title, make)


@proves("P3.1.6", page="interactions:records", scopes=BOTH)
def answers_are_filtered(scope: Scope) -> Proof | None:
    """Answers that were stopped or altered, by rule; partly, where a purpose in use lets unsuitable expressions through unmarked."""
    title = _("回答に含まれる不適切な内容の遮断")

    def make(total: int, rows: Rows) -> Proof:
        answers = where(scope, (Kind.OUTPUT,))
        stopped, altered = (sum(uses(answers, verdict=one).values()) for one in (Ruled.BLOCKED, Ruled.MASKED))
        open_to = open_purposes(scope)
        value = format_lazy(
            _(
                "{days}日間の回答{total}件をすべて検査し、止めた{stopped}件、伏せた{altered}件。不適切な表現をそのまま通す利用目的{open}件"
            ),
            days=DAYS,
            total=total,
            stopped=stopped,
            altered=altered,
            open=len(open_to),
        )
        figures = {
            "answers": total,
            "stopped": stopped,
            "altered": altered,
            "by_type": by_type(rows),
            "open": open_to,
        }
        return proof_of(title, value, Verdict.PARTLY if open_to else Verdict.MET, "records", figures)

    return counted(scope, title, make, (Kind.OUTPUT,))

"""What still keeps a text from being taken out, and from being labelled. Everything is asked anew each time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.reviews import checklist
from kijun.governance.reviews.models import Decision, Review


def why_not(review: Review) -> StrOrPromise:
    """Why a text may not leave (be copied, exported) now; empty where it may."""
    if review.superseded_at is not None:
        return _("あとから確認し直しています。新しい確認のほうを使ってください。")
    if review.decision == Decision.REJECT:
        return _("「使わない」と判断しています。使うときは、確認し直してください。")
    if power := without_decision(review):
        return power
    if _is_asked_more(review):
        return _("利用目的かリスク区分の決まりが、確認のあとに厳しくなりました。確認し直してください。")
    if checklist.needs_approval(review.level, review.destination) and review.state != Review.State.APPROVED:
        return _("決裁を受けてから使えます。決裁に出してください。")
    return ""


def without_decision(review: Review) -> StrOrPromise:
    """Public power: a person's recorded decision, its legal basis and the responsible official come first (U1.1.4)."""
    touches = review.public_power or (review.purpose is not None and review.purpose.public_power)
    if not touches or (review.human_decision and review.legal_basis and review.official_id):
        return ""
    return _(
        "行政処分その他の公権力の行使に関わる利用目的です。人が下した判断、根拠の条文、判断の責任者を記録してから使えます。"
    )


def _is_asked_more(review: Review) -> bool:
    from kijun.governance.reviews.queries import tier_of

    now = checklist.level(review.purpose, tier_of(review.system), review.destination)
    return max(now, review.level, key=checklist.strictness) != review.level


def why_not_label(review: Review) -> StrOrPromise:
    """Why no label can be given; empty where it can."""
    if why := why_not(review):
        return why
    if review.state != Review.State.APPROVED:
        return _("表示の番号を付けられるのは、決裁で承認された文章だけです。")
    return ""

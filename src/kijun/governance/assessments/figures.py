"""Charts of results."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from kijun.governance.assessments.comparison import Comparison
from kijun.governance.assessments.models import AskedRole, Status
from kijun.governance.assessments.tallies import Results, Tally
from kijun.web.charts import Chart, Pair, Pattern, Series, line, paired_bars, signed, stacked_bars
from kijun.web.punctuation import bracketed, listed

LOOKS: dict[str, tuple[str, Pattern]] = {
    Status.DONE: ("blue-900", "solid"),
    Status.PARTLY: ("light-blue-500", "stripes"),
    Status.PLANNED: ("yellow-300", "dots"),
    Status.NOT_DONE: ("red-800", "grid"),
    Status.NOT_APPLICABLE: ("gray-420", "solid"),
    "": ("white", "solid"),
}


def by_principle(results: Results, name: Callable[[str], str]) -> Chart:
    """One bar a principle, one part a status."""
    groups = [(name(one), results.principle(one)) for one in results.principles]
    return by_status(_("原則ごとの実施状況"), groups)


def by_role(results: Results) -> Chart:
    """One bar a role, one part a status."""
    groups = [(str(AskedRole(one).label), results.role(one)) for one in results.roles]
    return by_status(_("役割ごとの実施状況"), groups)


def by_status(title: str, groups: Sequence[tuple[str, Tally]]) -> Chart:
    """A bar for each group of controls (its name, its tally); open questions only where there are any."""
    whole = Tally()
    for _name, tally in groups:
        whole.merge(tally)
    description = _(
        "対策%(total)s件のうち、実施済%(done)s件、不足（一部・予定・未実施）%(gaps)s件、未回答%(left)s件。"
    )
    return stacked_bars(
        title,
        description % {"total": whole.total, "done": whole.done, "gaps": whole.gaps, "left": whole.left},
        [label for label, _tally in groups],
        [
            Series(
                label=Status(status).label if status else _("未回答"),
                colour=LOOKS[status][0],
                pattern=LOOKS[status][1],
                values=[tally.of(status) for _name, tally in groups],
            )
            for status in [*Status.values, *([""] if whole.left else [])]
        ],
        unit=_("件"),
    )


def over_time(points: Sequence[tuple[str, float | None]]) -> Chart:
    """実施率 cycle by cycle: (name, per cent)."""
    return line(
        _("実施率の推移"),
        _("自己点検の回ごとの、答えた対策（「該当なし」を除く）に対する実施済の割合。"),
        points,
        unit="%",
        value_label=_("実施率"),
        span=(0, 100),
    )


def like_for_like(pairs: Sequence[Pair], description: str, earlier: str, now: str) -> Chart:
    """Two bars a row: 実施率 of the earlier round and of this one, of the controls that both answered."""
    return paired_bars(_("前回との比較"), description, pairs, (earlier, now), unit="%", full=100)


def pairs_of(comparison: Comparison, name: Callable[[str], str]) -> list[Pair]:
    """The whole and each principle, with the number of controls that are compared."""
    rows = [(_("全体"), comparison.total)]
    rows += [(name(one), comparison.by_principle[one]) for one in comparison.principles]
    return [
        Pair(bracketed(label, _("%(n)s件") % {"n": one.common}), one.before, one.now) for label, one in rows
    ]


def in_words(comparison: Comparison) -> str:
    """What became of 実施率, like for like, and what was left out."""
    total = comparison.total
    if total.before is None or total.now is None or total.points is None:
        return _("前回と今回の両方で答えた対策がまだないため、比べられません。")
    text = _(
        "前回と今回の両方で答えた対策%(n)s件で比べると、実施率は%(before)sから%(now)sになりました（%(points)sポイント）。"
    ) % {
        "n": total.common,
        "before": f"{total.before}\u00a0%",
        "now": f"{total.now}\u00a0%",
        "points": signed(total.points),
    }
    return text + left_out(comparison)


def left_out(comparison: Comparison) -> str:
    """Which controls are not compared, and why; "" when all are."""
    parts = [
        (comparison.added, _("新しく加わった対策%(n)s件")),
        (comparison.dropped, _("なくなった対策%(n)s件")),
        (comparison.left, _("未回答%(n)s件")),
        (comparison.not_applicable, _("該当なし%(n)s件")),
    ]
    told = listed(words % {"n": number} for number, words in parts if number)
    return _("比べていないもの：%(parts)s。") % {"parts": told} if told else ""

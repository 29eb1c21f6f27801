"""Charts of results."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from kijun.governance.assessments.models import Status
from kijun.governance.assessments.queries import Point
from kijun.governance.assessments.tallies import Results
from kijun.web.charts import Chart, Pattern, Series, line, stacked_bars

LOOKS: dict[str, tuple[str, Pattern]] = {
    Status.DONE: ("blue-900", "solid"),
    Status.PARTLY: ("light-blue-500", "stripes"),
    Status.PLANNED: ("yellow-300", "dots"),
    Status.NOT_DONE: ("red-800", "grid"),
    Status.NOT_APPLICABLE: ("gray-420", "solid"),
    "": ("white", "solid"),
}


def by_principle(results: Results, name: Callable[[str], str]) -> Chart:
    """One bar a principle, one part a status; open questions only where there are any."""
    statuses = [*Status.values] + ([""] if results.total.left else [])
    total = results.total
    description = _(
        "対策%(total)s件のうち、実施済%(done)s件、不足（一部・予定・未実施）%(gaps)s件、未回答%(left)s件。"
    )
    return stacked_bars(
        _("原則ごとの実施状況"),
        description % {"total": total.total, "done": total.done, "gaps": total.gaps, "left": total.left},
        [name(one) for one in results.principles],
        [
            Series(
                label=Status(status).label if status else _("未回答"),
                colour=LOOKS[status][0],
                pattern=LOOKS[status][1],
                values=[results.principle(one).of(status) for one in results.principles],
            )
            for status in statuses
        ],
        unit=_("件"),
    )


def over_time(points: Sequence[Point]) -> Chart:
    """実施率 cycle by cycle."""
    return line(
        _("実施率の推移"),
        _("承認された自己点検ごとの、該当する対策に対する実施済の割合。"),
        [(one.label, one.tally.rate) for one in points],
        unit="%",
        value_label=_("実施率"),
    )

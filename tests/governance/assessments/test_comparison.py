"""Two rounds like for like: what was added, dropped, left open or does not apply changes no rate."""

from __future__ import annotations

from django.utils import translation

from kijun.governance.assessments import comparison, figures
from kijun.governance.assessments.comparison import Comparison, Given, Key
from kijun.governance.assessments.models import Status

DONE, PARTLY, NONE = Status.DONE.value, Status.PARTLY.value, Status.NOT_APPLICABLE.value


def asked(scope: int = 1, **statuses: str) -> dict[Key, Given]:
    """``P1_1_1="done"`` is the answer of P1.1.1; the principle is its first figure."""
    return {
        ("system", scope, name.replace("_", ".")): Given(name[1], "provider", status)
        for name, status in statuses.items()
    }


def compare(before: dict[Key, Given], now: dict[Key, Given]) -> Comparison:
    return comparison.compare(before.items(), now)


def test_it_works() -> None:
    found = compare(
        asked(P1_1_1=PARTLY, P1_1_2=DONE, P2_1_1=DONE), asked(P1_1_1=DONE, P1_1_2=DONE, P2_1_1=PARTLY)
    )

    assert found.principles == ["1", "2"]
    assert (found.by_principle["1"].before, found.by_principle["1"].now) == (50.0, 100.0)
    assert found.by_principle["2"].points == -100.0
    assert (found.total.common, found.total.before, found.total.now) == (3, 66.7, 66.7)


def test_other_controls_do_not_move_the_rate() -> None:
    before = asked(P1_1_1=DONE, P1_1_2=PARTLY, P9_1_1=PARTLY, P3_1_1=NONE, P4_1_1=DONE)
    now = asked(P1_1_1=DONE, P1_1_2=PARTLY, P5_1_1=PARTLY, P3_1_1=DONE, P4_1_1="")

    found = compare(before, now)

    assert found.total.points == 0.0
    assert (found.added, found.dropped, found.left, found.not_applicable) == (1, 1, 1, 1)
    assert found.total.common + found.added + found.left + found.not_applicable == len(now)


def test_the_same_control_of_another_system_is_another_one() -> None:
    found = compare(asked(1, P1_1_1=DONE), asked(2, P1_1_1=PARTLY))
    assert (found.total.common, found.added, found.dropped) == (0, 1, 1)
    assert found.total.before is None
    assert found.total.points is None


def test_in_words() -> None:
    found = compare(asked(P1_1_1=PARTLY, P1_1_2=DONE), asked(P1_1_1=DONE, P1_1_2=DONE, P2_1_1=""))
    assert figures.in_words(found) == (
        "前回と今回の両方で答えた対策2件で比べると、実施率は50.0\u00a0%から100.0\u00a0%になりました（+50ポイント）。"
        "比べていないもの：新しく加わった対策1件。"
    )
    assert figures.in_words(Comparison(added=3)).startswith("前回と今回の両方で答えた対策がまだないため")
    with translation.override("en"):
        assert figures.in_words(found).replace("\u00a0", " ").isascii()

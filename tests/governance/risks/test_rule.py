"""The rule: known cases, and that a worse answer never lowers the tier."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.catalog import Tier
from kijun.governance.risks import rule
from kijun.governance.risks.rule import Facts

QUIET = Facts(
    authority="none",
    data_kinds=frozenset({"none"}),
    external=False,
    training="off_confirmed",
    learns=False,
    resident_facing=False,
    human_check=True,
    axes={axis.key: 1 for axis in rule.AXES},
    ratings=((1, 1), (2, 1)),
)


def having(**changes: object) -> Facts:
    return dataclasses.replace(QUIET, **changes)  # type: ignore[arg-type]


def axes(*levels: int) -> dict[str, int]:
    return dict(zip((axis.key for axis in rule.AXES), levels, strict=True))


class TestKnownCases:
    def test_it_works(self) -> None:
        result = rule.tier(QUIET)
        assert result.tier == Tier.LOW
        assert [step.rule for step in result.steps] == ["M1"]

    @pytest.mark.parametrize(
        ("changes", "tier", "rule_id"),
        [
            ({"authority": "decides"}, Tier.CRITICAL, "A1"),
            ({"authority": "supports"}, Tier.HIGH, "A2"),
            ({"data_kinds": frozenset({"sensitive"}), "external": True}, Tier.HIGH, "D1"),
            ({"data_kinds": frozenset({"my_number"}), "training": "unknown"}, Tier.HIGH, "D1"),
            ({"data_kinds": frozenset({"sensitive"}), "learns": True}, Tier.HIGH, "D1"),
            ({"data_kinds": frozenset({"sensitive"})}, Tier.LOW, "M1"),
            ({"data_kinds": frozenset({"personal"}), "training": "on"}, Tier.MEDIUM, "D2"),
            ({"data_kinds": frozenset({"personal"}), "external": True}, Tier.LOW, "M1"),
            ({"resident_facing": True, "human_check": False}, Tier.MEDIUM, "R1"),
            ({"resident_facing": True}, Tier.LOW, "M1"),
            ({"axes": axes(3, 1, 1, 1)}, Tier.MEDIUM, "X1"),
            ({"axes": axes(3, 3, 1, 1)}, Tier.HIGH, "X2"),
            ({"axes": axes(3, 3, 3, 3)}, Tier.CRITICAL, "X3"),
            ({"axes": axes(2, 2, 2, 1)}, Tier.MEDIUM, "X4"),
            ({"axes": axes(2, 2, 1, 1)}, Tier.LOW, "M1"),
            ({"ratings": ((2, 2),) * 20}, Tier.MEDIUM, "M1"),
            ({"ratings": ((3, 3),) * 4}, Tier.HIGH, "M1"),
            ({"ratings": ((3, 3),) * 5}, Tier.CRITICAL, "M2"),
            ({"ratings": ((4, 4),)}, Tier.CRITICAL, "M1"),
            ({"ratings": ()}, Tier.LOW, "M1"),
        ],
    )
    def test_the_line_that_decides(self, changes: dict[str, object], tier: Tier, rule_id: str) -> None:
        result = rule.tier(having(**changes))
        assert result.tier == tier
        assert rule_id in {step.rule for step in result.steps if step.tier == tier}

    def test_every_line_is_said_in_both_languages(self) -> None:
        worst = having(
            authority="decides",
            data_kinds=frozenset({"my_number"}),
            training="on",
            resident_facing=True,
            human_check=False,
            axes=axes(3, 3, 3, 3),
            ratings=((4, 4),) * 9,
        )
        steps = rule.tier(worst).steps
        assert all(step.ja and step.en for step in steps)
        assert {"A1", "A2", "D1", "D2", "R1", "X2", "X3", "X4", "M1", "M2"} == {step.rule for step in steps}

    def test_outside_the_matrix(self) -> None:
        for pair in ((0, 1), (1, 5), (-1, 2)):
            with pytest.raises(IndexError):
                rule.of_rating(*pair)

    def test_the_matrix_grows_along_rows_and_columns(self) -> None:
        for harm in range(1, 5):
            for likelihood in range(1, 4):
                assert rule.of_rating(harm, likelihood) <= rule.of_rating(harm, likelihood + 1)
                assert rule.of_rating(likelihood, harm) <= rule.of_rating(likelihood + 1, harm)


class TestLeastLevels:
    @pytest.mark.parametrize(
        ("kinds", "trains", "resident_facing", "expected"),
        [
            ({"none"}, True, False, {}),
            ({"personal"}, False, False, {"information": 2}),
            ({"confidential"}, True, False, {"information": 3}),
            ({"none"}, False, True, {"users": 3, "judgement": 2}),
        ],
    )
    def test_what_the_inventory_decides(
        self, kinds: set[str], trains: bool, resident_facing: bool, expected: dict[str, int]
    ) -> None:
        assert rule.least_levels(kinds, trains=trains, resident_facing=resident_facing) == expected

    def test_unconfirmed_is_training(self) -> None:
        assert not rule.may_train("off_confirmed", learns=False)
        assert rule.may_train("off_confirmed", learns=True)
        assert rule.may_train("off_unconfirmed", learns=False)


def test_each_figure_has_its_meaning() -> None:
    assert len(rule.HARM) == len(rule.HARM_MEANS) == len(rule.LIKELIHOOD) == len(rule.LIKELIHOOD_MEANS) == 4


FACTS = st.builds(
    Facts,
    authority=st.sampled_from(["none", "supports", "decides"]),
    data_kinds=st.frozensets(st.sampled_from(["personal", "sensitive", "my_number", "confidential"])),
    external=st.booleans(),
    training=st.sampled_from(["off_confirmed", "off_unconfirmed", "unknown", "on"]),
    learns=st.booleans(),
    resident_facing=st.booleans(),
    human_check=st.booleans(),
    axes=st.fixed_dictionaries({axis.key: st.integers(1, 3) for axis in rule.AXES}),
    ratings=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=25).map(tuple),
)
TRAINING = ["off_confirmed", "off_unconfirmed", "unknown", "on"]
AUTHORITY = ["none", "supports", "decides"]


@st.composite
def two(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """Facts, and facts that are worse in some respects and better in none."""
    base = draw(FACTS)
    more = draw(FACTS)
    ratings = [
        (draw(st.integers(harm, 4)), draw(st.integers(likelihood, 4))) for harm, likelihood in base.ratings
    ]
    worse = Facts(
        authority=max(base.authority, more.authority, key=AUTHORITY.index),
        data_kinds=base.data_kinds | more.data_kinds,
        external=base.external or more.external,
        training=max(base.training, more.training, key=TRAINING.index),
        learns=base.learns or more.learns,
        resident_facing=base.resident_facing or more.resident_facing,
        human_check=base.human_check and more.human_check,
        axes={key: max(level, more.axes[key]) for key, level in base.axes.items()},
        ratings=(*ratings, *more.ratings),
    )
    return base, worse


@given(two())
def test_a_worse_answer_never_lowers_the_tier(pair: tuple[Facts, Facts]) -> None:
    better, worse = pair
    assert rule.tier(better).tier <= rule.tier(worse).tier


@given(FACTS)
def test_the_tier_is_the_highest_of_its_lines(facts: Facts) -> None:
    result = rule.tier(facts)
    assert result.tier == max((step.tier for step in result.steps), key=lambda one: one.rank)
    assert result.steps[0].tier == result.tier

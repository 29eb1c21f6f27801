import pytest

from kijun.catalog import Level, Tier, profile, profiles, required


def test_it_works(catalog):
    low = required(catalog, "low")
    assert all(Tier.LOW in control.tiers for control in low)
    assert len(required(catalog, Tier.CRITICAL)) == 154
    assert profile(catalog, "low").controls == tuple(control.id for control in low)
    assert profile(catalog, "low").id == "kijun-low"
    assert profile(catalog, "low").urn == "urn:kijun:profile:kijun-low"


def test_the_two_levels_make_the_whole(catalog):
    whole = {control.id for control in required(catalog, "medium")}
    parts = [{control.id for control in required(catalog, "medium", level)} for level in Level]
    assert parts[0] | parts[1] == whole
    assert not parts[0] & parts[1]


def test_a_higher_tier_never_requires_less(catalog):
    one_by_one = [set(profile.controls) for profile in profiles(catalog)]
    assert one_by_one[0] <= one_by_one[1] <= one_by_one[2] <= one_by_one[3]


def test_own_controls_count(catalog, own):
    with_own = catalog.with_own([own])
    assert own not in required(with_own, "low")
    assert own in required(with_own, "medium", "organisation")


@pytest.mark.parametrize(("tier", "level"), [("huge", None), ("low", "everywhere")])
def test_a_word_that_is_none_is_refused(catalog, tier, level):
    with pytest.raises(ValueError):
        required(catalog, tier, level)

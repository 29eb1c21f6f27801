import pytest

from kijun.catalog.vocabulary import Evidence, Frequency, Level, Relation, Role, Tier, Trait, label


def test_tiers_are_ordered_by_size():
    assert sorted(["medium", "critical", "low", "high"], key=Tier) == ["low", "medium", "high", "critical"]
    assert max(Tier) == Tier.CRITICAL
    assert min(Tier) == Tier.LOW
    assert Tier.LOW < Tier.MEDIUM <= Tier.MEDIUM < "high"
    assert Tier.CRITICAL > "low"
    assert Tier.HIGH >= Tier.HIGH
    assert Tier.HIGH.upward == (Tier.HIGH, Tier.CRITICAL)
    assert [tier.rank for tier in Tier] == [0, 1, 2, 3]


@pytest.mark.parametrize("words", [Role, Level, Frequency, Tier, Evidence, Trait, Relation])
def test_every_word_has_a_label_in_both_languages(words):
    for word in words:
        assert label(word)
        assert label(word, "en").isascii()
    assert len({label(word) for word in words}) == len(words)


def test_words_of_two_lists_keep_their_own_labels():
    assert label(Role.ORGANISATION) == "組織"
    assert label(Level.ORGANISATION) == "組織で一度"


def test_a_word_that_is_no_tier_does_not_compare():
    with pytest.raises(ValueError, match="huge"):
        assert Tier.LOW < "huge"

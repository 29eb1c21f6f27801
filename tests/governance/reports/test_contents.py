from kijun.governance.reports.contents import Group


def test_rate_leaves_out_what_does_not_apply_and_what_is_open() -> None:
    group = Group("1", {"done": 3, "partly": 1, "not_applicable": 6, "": 5})

    assert (group.total, group.judged, group.rate) == (15, 4, 0.75)


def test_no_rate_where_nothing_applies() -> None:
    assert Group("2", {"not_applicable": 2}).rate is None

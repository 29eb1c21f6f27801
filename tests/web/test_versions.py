import pytest

from kijun.governance.organisation.models import Municipality
from kijun.web.versions import Stale


def test_the_revision_grows(town: Municipality) -> None:
    town.claim(0)

    assert town.revision == 1
    assert Municipality.objects.get(pk=town.pk).revision == 1


def test_who_saw_an_older_page_is_told(town: Municipality) -> None:
    town.claim(0)

    with pytest.raises(Stale, match="別の人が更新しました"):
        town.claim(0)
    assert Municipality.objects.get(pk=town.pk).revision == 1


def test_a_job_has_seen_no_page(town: Municipality) -> None:
    town.claim(None)
    town.claim(None)

    assert town.revision == 2


def test_a_row_that_is_gone_is_stale(town: Municipality) -> None:
    Municipality.objects.all().delete()

    with pytest.raises(Stale):
        town.claim(0)

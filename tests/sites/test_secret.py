import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kijun.sites.secret import secret_key


def test_it_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "home")

    assert len(first) >= 64
    assert secret_key(tmp_path / "home") == first
    assert stat.S_IMODE((tmp_path / "home/secret-key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(secret_key, [tmp_path] * 8))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kijun.sites.environ import SettingError
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


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="KIJUN_HOME"):
        secret_key(tmp_path / "file" / "home")


def test_a_key_that_was_lost_is_told(tmp_path: Path) -> None:
    """As after a power cut; an empty key would sign everybody's sessions alike."""
    (tmp_path / "secret-key").touch()
    with pytest.raises(SettingError, match="back-up"):
        secret_key(tmp_path)

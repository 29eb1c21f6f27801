"""The whole as a newcomer starts it: ``kijun serve --sample``, a key from the command line, the openai client, kill -9."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from kijun.cli import services

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]
KIJUN = (sys.executable, "-P", "-m", "kijun.cli")
AUDIT = ("--as", "9001", "--reason", "定期監査")


class Town:
    """The sample town, served."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        self.environment["KIJUN_HOME"] = str(home)
        self.log = (home.parent / "log").open("w+")
        self.process = subprocess.Popen(
            [*KIJUN, "serve", "--sample", "--no-jobs", "--port", "0", "--gateway-port", "0"],
            env=self.environment, stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def kijun(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*KIJUN, *words], env=self.environment, capture_output=True, text=True)

    def said(self) -> str:
        return (self.home.parent / "log").read_text(encoding="utf-8")

    @property
    def gateway(self) -> str:
        return (self.home / "gateway" / "address").read_text(encoding="ascii").strip()

    def wait(self, patience: float = 300) -> float:
        """Until ``/health`` is well; gives how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < patience:
            assert self.process.poll() is None, self.said()
            try:
                with urllib.request.urlopen(f"{self.gateway}/health", timeout=5) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.said())

    def processes(self, module: str) -> list[int]:
        """The running processes of a module."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if module.encode() in words and parent == self.process.pid:
                found.append(int(entry.name))
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town") / "home")
    try:
        while not (made.home / "gateway" / "address").exists():
            assert made.process.poll() is None, made.said()
            time.sleep(0.05)
        made.wait()
        yield made
    finally:
        made.process.terminate()
        made.process.wait(30)
        made.log.close()


@pytest.fixture(scope="module")
def key(town: Town) -> dict[str, str]:
    done = town.kijun("access", "grant", "create", "--sample", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture
def client(key: dict[str, str]) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=key["key"], base_url=key["base_url"], max_retries=0, timeout=60) as made:
        yield made


def ask(client: openai.OpenAI, key: dict[str, str], text: str, **how: Any) -> Any:
    return client.chat.completions.create(
        model=key["model"], messages=[{"role": "user", "content": text}], **how
    )


def test_health_is_well_only_once_the_sample_is_loaded(town: Town) -> None:
    assert "みちしるべ市" in town.said()


def test_a_script_gets_a_key_and_an_answer(town: Town, key: dict[str, str], client: openai.OpenAI) -> None:
    assert set(key) == {"key", "base_url", "model"}
    assert key["base_url"] == f"{town.gateway}/v1"
    answer = ask(client, key, "山田太郎様の相談を要約してください。").choices[0].message.content
    assert "山田太郎" in answer, "the AI never saw the name, and the person misses nothing"
    pieces = [
        chunk.choices[0].delta.content or ""
        for chunk in ask(client, key, "山田太郎様の相談を要約してください。", stream=True)
        if chunk.choices
    ]
    assert "山田太郎" in "".join(pieces)
    assert len(pieces) > 3


def test_an_individual_number_is_blocked_and_kept(
    town: Town, key: dict[str, str], client: openai.OpenAI
) -> None:
    with pytest.raises(openai.PermissionDeniedError) as found:
        ask(client, key, "個人番号は123456789018です。")
    assert found.value.code == "content_blocked"
    assert "123456789018" not in found.value.message
    report = json.loads(town.kijun("ledger", "verify", "--json").stdout)
    assert report["holds"]
    assert report["entries"] >= 1


def test_what_the_ai_was_sent_holds_no_name(town: Town, key: dict[str, str], client: openai.OpenAI) -> None:
    ask(client, key, "難波大助様の相談です。要約してください。")
    exported = town.home.parent / "export"
    done = town.kijun("ledger", "export", str(exported), *AUDIT, "--json")
    assert done.returncode == 0, done.stderr
    entries = (exported / "entries.jsonl").read_text(encoding="utf-8")
    assert "⟦氏名1⟧" in entries
    assert "難波" not in entries
    verified = subprocess.run([sys.executable, "-I", "-S", str(exported / "kijun_verify.py"), str(exported)])
    assert verified.returncode == 0


def test_the_client_finds_everything_it_knows(town: Town, key: dict[str, str], client: openai.OpenAI) -> None:
    model, text = key["model"], "山田太郎様の相談を要約してください。"
    assert [one.id for one in client.models.list()] == [model, "kijun-reference"]
    assert client.models.retrieve(model).id == model
    assert "山田太郎" in client.responses.create(model=model, input=text).output_text
    last = list(client.responses.create(model=model, input=text, stream=True))[-1]
    assert "山田太郎" in last.response.output_text  # type: ignore[union-attr]
    assert "山田太郎" in client.completions.create(model=model, prompt=text).choices[0].text
    assert len(client.embeddings.create(model=model, input=[text, "税金"]).data) == 2
    azure = openai.AzureOpenAI(azure_endpoint=town.gateway, api_key=key["key"], api_version="2024-10-21")
    with azure:
        assert "山田太郎" in str(ask(azure, key, text).choices[0].message.content)
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="none", messages=[{"role": "user", "content": text}])
    with pytest.raises(openai.AuthenticationError):
        ask(client.with_options(api_key="kj-none"), key, text)


def test_a_confirmation_counts_once(key: dict[str, str], client: openai.OpenAI) -> None:
    text = "【部外秘】来年度の予算案です。"
    with pytest.raises(openai.PermissionDeniedError) as found:
        ask(client, key, text)
    assert found.value.code == "confirmation_required"
    token = found.value.response.headers["kijun-confirmation"]
    assert ask(client, key, text, extra_headers={"kijun-confirmation": token}).choices
    with pytest.raises(openai.PermissionDeniedError) as found:
        ask(client, key, text, extra_body={"kijun_confirmation": token})
    assert found.value.code == "confirmation_used"


@pytest.mark.parametrize("module", ["kijun.cli.gateway_worker", "kijun.cli.writer"])
def test_killed_under_load_it_is_back_and_nothing_acknowledged_is_lost(
    town: Town, key: dict[str, str], module: str
) -> None:
    answered: list[str] = []
    stop = threading.Event()

    def work(number: int) -> None:
        with openai.OpenAI(api_key=key["key"], base_url=key["base_url"], max_retries=0, timeout=30) as client:
            while not stop.is_set():
                try:
                    raw = client.chat.completions.with_raw_response.create(
                        model=key["model"],
                        messages=[{"role": "user", "content": f"第{number}号議案の要点"}],
                        stream=number % 2 == 0,
                    )
                    made: Any = raw.parse()
                    if number % 2 == 0:
                        assert list(made)  # raises where it is cut
                    answered.append(raw.headers["kijun-interaction"])
                except (openai.APIError, httpx2.HTTPError):
                    time.sleep(0.02)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    (pid, *_others) = town.processes(module)
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert town.wait() < 5 + 5 * (services.default_workers() == 1), (
        "back, and a machine that tests may be slow"
    )
    before = len(answered)
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(answered) > before, "it goes on"
    time.sleep(11 if module.endswith("gateway_worker") else 0)  # until what died halfway is marked
    report = json.loads(town.kijun("ledger", "verify", "--json").stdout)
    assert report["faults"] == []
    exported = town.home.parent / f"after-{module}"
    town.kijun("ledger", "export", str(exported), *AUDIT)
    kinds: dict[str, list[str]] = {}
    for line in (exported / "entries.jsonl").read_text(encoding="utf-8").splitlines():
        _id, interaction, kind, *_rest = json.loads(line)["clear"]
        kinds.setdefault(interaction, []).append(kind)
    assert all(sorted(kinds[one]) == ["input", "output"] for one in answered), "there, and none twice"
    status = json.loads(town.kijun("ledger", "status", "--json").stdout)
    assert status["unanswered"] == 0


def test_a_change_of_policy_takes_effect_within_two_seconds(
    town: Town, key: dict[str, str], client: openai.OpenAI
) -> None:
    assert ask(client, key, "ごみの分別").choices
    done = town.kijun("access", "stop", "add", "--everything", "--reason", "点検のため", "--json")
    assert done.returncode == 0, done.stderr
    time.sleep(2)
    with pytest.raises(openai.PermissionDeniedError, match="点検のため") as found:
        ask(client, key, "ごみの分別")
    assert found.value.code == "stopped"
    stop = json.loads(done.stdout)
    lifted = town.kijun("access", "stop", "lift", str(stop["id"]), "--reason", "点検が済んだ", "--json")
    assert lifted.returncode == 0, lifted.stderr
    time.sleep(2)
    assert ask(client, key, "ごみの分別").choices


def test_a_folder_has_one_gateway(town: Town) -> None:
    """A second one would tell pages its own address, and leave it there when it ends."""
    before = town.gateway
    done = town.kijun("gateway", "--port", "0")
    assert done.returncode == 1
    assert "already running" in done.stderr
    assert town.gateway == before


def test_serve_beside_a_gateway_of_its_own(town: Town, tmp_path: Path) -> None:
    """``kijun serve`` tells what to do where ``kijun gateway`` runs already, before anything is begun."""
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "serve.lock").touch()
    with (tmp_path / "home" / "gateway.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        words = [*KIJUN, "serve", "--home", str(tmp_path / "home"), "--port", "0", "--gateway-port", "0"]
        done = subprocess.run(words, env=town.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "--no-gateway" in done.stderr
    assert not (tmp_path / "home" / "kijun.sqlite3").exists()

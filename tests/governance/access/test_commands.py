"""``kijun access …``: everything that the pages do, as commands that scripts can read."""

from __future__ import annotations

import datetime
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from kijun.cli.main import main
from kijun.gateway import sealing, snapshot
from kijun.governance.access import actions, keys, spending
from kijun.governance.access.models import Grant, GrantKey, Model, Purpose, Stop, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from tests import snapshots

Run = Callable[..., Any]
SOON = (timezone.localdate() + datetime.timedelta(days=100)).isoformat()


@pytest.fixture
def run(capsys: Any) -> Run:
    """``run("upstream", "list")``: what the command prints as JSON."""

    def call(*words: str) -> Any:
        code = main(["access", *words, "--json"])
        found = capsys.readouterr()
        assert code == 0, found.err
        return json.loads(found.out)

    return call


@pytest.fixture
def refused(capsys: Any) -> Callable[..., tuple[int, str]]:
    """The exit code and what is told on standard error."""

    def call(*words: str) -> tuple[int, str]:
        code = main(["access", *words])
        return code, capsys.readouterr().err

    return call


class TestTheWholeWay:
    def test_from_a_service_to_a_key(
        self,
        run: Run,
        system: AISystem,
        owner: Person,
        staff: Person,
        tmp_path: Path,
        monkeypatch: Any,
        home: Path,
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("upstream-secret\n"))
        headers = tmp_path / "headers"
        headers.write_text("X-Org: hidden\n")
        made = run(
            "upstream", "add", "Ollama", "--url", "http://10.0.0.9:11434/v1",
            "--key-file", "-", "--header-file", str(headers), "--retries", "2",
        )  # fmt: skip
        assert (made["name"], made["has_key"], made["headers"], made["retries"]) == (
            "Ollama",
            True,
            ["X-Org"],
            2,
        )
        row = Upstream.objects.get()
        assert sealing.unseal(settings.SECRET_KEY, row.key) == "upstream-secret"
        run("upstream", "opt-out", "Ollama", "--proof", "庁内のサーバーで動かしている")
        run("model", "add", "assistant", "--system", system.code, "--route", "Ollama=gemma3:27b,0,2")
        purpose = run(
            "purpose", "add", "相談記録の要約", "--description", "要約", "--owner", "0003",
            "--data-class", "internal", "--data-class", "personal", "--legal-basis", "介護保険法第27条",
            "--input", "personal=mask", "--input", "BANK_ACCOUNT=confirm", "--network", "10.0.0.0/8",
            "--hours", "mon-fri 08:30-17:15", "--retention", "y3", "--uninspected",
        )  # fmt: skip
        assert purpose["input_handling"]["types"] == {"BANK_ACCOUNT": "confirm"}
        assert (purpose["uninspected"], purpose["hours"][0]) == (True, [0, 510, 1035])
        grant = run(
            "grant", "create", "--application", "Open WebUI", "--responsible", "0003",
            "--system", "AI-001", "--purpose", "相談記録の要約", "--expires", SOON, "--requests", "10",
        )  # fmt: skip
        assert grant["base_url"] == "http://127.0.0.1:8080/v1"
        assert grant["model"] == "assistant"
        assert GrantKey.objects.get().digest == keys.digest(grant["key"])
        assert run("publish")["version"] >= 1
        found = snapshot.read(home)
        assert found.grants[0].keys == (keys.digest(grant["key"]),)
        assert found.models[0].routes == (snapshot.Route(str(row.pk), "gemma3:27b", 0, 2),)
        assert {entry.actor_label for entry in Entry.objects.filter(action__startswith="access.")} == {
            "操作卓 console"
        }

    def test_a_person_has_no_key_unless_asked(self, run: Run, grant: Grant, neighbour: Person) -> None:
        made = run(
            "grant", "create", "--person", "0008", "--system", "AI-001", "--purpose", grant.purpose.name,
            "--expires", SOON,
        )  # fmt: skip
        assert (made["key"], made["keys"]) == ("", [])


class TestUpstreams:
    def test_show_and_change(self, run: Run, upstream: Upstream, capsys: Any) -> None:
        assert run("upstream", "show", str(upstream.pk))["base_url"] == upstream.base_url
        assert run("upstream", "change", upstream.name, "--name", "新")["name"] == "新"
        assert run("upstream", "disable", "新", "--reason", "障害")["enabled"] is False
        assert run("upstream", "enable", "新")["enabled"] is True
        run("upstream", "opt-out", "新", "--on", "令和8年4月1日", "--proof", "契約書第12条")
        assert run("upstream", "list")[0]["opt_out_on"] == "2026-04-01"
        assert run("upstream", "list")[0]["opt_out_by"] == "console"
        assert run("upstream", "opt-out", "新", "--withdraw", "規約の変更")["opt_out_on"] is None
        assert main(["access", "upstream", "list"]) == 0
        assert "新" in capsys.readouterr().out

    def test_a_proof_that_is_too_short_is_told_so(self, upstream: Upstream, capsys: Any) -> None:
        assert main(["access", "upstream", "opt-out", upstream.name, "--proof", "契約"]) == 1
        said = capsys.readouterr().err
        assert "5文字以上" in said
        assert "five characters or more" in said

    def test_a_key_is_never_an_argument(self, capsys: Any, town: Municipality) -> None:
        with pytest.raises(SystemExit):
            main(["access", "upstream", "add", "X", "--key", "secret"])
        assert "--key-file" not in capsys.readouterr().out


class TestOthers:
    def test_models(self, run: Run, model: Model, upstream: Upstream) -> None:
        assert run("model", "list")[0]["routes"][0]["model"] == "gemma-3-27b"
        assert run("model", "change", "assistant", "--name", "b")["routes"][0]["model"] == "gemma-3-27b"
        ways = ("--route", f"{upstream.name}=x", "--route", f"{upstream.pk}=y,5")
        assert [one["order"] for one in run("model", "change", "b", *ways)["routes"]] == [0, 5]
        run("model", "remove", "b")
        assert run("model", "list") == []

    def test_one_model(self, run: Run, model: Model) -> None:
        assert (
            run("model", "show", "assistant")
            == run("model", "show", str(model.pk))
            == run("model", "list")[0]
        )

    def test_public_power_and_questions_of_its_own(self, run: Run, purpose: Purpose) -> None:
        found = run(
            "purpose",
            "change",
            purpose.name,
            "--public-power",
            "--check",
            "要綱の版は最新か",
            "--check",
            "部長の指示と合うか",
        )
        assert (found["public_power"], found["checklist"]) == (
            True,
            ["要綱の版は最新か", "部長の指示と合うか"],
        )
        assert run("purpose", "change", purpose.name, "--no-public-power")["public_power"] is False

    def test_purposes(self, run: Run, purpose: Purpose) -> None:
        found = run("purpose", "change", purpose.name, "--input", "personal=block", "--no-uninspected")
        assert found["input_handling"]["groups"]["personal"] == "block"
        assert found["input_handling"]["groups"]["numbers"] == "block"
        assert run("purpose", "disable", purpose.name, "--reason", "見直し")["enabled"] is False
        assert run("purpose", "enable", purpose.name)["enabled"] is True
        assert run("purpose", "show", str(purpose.pk)) == run("purpose", "list")[0]

    def test_grants(self, run: Run, application: actions.Made) -> None:
        shown = run("grant", "show", application.key[:7])
        assert shown["id"] == application.grant.pk
        assert (shown["used"]["requests"], shown["used"]["tokens"]) == (0, 0)
        assert shown["used"]["month"] == spending.month()
        assert shown["used"]["again_on"].endswith("-01")
        new = run("grant", "rotate", str(application.grant.pk), "--grace-days", "2")
        assert [key["works"] for key in new["keys"]] == [True, True]
        assert new["key"] not in (application.key, "")
        assert run("grant", "stale") == []
        Grant.objects.update(starts_on="2020-01-01")
        assert run("grant", "stale")[0]["why"] == ["never_used"]
        assert len(run("grant", "list")) == 1
        assert run("grant", "revoke", str(application.grant.pk), "--reason", "漏えい")["revoked_at"]
        assert run("grant", "list") == []
        assert len(run("grant", "list", "--all")) == 1

    def test_a_grant_is_changed(self, run: Run, application: actions.Made, staff: Person) -> None:
        number = str(application.grant.pk)
        found = run("grant", "change", number, "--requests", "9", "--tokens", "1000", "--responsible", "0004")
        assert (found["requests"], found["tokens"], found["responsible"]) == (9, 1000, "0004")
        last = (timezone.localdate() + datetime.timedelta(days=200)).isoformat()
        found = run("grant", "change", number, "--requests", "none", "--expires", last)
        assert (found["requests"], found["tokens"], found["expires_on"]) == (None, 1000, last)
        assert found["state"] == "active"
        assert Grant.objects.get().expires_on.isoformat() == last

    def test_one_key_is_taken(self, run: Run, application: actions.Made) -> None:
        new = run("grant", "rotate", str(application.grant.pk), "--grace-days", "2")
        after = run("grant", "revoke-key", application.key[:7])
        assert {one["prefix"]: one["works"] for one in after["keys"]} == {
            new["key"][:7]: True,
            application.key[:7]: False,
        }

    def test_grants_are_narrowed(
        self, run: Run, grant: Grant, application: actions.Made, personal: Purpose
    ) -> None:
        assert [one["id"] for one in run("grant", "list", "--person", "0004")] == [grant.pk]
        assert len(run("grant", "list", "--system", "AI-001", "--purpose", grant.purpose.name)) == 2
        assert run("grant", "list", "--purpose", personal.name) == []
        AISystem.objects.update(stage="plan")
        assert {one["state"] for one in run("grant", "list")} == {"system_not_in_use"}

    def test_moments_carry_their_zone(self, run: Run, staff: Person, capsys: Any) -> None:
        made = run("stop", "add", "--person", "0004", "--reason", "点検")
        assert datetime.datetime.fromisoformat(made["at"]).utcoffset() is not None
        assert "T" in made["at"]
        assert main(["access", "stop", "list"]) == 0
        shown = capsys.readouterr().out.split("\t")[4]
        assert shown == f"{timezone.localtime(Stop.objects.get().at):%Y-%m-%d %H:%M}"

    def test_common_rules(self, run: Run, town: Municipality, tmp_path: Path) -> None:
        assert run("rules", "show") == {"contact": "", "inspection": {}}
        policy = tmp_path / "policy.yaml"
        policy.write_text("forbidden_words:\n  - 禁句\n", encoding="utf-8")
        made = run("rules", "change", "--contact", "内線 2210", "--inspection-file", str(policy))
        assert made == {"contact": "内線 2210", "inspection": {"forbidden_words": ["禁句"]}}
        assert run("rules", "change", "--contact", "内線 1")["inspection"] == made["inspection"]
        policy.write_text("")
        assert run("rules", "change", "--inspection-file", str(policy)) == {
            "contact": "内線 1",
            "inspection": {},
        }
        assert run("rules", "show")["contact"] == "内線 1"

    def test_the_policy_that_was_handed_over(
        self, run: Run, refused: Any, upstream: Upstream, capsys: Any, home: Path
    ) -> None:
        def status() -> tuple[int, dict[str, Any]]:
            code = main(["access", "status", "--json"])
            return code, json.loads(capsys.readouterr().out)

        code, found = status()
        assert (code, found["version"], found["in_place"], found["current"]) == (1, None, False, False)
        run("publish")
        code, found = status()
        assert (code, found["in_place"], found["current"]) == (0, True, True)
        Upstream.objects.update(name="別名")
        assert status()[0] == 1
        run("publish")
        (home / snapshot.PLACE).write_text("{}")
        code, found = status()
        assert (code, found["in_place"], found["current"]) == (1, False, True)

    def test_stops(self, run: Run, staff: Person, grant: Grant) -> None:
        for words in (
            ["--everything"],
            ["--system", "AI-001"],
            ["--purpose", grant.purpose.name],
            ["--person", "0004"],
        ):
            made = run("stop", "add", *words, "--reason", "点検", "--reason-en", "Check")
            assert [one["id"] for one in run("stop", "list")] == [made["id"]]
            run("stop", "lift", str(made["id"]), "--reason", "済んだ")
        assert run("stop", "list") == []
        assert len(run("stop", "list", "--all")) == Stop.objects.count() == 4


class TestNumbers:
    @pytest.mark.parametrize("option", ["--connect-timeout", "--total-timeout", "--breaker-seconds"])
    @pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "x", ""])
    def test_seconds_are_a_number(self, upstream: Upstream, capsys: Any, option: str, value: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["access", "upstream", "change", upstream.name, f"{option}={value}"])
        assert ended.value.code == 2
        assert "is no number" in capsys.readouterr().err

    @pytest.mark.parametrize("value", ["9" * 30, "9" * 5000, "1.5", "nan"])
    def test_whole_ones_are_those_that_can_be_held(
        self, upstream: Upstream, application: actions.Made, capsys: Any, value: str
    ) -> None:
        grant = str(application.grant.pk)
        for words in (
            ["upstream", "change", upstream.name, "--retries", value],
            ["grant", "change", grant, "--tokens", value],
            ["grant", "rotate", grant, "--grace-days", value],
        ):
            with pytest.raises(SystemExit) as ended:
                main(["access", *words])
            assert ended.value.code == 2
            said = capsys.readouterr().err
            assert ("is too large" if value.startswith("9") else "is no whole number") in said
            assert "9" * 41 not in said

    def test_what_lies_outside_is_refused_by_field(
        self, refused: Any, upstream: Upstream, application: actions.Made, model: Model
    ) -> None:
        grant = str(application.grant.pk)
        for words in (
            ("upstream", "change", upstream.name, "--retries", "-1"),
            ("upstream", "change", upstream.name, "--breaker-failures", str(2**62)),
            ("upstream", "change", upstream.name, "--total-timeout", "1", "--first-byte-timeout", "5"),
            ("grant", "change", grant, "--requests", str(2**62)),
            ("grant", "change", grant, "--per-minute", "0"),
            ("grant", "change", grant, "--tokens", str(2**62)),
            ("grant", "rotate", grant, "--grace-days", "-1"),
            ("model", "change", model.name, "--route", f"{upstream.name}=m,{2**62}"),
        ):
            code, told = refused(*words)
            assert code == 1, words
            assert len(told.splitlines()) >= 2, told  # in both languages
        assert refused("grant", "show", "9" * 5000)[0] == 2


class TestRefusals:
    def test_a_handling_that_may_not_be_is_told_in_both_languages(
        self, purpose: Purpose, capsys: Any
    ) -> None:
        words = ("access", "purpose", "change", purpose.name, "--input", "MY_NUMBER=confirm")
        assert main([*words]) == 1
        said = capsys.readouterr().err
        japanese = [line for line in said.splitlines() if line.startswith("input_handling: 入力・個人番号")]
        english = [line for line in said.splitlines() if line.startswith("input_handling: Input")]
        assert len(japanese) == len(english) == 1, said

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("purpose", "show", "nothing"), "利用目的「nothing」が見つかりません。"),
            (("upstream", "show", "nothing"), "接続先「nothing」が見つかりません。"),
            (("grant", "show", "kj-none"), "利用権「kj-none」が見つかりません。"),
            (("stop", "lift", "99", "--reason", "x"), "停止「99」が見つかりません。"),
        ],
    )
    def test_what_is_not_there_is_named_in_each_language(
        self, refused: Any, purpose: Purpose, words: tuple[str, ...], said: str
    ) -> None:
        told = refused(*words)[1]
        assert said in told
        assert "There is no " in told

    def test_in_both_languages(self, refused: Any, model: Model, personal: Purpose, staff: Person) -> None:
        code, told = refused(
            "grant", "create", "--person", "0004", "--system", "AI-001", "--purpose", personal.name,
            "--expires", SOON,
        )  # fmt: skip
        assert code == 1
        assert "確認が済んでいません" in told
        assert "does not train" in told

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["upstream", "show", "ない"], 2),
            (["upstream", "show", "9" * 40], 2),
            (["model", "remove", "ない"], 2),
            (["purpose", "show", "ない"], 2),
            (["grant", "show", "kj-none"], 2),
            (["stop", "lift", "99", "--reason", "x"], 2),
            (["stop", "add", "--person", "9999", "--reason", "x"], 2),
            (["stop", "add", "--everything", "--reason", " "], 1),
            (["grant", "create", "--person", "0004"], 2),
            (["grant", "create", "--sample"], 2),
            (["grant", "revoke-key", "kj-none"], 2),
            (["grant", "revoke-key", "1"], 2),
            (["grant", "list", "--person", "9999"], 2),
            (["rules", "change", "--inspection-file", "missing"], 1),
            (["model", "add", "x", "--system", "AI-999", "--route", "a=b"], 2),
            (["upstream", "add", "X", "--url", "http://x.example.jp/v1", "--key-file", "missing"], 1),
            (["upstream", "list", "--municipality", "000000"], 2),
            ([], 2),
            (["upstream"], 2),
        ],
    )
    def test_what_is_not_there(self, refused: Any, staff: Person, words: list[str], code: int) -> None:
        found, told = refused(*words)
        assert found == code
        assert told

    @pytest.mark.parametrize("route", ["x", "=y", "庁内のvLLM=", "庁内のvLLM=y,a", "庁内のvLLM=y,1,2,3"])
    def test_routes_that_cannot_be_read(self, refused: Any, model: Model, route: str) -> None:
        assert refused("model", "change", "assistant", "--route", route)[0] == 2

    def test_a_policy_that_cannot_be_read(self, refused: Any, town: Municipality, tmp_path: Path) -> None:
        policy = tmp_path / "policy.yaml"
        for text in ("a: [", "strange: 1"):
            policy.write_text(text)
            assert refused("rules", "change", "--inspection-file", str(policy))[0] == 1

    def test_nobody_else_keeps_the_key_of_a_person(self, refused: Any, grant: Grant) -> None:
        code, told = refused("grant", "change", str(grant.pk), "--responsible", "0003")
        assert code == 1
        assert "本人がキーを管理" in told

    def test_several_towns_want_a_name(
        self, refused: Any, run: Run, upstream: Upstream, other_town: Municipality
    ) -> None:
        assert refused("upstream", "list")[0] == 2
        assert len(run("upstream", "list", "--municipality", "131016")) == 1
        assert run("upstream", "list", "--municipality", "141003") == []
        assert refused("upstream", "show", str(upstream.pk), "--municipality", "141003")[0] == 2


def kijun(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KIJUN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "kijun.sites.settings"}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "kijun.cli", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_sample_on_a_real_data_folder(tmp_path: Path) -> None:
    """Loaded, used by several commands at once beside a reader, removed: the policy follows, and each call's key goes on working."""
    snapshots.copy_migrated(tmp_path / "bare")
    assert kijun(tmp_path / "bare", "access", "grant", "create", "--sample", "--json").returncode == 2
    home = tmp_path / "data"
    snapshots.copy_sample(home)
    (home / "gateway" / "address").write_text("http://127.0.0.1:9999\n")

    words = [sys.executable, "-m", "kijun.cli", "access", "grant", "create", "--sample", "--json"]
    environment = {**os.environ, "KIJUN_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    running = [subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    made = [json.loads(one.communicate()[0]) for one in running]
    assert [set(one) for one in made] == [{"key", "base_url", "model"}] * 3
    assert {one["base_url"] for one in made} == {"http://127.0.0.1:9999/v1"}
    assert {one["model"] for one in made} == {"kijun-sample"}

    found = snapshot.read(home)
    known = {digest for grant in found.grants for digest in grant.keys}
    assert {keys.digest(one["key"]) for one in made} <= known
    assert all(one.training_opt_out for one in found.upstreams)
    assert {one.name for one in found.models} == {"kijun-sample", "kijun-sample-minutes", "kijun-reference"}
    assert all(one.input.groups["numbers"] == "block" for one in found.purposes)

    assert kijun(home, "sample", "remove").returncode == 0
    after = snapshot.read(home)
    assert after.version > found.version
    assert (after.grants, after.purposes, after.models, after.upstreams) == ((), (), (), ())

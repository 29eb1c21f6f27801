"""The reference upstream and passages before a model's question, through a real gateway with the real client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kijun.gateway.reference import shelf
from kijun.gateway.reference.model import Source
from kijun.gateway.reference.splitting import split
from kijun.gateway.snapshot import Model, Route, Snapshot, Upstream
from tests.gateway.town import KEY, TOWN, Running, policy, serving, wait_for, with_purpose
from tests.gateway.upstream import Upstream as Fake
from tests.gateway.upstream import says

GUIDE = """# 市民課の手引
## 転入届
他の市町村から住所を移した方は、住み始めた日から14日以内に届け出てください。
## 印鑑登録
15歳以上の方が、一人1個に限り登録できます。
"""
RULES = """# 契約事務の手引
## 見積書の徴取
随意契約では、2者以上から見積書を徴します。
"""
OLD = """# 旧い手引
## 転入届
転入届は、住み始めた日から10日以内に届け出てください。
"""


def sources() -> list[tuple[Source, str]]:
    return [
        (Source("d1", "市民課の手引", "open", "市民課", 2, "2026-04-01", "2099-03-31", "/staff/d1/"), GUIDE),
        (
            Source("d2", "契約事務の手引", "closed", "財政課", 1, "2026-04-01", "2099-03-31", open=False),
            RULES,
        ),
        (Source("d3", "旧い手引", "open", "市民課", 1, "2020-04-01", "2021-03-31"), OLD),
    ]


def publish(home: Path, town: str = TOWN) -> None:
    shelf.publish(home, town, [(source, split(text)) for source, text in sources()])


def with_reference(url: str = "") -> Snapshot:
    snapshot = policy(url)
    return replace(
        snapshot,
        upstreams=(*snapshot.upstreams, Upstream("r", "参考文書", kind="reference")),
        models=(*snapshot.models, Model("reference", TOWN, "system", (Route("r", "reference"),))),
    )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Running]:
    publish(tmp_path)
    with serving(tmp_path, with_reference()) as running:
        yield running


def ask(town: Running, text: str, model: str = "reference") -> str:
    answer = town.client().chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content or ""


def test_it_quotes_the_passage_with_its_source(town: Running) -> None:
    raw = town.client().chat.completions.with_raw_response.create(
        model="reference", messages=[{"role": "user", "content": "引っ越してきたら何日以内に届け出ますか"}]
    )
    answer = raw.parse()
    said = answer.choices[0].message.content or ""
    assert "> 他の市町村から住所を移した方は、住み始めた日から14日以内に届け出てください。" in said
    assert "[1] 市民課の手引 転入届（市民課、2026-04-01現在）" in said
    assert "10日以内" not in said, "a document past its review date is not served"
    assert "見直しの期限を過ぎているため示していない文書の記載が1件" in said
    note = (answer.choices[0].message.annotations or [])[0].url_citation
    assert said[note.start_index : note.end_index] == "[1]"
    assert note.url == "/staff/d1/1/"
    told = json.loads(raw.text)["kijun"]["sources"]
    assert [(one["document"], one["version"], one["cited"]) for one in told] == [("d1", 2, True)]
    assert raw.headers["kijun-sources"] == "1"


def test_the_record_holds_question_answer_and_sources(town: Running) -> None:
    ask(town, "印鑑登録は何歳からですか")
    question, answer = town.ledger.entries
    assert question.content["request"]["messages"][0]["content"] == "印鑑登録は何歳からですか"
    assert "15歳以上" in answer.content["texts"][0]["text"]
    assert answer.content["sources"][0]["document"] == "d1"
    assert answer.upstream == "r"


def test_a_stream_tells_its_sources_before_its_end(town: Running) -> None:
    stream = town.client().chat.completions.create(
        model="reference", messages=[{"role": "user", "content": "印鑑登録は何歳からですか"}], stream=True
    )
    chunks = list(stream)
    said = "".join(one.choices[0].delta.content or "" for one in chunks if one.choices)
    assert "15歳以上の方が" in said
    last = chunks[-1]
    assert not last.choices
    assert last.kijun["sources"][0]["title"] == "市民課の手引"  # type: ignore[attr-defined]  # a field of ours


def test_responses_cite_as_well(town: Running) -> None:
    answer = town.client().responses.create(model="reference", input="印鑑登録は何歳からですか")
    part = answer.output[0].content[0]  # type: ignore[union-attr]  # a message
    assert part.annotations[0].type == "url_citation"  # type: ignore[union-attr]
    assert "15歳以上" in answer.output_text


def test_it_says_so_when_nothing_fits(town: Running) -> None:
    said = ask(town, "ギターの弦の張り替え方")
    assert said.startswith("お尋ねのことに当てはまる記載は、使える文書の中に見つかりませんでした。")
    assert "[1]" not in said


def test_english_has_an_english_frame(town: Running) -> None:
    assert ask(town, "quantum chromodynamics").startswith("Nothing in the documents fits")


def test_a_closed_collection_is_read_only_by_a_purpose_that_names_it(town: Running) -> None:
    assert "2者以上" not in ask(town, "見積書は何者から徴しますか")
    town.publish(with_purpose(with_reference(), collections=("closed",)))
    said = ask(town, "見積書は何者から徴しますか")
    assert "2者以上" in said
    assert "2者以上" not in ask(town, "印鑑登録は何歳からですか")


def test_overdue_documents_are_marked_where_a_purpose_wants_them(town: Running) -> None:
    town.publish(with_purpose(with_reference(), overdue=True))
    said = ask(town, "転入届は何日以内ですか")
    assert "【見直し期限切れ（2021-03-31）】旧い手引" in said


def test_another_towns_documents_are_not_there(tmp_path: Path) -> None:
    publish(tmp_path, "999999")
    with serving(tmp_path, with_reference()) as running:
        assert ask(running, "転入届の期限").startswith("参考文書がまだ登録されていません。")


def test_a_new_index_is_seen_without_a_restart(town: Running) -> None:
    ask(town, "印鑑登録は何歳からですか")
    fresh = Source("d9", "新しい手引", "open")
    shelf.publish(town.folder, TOWN, [(fresh, split("# 新しい手引\n## 印鑑登録\n印鑑登録は16歳からです。"))])
    wait_for(lambda: "16歳から" in ask(town, "印鑑登録は何歳からですか"))


def test_a_broken_index_answers_that_there_is_none(tmp_path: Path) -> None:
    publish(tmp_path)
    for one in (tmp_path / "reference" / TOWN).glob("*/index.sqlite"):
        one.write_bytes(b"no database")
    with serving(tmp_path, with_reference()) as running:
        assert ask(running, "転入届の期限").startswith("参考文書がまだ登録されていません。")


def test_other_endpoints_are_refused(town: Running) -> None:
    answer = town.client().embeddings.with_raw_response
    with pytest.raises(Exception, match="文章での質問"):
        answer.create(model="reference", input="転入届")


def test_a_follow_up_of_few_words_is_read_with_the_question_before(town: Running) -> None:
    answer = town.client().chat.completions.create(
        model="reference",
        messages=[
            {"role": "user", "content": "印鑑登録のことを教えて"},
            {"role": "assistant", "content": "はい。"},
            {"role": "user", "content": "何歳から？"},
        ],
    )
    assert "15歳以上" in (answer.choices[0].message.content or "")


# --- passages before a model's question ------------------------------------------------------------


def test_a_model_gets_the_passages_where_the_purpose_says_so(tmp_path: Path, upstream: Fake) -> None:
    publish(tmp_path)
    upstream.script = says(lambda call: "住み始めた日から14日以内です[1]。期限は動きません[9]。")
    with serving(tmp_path, with_purpose(with_reference(upstream.url), reference=True)) as town:
        raw = town.client().chat.completions.with_raw_response.create(
            model="model",
            messages=[
                {"role": "system", "content": "短く答えて。"},
                {"role": "user", "content": "転入届は何日以内ですか"},
            ],
        )
        sent = upstream.calls[-1].json["messages"]
        assert [one["role"] for one in sent] == ["system", "user"]
        assert sent[0]["content"].startswith("短く答えて。\n\n次の参考資料は")
        assert "[1] 市民課の手引" in sent[0]["content"]
        assert "10日以内" not in sent[0]["content"]
        answer = raw.parse()
        notes = answer.choices[0].message.annotations or []
        assert [one.url_citation.url for one in notes] == ["/staff/d1/1/"], (
            "numbers that no source has are none"
        )
        recorded = town.ledger.entries[0].content["request"]["messages"]
        assert recorded[0]["content"] == "短く答えて。", "the record holds what the person sent"
        kept = town.ledger.entries[1].content["sources"]
        assert kept[0]["cited"]


def test_a_model_gets_nothing_where_the_purpose_does_not_say_so(tmp_path: Path, upstream: Fake) -> None:
    publish(tmp_path)
    with serving(tmp_path, with_reference(upstream.url)) as town:
        ask(town, "転入届は何日以内ですか", "model")
        assert [one["role"] for one in upstream.calls[-1].json["messages"]] == ["user"]
        assert "sources" not in town.ledger.entries[1].content


def test_guarded_passages_go_to_no_model(tmp_path: Path, upstream: Fake) -> None:
    source, text = sources()[0]
    shelf.publish(tmp_path, TOWN, [(source, [replace(one, guarded=True) for one in split(text)])])
    with serving(tmp_path, with_purpose(with_reference(upstream.url), reference=True)) as town:
        ask(town, "転入届は何日以内ですか", "model")
        assert [one["role"] for one in upstream.calls[-1].json["messages"]] == ["user"]
        assert "14日以内" in ask(town, "転入届は何日以内ですか")


def test_the_key_is_needed_here_too(town: Running) -> None:
    with pytest.raises(Exception, match="401"):
        town.client("kj-" + "x" * 43).chat.completions.create(
            model="reference", messages=[{"role": "user", "content": "転入届"}]
        )
    assert KEY

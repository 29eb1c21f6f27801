"""Trains the zstd dictionary that the ledger packs contents with: python tools/ledger_dictionary.py OUTPUT

Single contents are short, and zstd alone halves them; with a dictionary of how contents look it takes two thirds. What it is trained on was written
for this repository (tools/inspection_texts). A dictionary that packed records once is never changed: train another number instead.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import zstandard

SIZE = 96 * 1024
TEXTS = Path(__file__).parent / "inspection_texts"


def texts() -> list[str]:
    found = []
    for path in sorted(TEXTS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text", "")
            found += [text[at : at + 500] for at in range(0, len(text), 500)]
    return [text for text in found if len(text) > 30]


def contents(found: list[str]) -> list[bytes]:
    """Contents as the gateway writes them, around real texts."""
    draw = random.Random(4)
    made = []
    for at, text in enumerate(found):
        answer = found[draw.randrange(len(found))]
        content: dict[str, object]
        if at % 2:
            content = {
                "request": {
                    "model": "kijun-sample",
                    "messages": [
                        {"role": "system", "content": "あなたは市役所の職員を助けるアシスタントです。"},
                        {"role": "user", "content": text},
                    ],
                    "temperature": 0.2,
                    "stream": True,
                },
                "findings": [
                    {
                        "kind": "data", "type": "PERSON", "start": 3, "end": 7, "score": 0.97, "rule": "person-name",
                        "action": "mask", "where": "messages[1].content",
                    }
                ],
                "client": {"address": "127.0.0.1", "agent": "OpenAI/Python 1.99.1"},
            }  # fmt: skip
        else:
            content = {
                "answers": [{"index": 0, "role": "assistant", "content": answer, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 420, "completion_tokens": 280, "total_tokens": 700},
                "findings": [],
                "status": 200,
                "upstream_model": "gpt-4o-mini",
            }
        made.append(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
    return made


def main(output: str) -> None:
    samples = contents(texts())
    random.Random(1).shuffle(samples)
    held, used = samples[:1000], samples[1000:]
    trained = zstandard.train_dictionary(SIZE, used, dict_id=0x4B494A31, level=3, k=1024, d=8)
    Path(output).write_bytes(trained.as_bytes())
    plain, packer = zstandard.ZstdCompressor(level=3), zstandard.ZstdCompressor(level=3, dict_data=trained)
    raw = sum(map(len, held))
    print(f"{len(used)} samples; of {raw:,} bytes held back: "
          f"{sum(len(plain.compress(one)) for one in held) / raw:.3f} without, "
          f"{sum(len(packer.compress(one)) for one in held) / raw:.3f} with the dictionary")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])

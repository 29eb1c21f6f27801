"""Presidio analyzer + anonymizer over HTTP (the same JSON API as Microsoft's images), Japanese by ja_ginza.
gunicorn -w 1 -b 127.0.0.1:9310 peers.presidio_app:app   (venv: presidio-analyzer presidio-anonymizer flask gunicorn ja-ginza)"""

import os

from flask import Flask, jsonify, request
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import RecognizerResult

nlp = NlpEngineProvider(
    nlp_configuration={
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "ja", "model_name": os.environ.get("GINZA", "ja_ginza")}],
    }
).create_engine()
reg = RecognizerRegistry(supported_languages=["ja"])
reg.load_predefined_recognizers(languages=["ja"], nlp_engine=nlp)
eng = AnalyzerEngine(nlp_engine=nlp, registry=reg, supported_languages=["ja"])
anon = AnonymizerEngine()
app = Flask(__name__)


@app.get("/health")
def health():
    return "ok"


@app.post("/analyze")
def analyze():
    r = request.get_json()
    out = eng.analyze(
        text=r["text"], language="ja", entities=r.get("entities"), score_threshold=r.get("score_threshold")
    )
    return jsonify(
        [{"entity_type": x.entity_type, "start": x.start, "end": x.end, "score": x.score} for x in out]
    )


@app.post("/anonymize")
def anonymize():
    r = request.get_json()
    rs = [RecognizerResult(x["entity_type"], x["start"], x["end"], x["score"]) for x in r["analyzer_results"]]
    o = anon.anonymize(text=r["text"], analyzer_results=rs)
    return jsonify({"text": o.text, "items": [i.to_dict() for i in o.items]})

"""Presidio's English default recognisers, without a model for names (none is on PyPI)."""


def analyzer(language, nlp, labels=None):
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # else its recogniser of mail addresses asks the internet for a list of domains; invented addresses end in .example
    quiet = tldextract.TLDExtract(suffix_list_urls=(), extra_suffixes=("example",))
    tldextract.tldextract.TLD_EXTRACTOR = quiet
    engine = SpacyNlpEngine(ner_model_configuration=labels)
    engine.nlp = {language: nlp}
    registry = RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language], nlp_engine=engine)
    return AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=[language])


def load():
    import spacy

    engine = analyzer("en", spacy.blank("en"))
    return lambda text: [(one.entity_type, one.start, one.end) for one in engine.analyze(text, "en")]

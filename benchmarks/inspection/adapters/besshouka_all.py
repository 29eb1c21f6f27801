"""besshouka's analyser, its recognisers made once (its own pipeline makes them for each text)."""

from original_places import original_places


def load():
    from pathlib import Path

    import besshouka
    from besshouka.analyzer.conflict_resolution import resolve_conflicts
    from besshouka.analyzer.normalize import clean_punctuation, normalize_text
    from besshouka.analyzer.recognizers.ginza_recognizer import GinzaRecognizer
    from besshouka.analyzer.recognizers.my_number_recognizer import MyNumberRecognizer
    from besshouka.analyzer.recognizers.regex_recognizer import RegexRecognizer
    from besshouka.config.loader import load_recognizer_config

    rules = load_recognizer_config(Path(besshouka.__file__).parent / "defaults" / "recognizers.yaml")
    fields = ("name", "entity_type", "pattern", "score")
    recognizers = [
        RegexRecognizer(**{key: one[key] for key in fields}, source="regex") for one in rules["recognizers"]
    ]
    recognizers += [MyNumberRecognizer(), GinzaRecognizer()]

    def find(text):
        clean = clean_punctuation(normalize_text(text))
        found = resolve_conflicts([one for each in recognizers for one in each.recognize(clean)])
        spans = [(one.entity_type, one.start, one.end) for one in found if one.score >= 0.5]
        return original_places(text, clean, spans)

    return find

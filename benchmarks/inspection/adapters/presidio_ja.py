"""Presidio over GiNZA: its recognisers that are of no country, with telephone numbers of Japan."""

from ginza_ner import pipeline
from presidio_en import analyzer

LABELS = {
    "Person": "PERSON",
    "Age": "AGE",
    "Date": "DATE_TIME",
    "Email": "EMAIL_ADDRESS",
    "Phone_Number": "PHONE_NUMBER",
} | dict.fromkeys(
    ("Province", "City", "County", "Domestic_Region", "GPE_Other", "Postal_Address"), "LOCATION"
)


def load():
    from presidio_analyzer.nlp_engine import NerModelConfiguration
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, PhoneRecognizer

    engine = analyzer("ja", pipeline(), NerModelConfiguration(model_to_presidio_entity_mapping=LABELS))
    engine.registry.add_recognizer(CreditCardRecognizer(supported_language="ja"))
    engine.registry.add_recognizer(PhoneRecognizer(supported_regions=["JP"], supported_language="ja"))
    return lambda text: [(one.entity_type, one.start, one.end) for one in engine.analyze(text, "ja")]

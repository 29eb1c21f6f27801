"""The guideline as data: principles, topics, risks, controls, and how they map to other frameworks.

No Django here. `load()` gives a `Catalog`, and everything else works on one; docs/catalog.md shows how.
"""

from kijun.catalog.checks import check
from kijun.catalog.difference import (
    Carried,
    Change,
    Difference,
    binding,
    carry,
    compare,
    compare_elements,
    compare_risks,
)
from kijun.catalog.export_json import export_json, json_text
from kijun.catalog.export_oscal import export_oscal, export_oscal_profile, oscal_text
from kijun.catalog.export_oscal_mapping import export_oscal_mapping
from kijun.catalog.export_xlsx import export_xlsx
from kijun.catalog.load import current_version, freeze, load, versions
from kijun.catalog.model import (
    Applies,
    Catalog,
    Control,
    Edge,
    Framework,
    Item,
    Principle,
    Risk,
    Text,
    Topic,
    UnknownId,
    natural_key,
)
from kijun.catalog.own_controls import OwnSheet, RowError, preview, read_own_controls
from kijun.catalog.own_template import write_template
from kijun.catalog.pages import changed_lines
from kijun.catalog.places import place_reads
from kijun.catalog.profile import Profile, profile, profiles, required
from kijun.catalog.sources import CatalogError, Problem, UnknownVersion
from kijun.catalog.validate import schema_problems, validate
from kijun.catalog.vocabulary import Evidence, Frequency, Level, Relation, Role, Tier, Trait, label

__all__ = [
    "Applies",
    "Carried",
    "Catalog",
    "CatalogError",
    "Change",
    "Control",
    "Difference",
    "Edge",
    "Evidence",
    "Framework",
    "Frequency",
    "Item",
    "Level",
    "OwnSheet",
    "Principle",
    "Problem",
    "Profile",
    "Relation",
    "Risk",
    "Role",
    "RowError",
    "Text",
    "Tier",
    "Topic",
    "Trait",
    "UnknownId",
    "UnknownVersion",
    "binding",
    "carry",
    "changed_lines",
    "check",
    "compare",
    "compare_elements",
    "compare_risks",
    "current_version",
    "export_json",
    "export_oscal",
    "export_oscal_mapping",
    "export_oscal_profile",
    "export_xlsx",
    "freeze",
    "json_text",
    "label",
    "load",
    "natural_key",
    "oscal_text",
    "place_reads",
    "preview",
    "profile",
    "profiles",
    "read_own_controls",
    "required",
    "schema_problems",
    "validate",
    "versions",
    "write_template",
]

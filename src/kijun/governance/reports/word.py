"""A report as a Word file, filled into a template; the text can be edited by hand afterwards."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from kijun.governance.reports.contents import Report
from kijun.governance.reports.pdf import document, pictures
from kijun.web.punctuation import labelled, listed

TEMPLATE = Path(__file__).parent / "report.docx"
WIDTH = 174
"""Millimetres between the margins."""


def render(report: Report) -> bytes:
    """The report as .docx. What people typed is text: it is escaped, and Jinja runs in a sandbox."""
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage
    from jinja2.sandbox import SandboxedEnvironment

    template, data = DocxTemplate(str(TEMPLATE)), document(report)
    drawn = {
        key: InlineImage(template, io.BytesIO(content), width=Mm(WIDTH))
        for key, content in zip(_charts(data), pictures(data), strict=True)
    }
    data |= {"pictures": drawn, "subtitle": _subtitle(data)}
    template.render(data, jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
    _describe(template.docx, list(_charts(data).values()))
    properties = template.docx.core_properties
    properties.title, properties.author = report.title, report.municipality
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()


def _subtitle(data: dict[str, Any]) -> str:
    words = data["words"]
    day = f"{data['made_on_text']} {words['as_of']}"
    return "　".join([data["cycle"], data["state"], day, labelled(words["made_by"], data["made_by"])])


def _charts(data: dict[str, Any]) -> dict[str, str]:
    """The pictures that there are, in order, each with its words for those who do not see it."""
    found = {
        key: listed(group["alt"] for group in data[key]) for key in ("by_principle", "by_role") if data[key]
    }
    if data["comparison"] and data["comparison"]["rows"]:
        found["comparison"] = listed(row["alt"] for row in data["comparison"]["rows"])
    return found


def _describe(made: Any, texts: list[str]) -> None:
    """Give each picture its alternative text."""
    from docx.oxml.ns import qn

    for picture, text in zip(made.element.body.iter(qn("wp:docPr")), texts, strict=True):
        picture.set("descr", text)

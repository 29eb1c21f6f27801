"""A report as a Word file, filled into a template; the text can be edited by hand afterwards."""

from __future__ import annotations

import io
from pathlib import Path

from kijun.governance.reports.contents import Report
from kijun.governance.reports.pdf import document

TEMPLATE = Path(__file__).parent / "report.docx"


def render(report: Report) -> bytes:
    """The report as .docx. What people typed is text: it is escaped, and Jinja runs in a sandbox."""
    from docxtpl import DocxTemplate
    from jinja2.sandbox import SandboxedEnvironment

    template = DocxTemplate(str(TEMPLATE))
    template.render(document(report), jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
    properties = template.docx.core_properties
    properties.title, properties.author = report.title, report.municipality
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()

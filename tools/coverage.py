"""Writes docs/coverage.md: which page and which evidence answer each control of the guideline.

python tools/coverage.py          write it
python tools/coverage.py --check  change nothing; exit 1 when it is out of date
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "coverage.md"


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kijun.sites.settings")
    import django

    django.setup()
    from kijun.governance.evidence import coverage

    text = coverage.text()
    if "--check" in arguments:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        if not same:
            print("docs/coverage.md is out of date; run python tools/coverage.py")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

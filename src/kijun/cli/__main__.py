"""``python -m kijun.cli``: the command, whatever the installed scripts look like."""

from kijun.cli import main

raise SystemExit(main())

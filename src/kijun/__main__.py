"""``python -m kijun``: the command, whatever the installed scripts look like."""

from kijun.cli.main import main

raise SystemExit(main())

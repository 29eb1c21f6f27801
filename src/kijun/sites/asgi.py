"""The web process."""

import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kijun.sites.settings")
# WhiteNoise hands out files as plain iterators; Django then reads the file whole, which suits ours (the largest is 150 KB).
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

from django.core.asgi import get_asgi_application  # noqa: E402  the settings are named first

application = get_asgi_application()

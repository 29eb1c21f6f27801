"""The web process."""

import gc
import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kijun.sites.settings")
# WhiteNoise hands out files as plain iterators; Django then reads the file whole, which suits ours (none is large).
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

from django.core.asgi import get_asgi_application  # noqa: E402  the settings are named first
from django.urls import get_resolver  # noqa: E402  likewise

application = get_asgi_application()
# What is loaded now stays for good: without it each full collection walks all modules again, 0.1 s inside somebody's request.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()

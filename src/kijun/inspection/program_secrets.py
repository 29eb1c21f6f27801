"""Secrets in commands, settings and slips, where no word for them stands before: curl -u name:…, mysql -p…, IDENTIFIED BY '…', WIFI:…;P:…;

The places are looked for only in texts that hold one of the words that the rule names, and what stands there
must look like a secret besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_QUOTED: Final = r"[\"']([^\"'\n]{4,120})[\"']"
_BARE: Final = r"[\"']?([^\s\"';|]{4,120})"
#: Each has the secret as its only group.
_PLACES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:curl|wget)[ ][^\n]{0,200}?(?<=[ ])(?:-u|--user|--proxy-user)[ =]?[\"']?[^\s:\"'/]{1,64}:"
        + _BARE,
        r"sshpass[ ]+-p[ ]?" + _BARE,
        r"(?:mysql|mysqldump|mysqladmin|mariadb|7z|7za)[ ][^\n|]{0,120}?(?<=[ ])-p" + _BARE,
        r"(?:unzip|zip)[ ][^\n|]{0,80}?(?<=[ ])-P[ ]?" + _BARE,
        r"(?i:net[ ]use)[ ][^\n]{1,120}?/(?i:user):[^\s]{1,60}[ ]" + _BARE,
        r"(?i:net[ ]user)[ ][A-Za-z0-9_.\\-]{1,40}[ ]" + _BARE,
        r"(?i:identified[ ](?:with[ ][a-z0-9_]{1,40}[ ])?by)[ ]" + _QUOTED,
        r"(?i:convertto-securestring)[ ](?i:-string[ ])?" + _QUOTED,
        r"(?i:snmp-server[ ]community)[ ]([!-~]{4,64})",
        r"jdbc:oracle:[a-z0-9]{2,8}:[A-Za-z0-9_$#.]{1,40}/([^\s@/\"']{4,64})@",
        r"WIFI:[^\n]{0,100}?(?<=[:;])P:([^\n;]{4,64});",
        r"(?i:jsessionid|phpsessid|asp\.net_sessionid|connect\.sid|laravel_session|session(?:_?id)?|auth_?token)=([A-Za-z0-9%._-]{16,200})(?=[;\s\"']|$)",
        r"(?i:administrator|admin|root|guest)(?: / |(?<=\(admin)/)([!-~]{5,40}?)(?=[)\s」、。]|$)",
        r"(?i:basic認証|ﾍﾞｰｼｯｸ認証|ベーシック認証|asic認証)(?:は|:)?[ ]?(?:ID)?[:]?[ ]?[A-Za-z0-9_.-]{2,30}[ ]?[/,、][ ]?([!-~]{4,40}?)(?=[)\s」、。]|$)",
    )
)
#: A variable that is called a key and holds what no one chose: AZURE_OPENAI_KEY=4dba41ec…, master_key: 72014b3c…
_KEY: Final = re.compile(
    r"_(?i:key)[\"']?[ ]?[:=][ ]?[\"']?((?=[A-Za-z+/_=-]{0,60}[0-9])(?=[0-9+/_=-]{0,60}[A-Za-z])[A-Za-z0-9+/_-]{20,200}={0,2})(?=[\s\"',;)}\]]|$)"
)
_NO_SECRET: Final = re.compile(
    r"(?i)(?:public|pub|primary|foreign|partition|sort|cache|object|row|range|idempotency|site|publishable|host|translation|s3)$"
)


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where commands and settings hold secrets, if what stands there looks like one."""
    for place in _PLACES:
        for match in place.finditer(text):
            yield match.span(1)
    for match in _KEY.finditer(text):
        if not _NO_SECRET.search(text, max(0, match.start() - 16), match.start()):
            yield match.span(1)

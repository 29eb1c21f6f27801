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
        r"(?i:net[ ]use)[ ][^\n]{0,80}?\\\\[^\s]{1,80}[ ]([^\s/\"'*][^\s\"']{3,60})[ ]/(?i:user):",
        r"(?i:docker login|podman login|registry login|az login|psexec|psexec64|redis-cli|mongosh?|sqlcmd|bcp|plink|pscp)[ ][^\n]{0,200}?(?<=[ ])(?:-p|-P|-pw|-a|--password)[ =]"
        + _BARE,
        r"(?:ldapsearch|ldapadd|ldapmodify|ldappasswd)[ ][^\n]{0,200}?(?<=[ ])-w[ ]?" + _BARE,
        r"(?:smbclient|rpcclient)[ ][^\n]{0,120}?(?<=[ ])-U[ ]?[\"']?[A-Za-z0-9_.\\-]{1,40}%" + _BARE,
        r"(?<=[ ])--?(?:src|dest|key|new)?(?:store|key)?pass(?:wd)?[ =]" + _BARE,
        r"(?i:sshpass|rsync_password|pgpassword|mysql_pwd)=" + _BARE,
        r"\becho[ ](?:-n[ ])?" + _QUOTED + r"[ ]?\|[ ]?(?:sudo|su|passwd|docker|gh|cryptsetup)\b",
        r"(?i:networkcredential|pscredential|httpbasicauth|basicauth|basic_auth|\bauth[ ]?=)[ ]?\([ ]?[\"'][^\"'\n]{1,60}[\"'],[ ]?"
        + _QUOTED,
        r"(?:radius|tacacs|isakmp)[- ][^\n]{0,80}?\bkey[ ](?:[07][ ])?([!-~]{4,64})",
        r"(?:pre-shared-key|psk|wpa-psk)[ ](?:[0-9]{1,3}[ ])?(?:(?:text|ascii|simple|cipher|local|remote|hex)[ ])?\"?([!-~]{6,64}?)\"?(?=\s|$)",
        r"(?:sqlplus|impdp|expdp|sqlldr|rman target)[ ][A-Za-z0-9_$]{1,40}/([^\s@/\"']{4,64})",
        r"htpasswd[ ]-[a-zB5]{1,5}[ ][^\s]{1,80}[ ][^\s]{1,60}[ ]" + _BARE,
        r"getConnection\([ ]?\"[^\"\n]{1,200}\",[ ]?\"[^\"\n]{1,60}\",[ ]?" + _QUOTED,
        r"pp[ ]auth[ ]myname[ ][!-~]{1,60}[ ]([!-~]{4,64})",
        r"(?i:snmp)[^\n]{0,12}?(?:コミュニティ|[Cc]ommunity)(?:名|文字列|ストリング| string)?(?:は|[:=]){0,2}[ 「]?([!-~]{5,64}?)(?=[\s」、。]|です|$)",
        r"(?i:wi-?fi|無線LAN)[^\n:]{0,10}[:=はが][ 「]{0,2}[A-Za-z0-9_-]{2,32}[ ]?[/、,][ ]?([!-~]{6,64}?)(?=[\s」、。)]|です|$)",
        r"(?i:login|ログイン(?:情報)?)[ ]?[:=][ ]?[A-Za-z0-9_.@-]{2,40}[ ]?/[ ]?([!-~]{5,40}?)(?=[\s」、。)]|です|$)",
        r"付箋[^\n]{0,30}\n[A-Za-z0-9_.@-]{2,40} / ([!-~]{5,40})(?=\s|$)",
        r"(?i:net[ ]user)[ ][A-Za-z0-9_.\\-]{1,40}[ ]" + _BARE,
        r"(?i:identified[ ](?:with[ ][a-z0-9_]{1,40}[ ])?by)[ ]" + _QUOTED,
        r"(?i:convertto-securestring)[ ](?i:-string[ ])?" + _QUOTED,
        r"(?i:snmp-server[ ]community)[ ]([!-~]{4,64})",
        r"jdbc:oracle:[a-z0-9]{2,8}:[A-Za-z0-9_$#.]{1,40}/([^\s@/\"']{4,64})@",
        r"WIFI:[^\n]{0,100}?(?<=[:;])P:([^\n;]{4,64});",
        r"(?i:jsessionid|phpsessid|asp\.net_sessionid|connect\.sid|laravel_session|(?<![A-Za-z_])sid|session(?:_?id)?|auth_?token)=([A-Za-z0-9%._-]{16,200})(?=[;\s\"']|$)",
        r"(?i:administrator|admin|root|guest)(?: / |(?<=\(admin)/)([!-~]{5,40}?)(?=[)\s」、。]|$)",
        r"(?i:basic認証|ﾍﾞｰｼｯｸ認証|ベーシック認証|asic認証)(?:は|:)?[ ]?(?:ID)?[:]?[ ]?[A-Za-z0-9_.-]{2,30}[ ]?[/,、][ ]?([!-~]{4,40}?)(?=[)\s」、。]|$)",
    )
)
#: A variable that is called a key and holds what no one chose: AZURE_OPENAI_KEY=4dba41ec…, master_key: 72014b3c…
_KEY: Final = re.compile(
    r"(?:_|-)(?i:key)[\"']?[ ]?[:=][ ]?[\"']?((?=[A-Za-z+/_=-]{0,60}[0-9])(?=[0-9+/_=-]{0,60}[A-Za-z])[A-Za-z0-9+/_-]{20,200}={0,2})(?=[\s\"',;)}\]]|$)"
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

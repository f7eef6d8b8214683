"""Takes an address and a login; gives bounded answers, or the error class that says what to do. Alone knows httpx."""

import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from hub.interface import ConfigurationError, PermanentError, Settings, TransientError, Unknown

SETTINGS: Mapping[str, Any] = {
    "url": {"type": "string", "secret": True, "description": "base address of the interface"},
    "token": {"type": "string", "secret": True, "description": "bearer token"},
    "timeout": {"type": "number", "minimum": 0.1, "description": "seconds of silence before the outcome is unknown (60)"},
    "ca_file": {"type": "string", "description": "certificates of the partner's authority, PEM; default: the system's"},
    "client_certificate": {"type": "string", "description": "our certificate, PEM"},
    "client_key": {"type": "string", "secret": True, "description": "path of its key, PEM"},
}
_CONNECT_SECONDS = 10.0
_LARGEST_ANSWER = 64 << 20
_SLOWEST_ANSWER = 10  # times the timeout: a byte now and then is no silence, but it must not hold the exchange for ever


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status and body."""

    status: int
    body: bytes


def client(settings: Settings) -> httpx.Client:
    """A client that keeps its connection and follows no redirect. ConfigurationError for settings that cannot be used."""
    url = str(settings["url"]).rstrip("/")
    headers = {"Authorization": f"Bearer {settings['token']}"} if settings.get("token") else {}
    try:
        context = _trust(*(settings.get(name) for name in ("ca_file", "client_certificate", "client_key")))
        timeout = httpx.Timeout(float(settings.get("timeout", 60)), connect=_CONNECT_SECONDS)
        made = httpx.Client(base_url=url, headers=headers, timeout=timeout, verify=context, trust_env=False)
    except (OSError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"settings of an http system: {type(error).__name__} in url, ca_file or certificate") from None
    if made.base_url.scheme not in ("http", "https") or not made.base_url.host:
        raise ConfigurationError("settings of an http system: url is no http:// or https:// address")
    return made


@lru_cache(maxsize=64)
def _trust(ca_file: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """Whom we trust and who we are: reading the system's certificates takes longer than a small batch."""
    context = ssl.create_default_context(cafile=ca_file)
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


def place(client: httpx.Client) -> str:
    """The server's name in messages, without user, path and query."""
    url = client.base_url
    return f"{url.scheme}://{url.host}{f':{url.port}' if url.port else ''}"


def send(client: httpx.Client, method: str, path: str, **request: Any) -> Reply | Unknown:
    """One request. TransientError while nothing can have left, Unknown once something may have.

    PermanentError if the server refuses our login or shows a certificate that is not trusted.
    """
    body = bytearray()
    try:
        with client.stream(method, path, **request) as response:
            latest = time.monotonic() + _SLOWEST_ANSWER * (client.timeout.read or 0)
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    return Unknown("answer-too-large")
                if time.monotonic() > latest:
                    return Unknown("answer-too-slow")
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        if "CERTIFICATE" in str(error):
            raise PermanentError(f"{place(client)}: the partner's certificate is not trusted; compare it with ca_file") from None
        raise TransientError(f"{place(client)} cannot be reached: {type(error).__name__}") from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        return Unknown(type(error).__name__)
    if response.status_code in (401, 403):
        raise PermanentError(f"{place(client)} refuses our login ({response.status_code}): renew the token")
    if response.status_code == 429:
        slow_down = TransientError(f"{place(client)} asks us to slow down (429)")
        wanted = response.headers.get("Retry-After", "")
        slow_down.retry_after = float(wanted) if re.fullmatch(r"[0-9]{1,6}", wanted) else None  # a date is passed over
        raise slow_down
    return Reply(response.status_code, bytes(body))

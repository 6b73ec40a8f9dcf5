"""Guard: whom the web chat answers, and what a page of it may load.

ASGI middleware that knows nothing of questions. Of all that gradio serves only what the page and
the two endpoints need stays open: it would also fetch any URL, take uploads, run functions of its
components.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

# More than a question of 100,000 characters, which deserves a proper refusal, can weigh in JSON.
LARGEST_REQUEST = 4_000_000
# gradio's page needs inline and evaluated scripts; `base-uri 'none'` would break its own <base>.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; script-src 'self' 'unsafe-inline' "
        "'unsafe-eval'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'; "
        "base-uri 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Everything else that gradio serves is not found.
PATHS = re.compile(
    r"/|/(config|theme\.css|manifest\.json|favicon\.ico|robots\.txt)/?|/pwa_icon(/\d+)?"
    r"|/(assets|static)/[^\\]+"
    r"|/gradio_api/(info|openapi\.json|app_id|startup-events|cancel|reset|theme\.css)/?"
    r"|/gradio_api/(heartbeat/\w+|queue/(join|data|status))"
    r"|/gradio_api/call/(v2/)?(ask|search)(/\w+)?/?"
)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Guard:
    """ASGI middleware: adds the safe headers and turns away what the page does not need.

    On a loopback address it also answers to no foreign name, so that a web page elsewhere cannot
    read the library through a name that suddenly means this machine (DNS rebinding).
    """

    def __init__(self, app: Any, *, host: str) -> None:
        self.app = app
        self.names = {*LOOPBACK, host} if _is_loopback(host) else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                safe = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *safe]
            await send(message)

        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self.refusal(scope["method"], scope["path"], sent)
        if refusal is None:
            await self.app(scope, receive, send_with_headers)
            return
        status, words = refusal
        plain_text = [(b"content-type", b"text/plain; charset=utf-8")]
        await send_with_headers(
            {"type": "http.response.start", "status": status, "headers": plain_text}
        )
        await send({"type": "http.response.body", "body": words.encode()})

    def refusal(self, method: str, path: str, sent: Mapping[str, str]) -> tuple[int, str] | None:
        """Status and words for a request that is not answered; None when it is."""
        host = sent.get("host", "")
        if self.names and _name(host) not in self.names:
            return 421, f"Byline answers on this machine only, not as {host!r}"
        origin = sent.get("origin", "").partition("://")[2]
        if sent.get("origin") and origin not in (host, sent.get("x-forwarded-host")):
            return 403, "Byline answers its own page only"
        if not PATHS.fullmatch(path):
            return 404, "Byline has no such page"
        if method == "POST":
            length = sent.get("content-length", "")
            if not length.isdecimal():
                return 411, "Byline needs to know how long a request is"
            if int(length) > LARGEST_REQUEST:
                return 413, f"Byline reads requests of up to {LARGEST_REQUEST:,} bytes"
        return None


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _name(host: str) -> str:
    """A Host header without its port and brackets."""
    return re.sub(r":\d+$", "", host).strip("[]").lower()

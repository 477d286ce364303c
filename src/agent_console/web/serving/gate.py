"""Who may use the page: only this person's browser, and only from the page itself.

Rule: nothing gets past this file unasked, neither a page nor a file nor a WebSocket. A request must
name us as its host (a foreign name that points here is refused, so no DNS rebinding), come from our
own page where it says where it comes from, and carry the cookie that the address with the token
gave. The cookie is another secret than the token and dies with the process.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN = "token"  # noqa: S105 - the parameter's name
TOKEN_BYTES = 24
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_KEPT = ("/_nicegui/", "/assets/")
"""Files of the packages: they hold no data, and their addresses change with their versions."""


class Gate:
    """The outermost layer of the server.

    Args:
        app: What is behind it.
        port: The port that browsers name; null for a Unix socket, to which whoever forwards a port
            of theirs has chosen it.
        anywhere: The server listens on more than the loopback interface, so any address of this
            machine may be named, though never a name.
        url: The origin under which a reverse proxy shows it, ours too then; empty for none.
        token: What the first address carries; a new one when not given.
    """

    def __init__(
        self,
        app: App,
        port: int | None,
        *,
        anywhere: bool = False,
        url: str = "",
        token: str | None = None,
    ) -> None:
        self.token = token or secrets.token_urlsafe(TOKEN_BYTES)
        self._cookie = secrets.token_urlsafe(TOKEN_BYTES)
        self._app = app
        self._port = port
        self._anywhere = anywhere
        self._url = url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        origin = self._origin(headers.get("host", ""))
        if origin is None or not _is_own(scope, headers, origin):
            await _refuse(scope, send, 403, "This address is not for other pages or names.")
        elif scope["type"] == "http" and (token := _token_of(scope)) is not None:
            await self._admit(scope, send, token, origin)
        elif not _has_cookie(headers, origin, self._cookie):
            await _refuse(
                scope, send, 401, "Open the address that `agent-console web` has printed: it holds "
                "the key to this page."
            )  # fmt: skip
        elif scope["type"] == "http":
            await self._app(scope, receive, _Sealed(scope, origin, send))
        else:
            await self._app(scope, receive, send)

    def _origin(self, host: str) -> str | None:
        """Our own origin by the name that the browser has for us; null when that is not ours."""
        if self._url and host == self._url.partition("://")[2]:
            return self._url
        try:
            parts = urlsplit(f"//{host}")
            name, port = parts.hostname or "", parts.port or 80
        except ValueError:
            return None
        if parts.netloc != host or "@" in host or (self._port is not None and port != self._port):
            return None
        ours = name in _LOOPBACK or (self._anywhere and _is_address(name))
        return f"http://{host}" if ours else None

    async def _admit(self, scope: Scope, send: Send, token: str, origin: str) -> None:
        """Exchange the token for the cookie, and go on without it in the address."""
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            await _refuse(
                scope, send, 401, "This key is of an earlier run. Open the address that "
                "`agent-console web` has printed now."
            )  # fmt: skip
            return
        rest = [pair for pair in parse_qsl(_query(scope)) if pair[0] != TOKEN]
        path = "/" + str(scope["path"]).lstrip("/\\")
        target = path + (f"?{urlencode(rest)}" if rest else "")
        # Not a redirect: one that began on another site would arrive without a strict cookie.
        safe = target.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C")
        flags = "; Secure" if origin.startswith("https:") else ""
        cookie = f"{_cookie_name(origin)}={self._cookie}; Path=/; HttpOnly; SameSite=Strict{flags}"
        await _answer(
            send,
            200,
            f'<!doctype html><meta http-equiv="refresh" content="0;url={safe}"><title>…</title>',
            (("set-cookie", cookie),),
        )


class _Sealed:
    """Adds what tells the browser to trust nothing else.

    The page's own scripts carry a number that is new each time; others do not run. (NiceGUI makes
    functions of texts that the server sends, which is `unsafe-eval`; texts of sessions are never
    among them.)
    """

    def __init__(self, scope: Scope, origin: str, send: Send) -> None:
        self._scope = scope
        self._origin = origin
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, value)
                for name, value in message["headers"]
                if name.lower() not in {b"server", b"content-security-policy"}
            ]
            names = {name.lower(): value for name, value in headers}
            kept = self._scope["path"].startswith(_KEPT) and message["status"] < 400
            if not kept:
                headers = [each for each in headers if each[0].lower() != b"cache-control"]
                headers.append((b"cache-control", b"no-store"))
            headers += _sealing(self._origin, self._nonce)
            self._start = {**message, "headers": headers}
            if not names.get(b"content-type", b"").startswith(b"text/html"):
                await self._send(self._start)
                self._start = None
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        # Texts in the page are JSON with every `<` escaped, so what stands here as one is ours.
        page = bytes(self._body).replace(b"<script", f'<script nonce="{self._nonce}"'.encode())
        start = self._start
        start["headers"] = [
            each for each in start["headers"] if each[0].lower() != b"content-length"
        ]
        start["headers"].append((b"content-length", str(len(page)).encode()))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page})


def _sealing(origin: str, nonce: str) -> list[tuple[bytes, bytes]]:
    socket = origin.replace("http", "ws", 1)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {socket}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
    return [
        (name.encode(), value.encode())
        for name, value in (
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        )
    ]


def _has_cookie(headers: dict[str, str], origin: str, cookie: str) -> bool:
    wanted = _cookie_name(origin)
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted:
            return secrets.compare_digest(value.encode(), cookie.encode())
    return False


def _cookie_name(origin: str) -> str:
    """With the port, for cookies are shared between the ports of a host."""
    parts = urlsplit(origin)
    return f"agent_console_{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _is_own(scope: Scope, headers: dict[str, str], ours: str) -> bool:
    """It comes from our page, or from no page at all."""
    origin = headers.get("origin")
    if origin is not None:
        return origin == ours
    # Another port of this machine is the same site for cookies, and not for us.
    foreign = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
    if foreign and headers.get("sec-fetch-mode") != "navigate":
        return False
    # Browsers always say where a WebSocket comes from.
    return scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _query(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return query.decode("latin-1")


def _token_of(scope: Scope) -> str | None:
    if scope["method"] != "GET" or scope["path"].startswith(_KEPT):
        return None
    return dict(parse_qsl(_query(scope))).get(TOKEN)


async def _refuse(scope: Scope, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4000 + status})
        return
    await _answer(send, status, f"{why}\n", (), kind="text/plain")


async def _answer(
    send: Send,
    status: int,
    text: str,
    more: tuple[tuple[str, str], ...],
    *,
    kind: str = "text/html",
) -> None:
    body = text.encode()
    headers = [
        ("content-type", f"{kind}; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        *more,
    ]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": body})

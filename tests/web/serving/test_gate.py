"""Who may use the dashboard."""

import asyncio
import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.client.real_daemon import real_daemon
from tests.web.dashboard import dashboard, host_of

from agent_console.web.serving.gate import Gate, Message, Receive, Scope, Send

PORT = 8377
HOST = f"127.0.0.1:{PORT}"


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """What is behind the gate."""
    del receive
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({
        "type": "http.response.start", "status": 200,
        "headers": [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"public")],
    })  # fmt: skip
    await send({"type": "http.response.body", "body": b"<script>1</script>"})


def asked(
    gate: Gate,
    path: str = "/",
    *,
    kind: str = "http",
    method: str = "GET",
    **headers: str,
) -> list[Message]:
    """What the gate and what is behind it send."""
    path, _, query = path.partition("?")
    given = {"host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: dict[str, Any] = {
        "type": kind, "method": method, "path": path, "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    return sent


def headers_of(sent: list[Message]) -> dict[str, str]:
    return {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}


def cookie_of(gate: Gate) -> str:
    """The cookie that the token gives."""
    return headers_of(asked(gate, f"/?token={gate.token}"))["set-cookie"].partition(";")[0]


@pytest.fixture
def gate() -> Gate:
    return Gate(page, PORT, anywhere=False)


def test_without_the_cookie_nothing_is_given(gate: Gate) -> None:
    for path in ("/", "/assets/1/console.js", "/_nicegui/3/static/nicegui.js", "/rows/sessions"):
        assert asked(gate, path)[0]["status"] == 401
    assert asked(gate, kind="websocket", origin=f"http://{HOST}")[0]["type"] == "websocket.close"


def test_the_token_gives_a_cookie_that_no_script_and_no_other_site_can_use(gate: Gate) -> None:
    cookie = headers_of(asked(gate, f"/?token={gate.token}"))["set-cookie"]

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert gate.token not in cookie
    assert asked(gate, cookie=cookie_of(gate))[0]["status"] == 200


def test_the_token_leaves_the_address_and_the_rest_stays(gate: Gate) -> None:
    body = asked(gate, f"/trends?by=weekly&token={gate.token}")[1]["body"].decode()

    assert 'url=/trends?by=weekly"' in body
    assert gate.token not in body


@pytest.mark.parametrize("path", ["//evil.example", "/%22><script>", '/"><script>'])
def test_where_the_token_leads_is_always_this_page(gate: Gate, path: str) -> None:
    body = asked(gate, f"{path}?token={gate.token}")[1]["body"].decode()

    assert "url=//" not in body
    assert "<script>" not in body


def test_a_wrong_token_or_cookie_is_refused(gate: Gate) -> None:
    other = Gate(page, PORT, anywhere=False)

    assert asked(gate, f"/?token={other.token}")[0]["status"] == 401
    assert asked(gate, cookie=cookie_of(other))[0]["status"] == 401
    assert asked(gate, cookie=f"agent_console_{PORT}={gate.token}")[0]["status"] == 401


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", "",
     f"[::1:{PORT}", f"192.168.1.7:{PORT}", f"127.0.0.1.evil.example:{PORT}",
     f"evil@127.0.0.1:{PORT}", f"127.0.0.1:{PORT}/;script-src *", f"2130706433:{PORT}",
     f"localhost.:{PORT}"],
)  # fmt: skip
def test_a_foreign_name_that_points_here_is_refused(gate: Gate, host: str) -> None:
    assert asked(gate, host=host, cookie=cookie_of(gate))[0]["status"] == 403
    assert asked(gate, f"/?token={gate.token}", host=host)[0]["status"] == 403


@pytest.mark.parametrize("host", [f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_the_machines_own_names_are_taken(gate: Gate, host: str) -> None:
    assert asked(gate, host=host, cookie=cookie_of(gate))[0]["status"] == 200


def test_a_unix_socket_is_reached_by_whatever_port_was_forwarded_to_it() -> None:
    gate = Gate(page, None)
    for port in (1234, 60_000):
        host = f"127.0.0.1:{port}"
        body = headers_of(asked(gate, f"/?token={gate.token}", host=host))["set-cookie"]
        cookie = body.partition(";")[0]

        assert cookie.startswith(f"agent_console_{port}=")
        assert asked(gate, host=host, cookie=cookie)[0]["status"] == 200
        own = asked(gate, kind="websocket", host=host, cookie=cookie, origin=f"http://{host}")
        assert own[0]["type"] == "websocket.accept"
        assert asked(gate, host=f"evil.example:{port}", cookie=cookie)[0]["status"] == 403
        assert (
            asked(gate, host=host, cookie=cookie, origin="http://127.0.0.1:1")[0]["status"] == 403
        )


def test_behind_a_reverse_proxy_its_name_is_ours_and_no_other() -> None:
    gate = Gate(page, None, url="https://console.example.org")
    host = "console.example.org"
    admitted = headers_of(asked(gate, f"/?token={gate.token}", host=host))["set-cookie"]
    cookie = admitted.partition(";")[0]

    assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(admitted.split("; "))
    sent = asked(gate, host=host, cookie=cookie, origin=f"https://{host}")
    assert sent[0]["status"] == 200
    assert f"wss://{host}" in headers_of(sent)["content-security-policy"]
    for origin in (f"http://{host}", "https://evil.example", f"https://{host}:8443"):
        assert asked(gate, host=host, cookie=cookie, origin=origin)[0]["status"] == 403
    for other in ("example.org", f"{host}.evil.example", f"{host}:8443"):
        assert asked(gate, host=other, cookie=cookie)[0]["status"] == 403


def test_bound_elsewhere_addresses_are_taken_and_names_are_not() -> None:
    gate = Gate(page, PORT, anywhere=True)
    cookie = cookie_of(gate)

    assert asked(gate, host=f"192.168.1.7:{PORT}", cookie=cookie)[0]["status"] == 200
    assert asked(gate, host=f"evil.example:{PORT}", cookie=cookie)[0]["status"] == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", f"https://{HOST}", "null", "http://127.0.0.1:1"]
)
def test_another_site_can_neither_ask_nor_open_a_websocket(gate: Gate, origin: str) -> None:
    cookie = cookie_of(gate)

    assert asked(gate, origin=origin, cookie=cookie)[0]["status"] == 403
    refused = asked(gate, kind="websocket", origin=origin, cookie=cookie)
    assert [message["type"] for message in refused] == ["websocket.close"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_can_lead_here_and_not_load_us(gate: Gate, site: str) -> None:
    cookie = cookie_of(gate)
    for mode, status in (("no-cors", 403), ("cors", 403), ("navigate", 200)):
        sent = asked(gate, cookie=cookie, sec_fetch_site=site, sec_fetch_mode=mode)
        assert sent[0]["status"] == status
    own = asked(gate, cookie=cookie, sec_fetch_site="same-origin", sec_fetch_mode="no-cors")
    assert own[0]["status"] == 200


def test_a_websocket_must_say_where_it_comes_from(gate: Gate) -> None:
    cookie = cookie_of(gate)

    assert asked(gate, kind="websocket", cookie=cookie)[0]["type"] == "websocket.close"
    own = asked(gate, kind="websocket", cookie=cookie, origin=f"http://{HOST}")
    assert own[0]["type"] == "websocket.accept"


def test_what_changes_something_must_say_where_it_comes_from(gate: Gate) -> None:
    assert asked(gate, method="POST", cookie=cookie_of(gate))[0]["status"] == 403


def test_pages_are_sealed_and_not_kept(gate: Gate) -> None:
    sent = asked(gate, cookie=cookie_of(gate))
    headers = headers_of(sent)
    policy = headers["content-security-policy"]

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert sent[1]["body"].decode() == f'<script nonce="{nonce}">1</script>'
    assert nonce not in headers_of(asked(gate, cookie=cookie_of(gate)))["content-security-policy"]


@pytest.fixture
def address(scratch_home: Path) -> Iterator[str]:
    socket = f"{scratch_home}/run/s"
    with real_daemon(socket), dashboard(socket) as found:
        yield found


def answer(address: str, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, cookie and what may be kept of an answer."""
    with closing(http.client.HTTPConnection(host_of(address), timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as found:
            cookie = (found.getheader("set-cookie") or "").partition(";")[0]
            return found.status, cookie, found.getheader("cache-control") or ""


def test_the_real_server_stands_behind_the_gate(address: str) -> None:
    token = address.partition("token=")[2]

    assert answer(address, "/")[0] == 401
    assert answer(address, "/live", Host="evil.example")[0] == 403
    _, cookie, _ = answer(address, f"/?token={token}")
    assert answer(address, "/live", Cookie=cookie) == (200, "", "no-store")
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Cookie": cookie,
    }  # fmt: skip
    socket_path = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    assert answer(address, socket_path, Origin="http://evil.example", **upgrade)[0] == 403
    own = f"http://{host_of(address)}"
    assert answer(address, socket_path, Origin=own, **upgrade)[0] == 101

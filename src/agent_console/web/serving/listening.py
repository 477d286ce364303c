"""Where the dashboard listens: an address of this machine, or a Unix socket of the person's.

Rule: a socket that answers is never taken from whoever has it, and our own is gone when we are.
"""

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from agent_console import socket_file
from agent_console.errors import AgentConsoleError, ConfigError
from agent_console.paths import MAX_SOCKET_PATH_BYTES

PORT = 8377
"""Where it is when nothing else is said; a free one when that is taken."""
_USUAL_PORTS = {"http": 80, "https": 443}


class Place(Struct, frozen=True):
    """What was asked for.

    Attributes:
        bind: The address to listen on.
        port: Its port; null for the usual one, or a free one when that is taken.
        unix: A Unix socket's path instead; null for none.
        url: Where a reverse proxy shows it, as `shown_at` gives it; empty for nowhere.
    """

    bind: str = "127.0.0.1"
    port: int | None = None
    unix: str | None = None
    url: str = ""


class Listening(Struct, frozen=True):
    """The open socket.

    Attributes:
        port: What browsers name; null when that is for whoever forwards to us to choose.
        origin: The address that a browser opens: `http://127.0.0.1:8377`.
        anywhere: More than this machine can try to connect.
    """

    socket: socket.socket
    port: int | None
    origin: str
    anywhere: bool


def shown_at(url: str) -> str:
    """An address as browsers write it as an origin: `https://console.example.org`.

    Raises:
        ValueError: It is none; the message says what would be.
    """
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        name, port, parts = "", None, urlsplit("")
    if (
        parts.scheme not in _USUAL_PORTS
        or not name
        or not name.isascii()
        or parts.username is not None
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError(f"`{url}` is no address like https://console.example.org, without a path.")
    host = f"[{name}]" if ":" in name else name
    usual = port in {None, _USUAL_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"


@contextmanager
def listening(place: Place) -> Generator[Listening]:
    """The open socket, until the end.

    Raises:
        AgentConsoleError: It cannot be listened on.
    """
    if place.unix is not None:
        with _on_unix(place.unix) as sock:
            origin = place.url or f"http://127.0.0.1:{place.port or PORT}"
            yield Listening(sock, None, origin, anywhere=False)
        return
    with _on_address(place.bind, place.port) as sock:
        port: int = sock.getsockname()[1]
        address = ip_address(place.bind)
        shown = "127.0.0.1" if address.is_unspecified else place.bind
        host = f"[{shown}]" if ":" in shown else shown
        yield Listening(
            sock, port, place.url or f"http://{host}:{port}", anywhere=not address.is_loopback
        )


@contextmanager
def _on_unix(given: str) -> Generator[socket.socket]:
    path = os.path.abspath(given)
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise ConfigError(
            f"{path} is longer than a Unix socket's path may be ({MAX_SOCKET_PATH_BYTES} bytes)."
        )
    folder = Path(path).parent
    socket_file.own_folder(folder)
    with socket_file.folder_lock(folder):
        if not socket_file.clear(path):
            raise AgentConsoleError(
                f"Something listens on {path} already: open that, or choose another path."
            )
        sock = socket_file.bound(path)
        ours = socket_file.identity(path)
    try:
        yield sock
    finally:
        socket_file.remove(path, ours)
        sock.close()


def _on_address(bind: str, port: int | None) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for wanted in (port,) if port is not None else (PORT, 0):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((bind, wanted))
            sock.listen(socket_file.LISTEN_BACKLOG)
        except OSError as error:
            sock.close()
            if port is None and wanted:
                continue
            raise AgentConsoleError(
                f"The dashboard cannot listen on {bind}:{wanted}: {error.strerror}. "
                "Choose another port with --port."
            ) from error
        return sock
    raise AssertionError

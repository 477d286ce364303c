"""A peer on a real socket that does exactly what a test says, byte by byte.

For what the real daemon never does on purpose: break off, dawdle, speak nonsense, answer late.
"""

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

Script = Callable[["Peer"], None]


class Peer:
    """One connected client, as the script sees it."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._file = connection.makefile("rb")

    def request(self) -> dict[str, Any]:
        """The next request; empty when the client hung up."""
        line = self._file.readline()
        return msgspec.json.decode(line, type=dict[str, Any]) if line else {}

    def send(self, data: bytes) -> None:
        """Raw bytes."""
        self._socket.sendall(data)

    def answer(self, request: dict[str, Any], data: object) -> None:
        """A good answer."""
        self._tell({"ok": True, "id": request.get("id"), "version": 1, "data": data})

    def refuse(self, request: dict[str, Any], code: str, *, retryable: bool = False) -> None:
        """A refusal."""
        error = {"code": code, "message": f"It is {code}.", "retryable": retryable}
        self._tell({"ok": False, "id": request.get("id"), "version": 1, "error": error})

    def notify(self, event: str, seq: int, data: object, epoch: str = "boot") -> None:
        """A notification."""
        self._tell({"event": event, "seq": seq, "epoch": epoch, "data": data})

    def wait_for_hangup(self) -> None:
        """Until the client closes."""
        while self._file.readline():
            pass

    def close(self) -> None:
        """Let go of the connection."""
        self._file.close()

    def _tell(self, message: object) -> None:
        self.send(msgspec.json.encode(message) + b"\n")


class ScriptedDaemon:
    """Listens on a path and runs one script per connection, in order."""

    def __init__(self, path: Path, *scripts: Script) -> None:
        self.path = str(path)
        self._scripts = scripts
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(self.path)
        self._listening.listen()
        self._listening.settimeout(20)
        self._thread = threading.Thread(target=self._serve)
        self.failures: list[BaseException] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._listening.close()
        if exc is None:
            assert not self.failures, self.failures

    def _serve(self) -> None:
        for script in self._scripts:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                peer = Peer(connection)
                try:
                    script(peer)
                except Exception as error:  # noqa: BLE001 - told by the test's own thread
                    self.failures.append(error)
                finally:
                    peer.close()


def session(session_id: str, status: str = "working", **fields: object) -> dict[str, object]:
    """A session as the wire has it."""
    return {
        "session_id": session_id,
        "status": status,
        "since_ms": 1,
        "last_seen_ms": 1,
        "display_name": session_id,
        **fields,
    }


def snapshot(
    *sessions: dict[str, object], seq: int = 1, epoch: str = "boot", resync: bool = True
) -> dict[str, object]:
    """The answer to SUB."""
    return {
        "epoch": epoch,
        "seq": seq,
        "sessions": sessions,
        "metadata": [],
        "limits": {},
        "resync": resync,
    }

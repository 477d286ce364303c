"""A socket that gives every line the same answer."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

from agent_console.protocol.codec import decode_request
from agent_console.protocol.messages import Request


class AnsweringDaemon:
    """Answers every line with the same answer, and remembers the lines; without one it hangs up."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.answer = b""
        self.lines: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self.path)
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def requests(self) -> list[Request]:
        return [decode_request(line) for line in self.lines]

    def close(self) -> None:
        """Stop after every connection that was made before was read to its end."""
        if self._thread.is_alive():
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(self.path)
                last.sendall(b"stop\n")
            self._thread.join(30)
        self._socket.close()

    def _serve(self) -> None:
        stopping = False
        while not stopping:
            connection, _ = self._socket.accept()
            # A client may leave without its answer; only what it sent matters here.
            with suppress(ConnectionError), connection, connection.makefile("rb") as reader:
                for line in reader:
                    stopping = line == b"stop\n"
                    if stopping:
                        break
                    self.lines.append(line)
                    if not self.answer:
                        break
                    connection.sendall(self.answer)

"""Lines out of whatever pieces a socket gives.

Rule: no byte is looked at twice, because one answer may be megabytes long.
"""


class LineBuffer:
    """Collects received bytes and gives the lines that are complete."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []

    def feed(self, received: bytes) -> list[bytes]:
        """The lines that `received` completes, without their newlines."""
        *lines, rest = received.split(b"\n")
        if lines:
            lines[0] = b"".join((*self._begun, lines[0]))
            self._begun.clear()
        if rest:
            self._begun.append(rest)
        return lines

"""What systemd is told: ready, how it goes, still alive, stopping (sd_notify(3)).

Rule: without `$NOTIFY_SOCKET` every call does nothing. The watchdog is fed from the actor's own
turn, so that a stuck actor is restarted.
"""

import os
import socket


class Notifier:
    """The notification socket of the service manager."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    @property
    def under_systemd(self) -> bool:
        """Whether a service manager started us and listens."""
        return bool(self._address)

    def tell(self, *lines: str) -> None:
        """Send assignments like `READY=1`; a manager that does not listen is no reason to fail."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            try:
                sock.sendto("\n".join(lines).encode(), self._address)
            except OSError:
                return


def watchdog_interval_seconds() -> float | None:
    """Half of what systemd allows between two signs of life; null when it wants none."""
    wanted = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID", "")
    if not wanted.isdigit() or int(wanted) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(wanted) / 2_000_000

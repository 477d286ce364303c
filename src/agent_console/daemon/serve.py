"""One life of the daemon's process: what is set up before the server runs, and undone after it.

Rule: what holds for the whole process as long as it lives (limits, how threads are switched, the
record of the socket) is set here and not by Server, so that a Server can run in any process.
"""

import importlib.util
import os
import resource
import signal
import sys

import anyio

from agent_console import config as configuration, log, paths
from agent_console.daemon.instance import Instance, handed_over_path
from agent_console.daemon.server import Server
from agent_console.daemon.socket_record import recorded

SWITCH_SECONDS = 0.0002
"""How long the event loop and the journal's thread wait for each other while both have work. What
Python does by itself is 25 times that, and a client's GET would feel it; the thread asks for the
interpreter again after each statement of SQLite, some fifteen times for a commit."""
MAX_OPEN_FILES = 4_096
"""Room for all connections, and for a descriptor of each session's process."""


def serve(given: str | None = None) -> int:
    """Run the daemon until it is told to stop; the exit code.

    Args:
        given: The socket's path, when it is not the usual one.

    Raises:
        DaemonAlreadyRunningError: Another daemon holds the socket.
        ConfigError: The configuration or the socket's folder cannot be used.
    """
    # Whoever finds our lock may ask us to reload before we listen to signals.
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        _serve(given)
    finally:
        signal.signal(signal.SIGHUP, before)
    return 0


def _serve(given: str | None) -> None:
    config = configuration.load()
    log.configure(config.daemon.log_level)
    usual = not given and not os.environ.get("AGENT_CONSOLE_SOCKET")
    if usual:
        given = handed_over_path()
    instance = Instance(paths.socket_path(given), usual=usual and given is None)
    try:
        _allow_open_files()
        sys.setswitchinterval(SWITCH_SECONDS)
        with recorded(instance.path):
            server = Server(instance, config)
            backend_options = {"use_uvloop": True} if _has_uvloop() else {}
            anyio.run(server.run, backend_options=backend_options)
    finally:
        instance.release()


def _has_uvloop() -> bool:
    return importlib.util.find_spec("uvloop") is not None


def _allow_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

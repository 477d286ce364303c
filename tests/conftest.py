"""What every test shares: event loops, a home that is not the person's, Hypothesis' profile."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.scratch import left_behind, scratch_folder

# How long an example takes says something of the machine and who else uses it, not of our code.
# In CI the same commit gives the same verdict; elsewhere each run looks at other examples.
settings.register_profile(
    "here",
    settings.get_profile("default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


_OURS = ("XDG_", "CLAUDE_", "AGENT_CONSOLE_", "LISTEN_", "NOTIFY_")
_THE_PERSONS_SCREEN = (
    "COLUMNS",
    "LINES",
    "DBUS_SESSION_",
    "DISPLAY",
    "WAYLAND_",
    "TMUX",
    "ZELLIJ",
    "KITTY_",
    "WEZTERM_",
)
"""No test may show a notice on it, or open a window."""


_SLOW = ("web", "tui", "sdk", "daemon")
"""Folders whose files take longest, in this order: run first, so that no process ends long after
the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow folders; .ci/check has xdist keep this order."""
    tests = Path(__file__).parent
    ranks = {folder: rank for rank, folder in enumerate(_SLOW)}
    items.sort(key=lambda item: ranks.get(item.path.relative_to(tests).parts[0], len(ranks)))


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Async tests run on both event loops."""
    return str(request.param)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No process and no folder outlives the tests; with xdist, each of its processes looks."""
    yield
    assert left_behind() == []


@pytest.fixture(autouse=True)
def scratch_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, short enough for socket paths, with no variable of ours set."""
    for name in list(os.environ):
        if name.startswith(_OURS + _THE_PERSONS_SCREEN):
            monkeypatch.delenv(name)
    with scratch_folder() as home:
        monkeypatch.setenv("HOME", str(home))
        yield home

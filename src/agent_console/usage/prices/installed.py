"""Which releases make prices here, without importing the catalogue.

Rule: this runs in every report, so it costs a look at two folders: no import of genai_prices (a
third of a second) and none of package metadata (50 ms). Two environments with the same releases
give the same answer: they share a ledger and must not take turns in looking everything up.
"""

import os
from importlib.machinery import PathFinder

from agent_console.version import __version__

_PACKAGE = "genai_prices"


def price_makers() -> str:
    """Our release, whose rules apply prices, and the release and size of the catalogue."""
    return f"agent-console {__version__}, genai-prices {_catalogue()}"


def catalogue_installed_ms() -> int | None:
    """When the catalogue that is used came here, Unix milliseconds; null when that is not known."""
    spec = PathFinder.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    try:
        return os.stat(spec.origin).st_mtime_ns // 1_000_000
    except OSError:
        return None


def _catalogue() -> str:
    spec = PathFinder.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return "none"
    package = os.path.dirname(spec.origin)
    try:
        size = os.stat(os.path.join(package, "data.py")).st_size
        beside = os.listdir(os.path.dirname(package))
    except OSError:
        return spec.origin
    releases = [
        name.removeprefix(f"{_PACKAGE}-").removesuffix(".dist-info")
        for name in beside
        if name.startswith(f"{_PACKAGE}-") and name.endswith(".dist-info")
    ]
    return f"{' '.join(releases)} ({size} bytes)"

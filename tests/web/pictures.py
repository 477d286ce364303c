"""Pictures of every page, to be looked at; and the three that the README shows.

    python -m tests.web.pictures FOLDER [--theme dark]… [--page live]… [--markup]
    python -m tests.web.pictures --readme

Rule: a scratch home, a daemon, a dashboard and a browser of its own; nothing of the person's is
touched, and what is shown came through the real ledger, hooks and socket.
"""

import argparse
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.client.real_daemon import real_daemon
from tests.tui.session_story import LINES, bring_story, said, used
from tests.usage.ingest.transcripts import SESSION
from tests.web.dashboard import Browser, dashboard, page_of
from tests.web.full_house import fill_board, fill_ledger

PAGES = {
    "overview": "/", "live": "/live", "sessions": "/sessions", "trends": "/trends",
    "projects": "/projects", "models": "/models", "cache": "/cache", "budgets": "/budgets",
    "data": "/data",
    "session": f"/sessions?open={SESSION}",
}  # fmt: skip
STORY = (*LINES[:-1], said(7, "Done: 12 tests pass.", 118, used(21, 420, 900, 70_000)))
"""Without the letters that few machines have a font for."""
THEMES = ("dark", "light", "paper")
SIZES = ((1600, 1000), (360, 780))
README = {
    "overview": ("dark", (1280, 800)),
    "trends": ("light", (1280, 800)),
    "session": ("dark", (1280, 1300)),
}
README_FOLDER = Path(__file__).parents[1] / "pictures"


def main() -> None:
    """Take those that are wanted."""
    parser = argparse.ArgumentParser(description="Pictures of the dashboard.")
    parser.add_argument("folder", type=Path, nargs="?", help="where to; PAGE-THEME-WIDTH.png")
    parser.add_argument("--theme", action="append", choices=THEMES, help="only in this one")
    parser.add_argument("--page", action="append", choices=list(PAGES), help="only this one")
    parser.add_argument("--markup", action="store_true", help="some names in them are markup")
    parser.add_argument("--readme", action="store_true", help="those of the README, in their place")
    given = parser.parse_args()
    if given.readme:
        with _house(markup=False) as (address, browser):
            for page, (theme, size) in README.items():
                _take(browser, address, page, theme, size, README_FOLDER / f"{page}.png")
        return
    if given.folder is None:
        parser.error("say where to write them, or --readme")
    target: Path = given.folder.absolute()
    target.mkdir(parents=True, exist_ok=True)
    pages: Iterable[str] = given.page or PAGES
    with _house(markup=given.markup) as (address, browser):
        for theme in given.theme or THEMES:
            for page in pages:
                for size in SIZES:
                    path = target / f"{page}-{theme}-{size[0]}.png"
                    _take(browser, address, page, theme, size, path)
        for complaint in browser.complaints():
            sys.stderr.write(f"{complaint}\n")


def _take(  # noqa: PLR0917 - what a picture is
    browser: Browser, address: str, page: str, theme: str, size: tuple[int, int], path: Path
) -> None:
    browser.driver.add_cookie({"name": "agent_console_theme", "value": theme})
    browser.size(*size)
    browser.open(page_of(address, PAGES[page]))
    browser.settle()
    browser.picture(str(path))


@contextmanager
def _house(*, markup: bool) -> Generator[tuple[str, Browser]]:
    with TemporaryDirectory(prefix="ac", dir="/tmp") as home:
        os.environ["HOME"] = home
        fill_ledger(Path(home), nasty=markup)
        bring_story(Path(home), lines=STORY)
        socket = f"{home}/run/s"
        with real_daemon(socket), dashboard(socket) as address:
            fill_board(socket, nasty=markup)
            browser = Browser()
            try:
                browser.open(address)
                browser.until(lambda: "5h" in browser.text(".live"))
                yield address, browser
            finally:
                browser.driver.quit()


if __name__ == "__main__":
    main()

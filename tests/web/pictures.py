"""Pictures of every page, to be looked at: `python tests/web/pictures.py FOLDER [THEME...]`.

With PLAIN=1 no name in them is markup, as for the README; PAGES="live data" makes only these.
A scratch home, a daemon, a dashboard and a browser of its own; nothing of the person's is touched.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.client.real_daemon import real_daemon
from tests.web.dashboard import Browser, dashboard, page_of
from tests.web.full_house import fill_board, fill_ledger, session_id

PAGES = {
    "overview": "/", "live": "/live", "sessions": "/sessions", "trends": "/trends",
    "projects": "/projects", "models": "/models", "cache": "/cache", "budgets": "/budgets",
    "data": "/data",
    "session": f"/sessions?open={session_id(150)}",
}  # fmt: skip
SIZES = ((1600, 1000), (360, 780))


def main(folder: str, *themes: str) -> None:
    """Write `PAGE-THEME-WIDTH.png` for each."""
    target = Path(folder).absolute()
    target.mkdir(parents=True, exist_ok=True)
    only = os.environ.get("PAGES", "").split() or list(PAGES)
    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as home:
        os.environ["HOME"] = home
        nasty = not os.environ.get("PLAIN")
        fill_ledger(Path(home), nasty=nasty)
        socket = f"{home}/run/s"
        with real_daemon(socket), dashboard(socket) as address:
            fill_board(socket, nasty=nasty)
            browser = Browser()
            try:
                browser.open(address)
                for theme in themes or ("dark", "light"):
                    browser.driver.add_cookie({"name": "agent_console_theme", "value": theme})
                    for name in only:
                        for width, height in SIZES:
                            if width < 600 and theme != "dark":
                                continue
                            browser.size(width, height)
                            browser.open(page_of(address, PAGES[name]))
                            browser.settle()
                            browser.picture(str(target / f"{name}-{theme}-{width}.png"))
                for complaint in browser.complaints():
                    sys.stderr.write(f"{complaint}\n")
            finally:
                browser.driver.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])

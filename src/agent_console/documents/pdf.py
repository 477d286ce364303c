"""The page as a PDF, laid out for paper by WeasyPrint.

Rule: nothing is fetched: the page has all it needs, and an address in it that is followed is a bug.
"""

import logging
from typing import NoReturn

from agent_console.errors import AgentConsoleError


def pdf(html: str) -> bytes:
    """The PDF of a page.

    Raises:
        AgentConsoleError: A library of the system that WeasyPrint needs is not there.
    """
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it tells of CSS that paper ignores
    try:
        import weasyprint  # noqa: PLC0415 - looks for Pango when imported
    except OSError as error:
        raise AgentConsoleError(
            "PDF needs the library Pango, which is not on this system (Debian: `apt install "
            "libpango-1.0-0 libpangoft2-1.0-0`; macOS: `brew install pango`); --format html needs "
            "nothing."
        ) from error
    return weasyprint.HTML(string=html, url_fetcher=refuse).write_pdf()


def refuse(url: str, *_: object, **__: object) -> NoReturn:
    """What is called for an address in a page.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"A report fetches nothing, and not {url}.")

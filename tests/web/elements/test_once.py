"""What a page draws first is asked of the ledger before the browser is ready to draw it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cli.usage_ledger import small_ledger
from tests.web.dashboard import WAIT_SECONDS, free_port, host_of


@pytest.fixture
def telling(scratch_home: Path) -> Iterator["subprocess.Popen[str]"]:
    """A dashboard that tells what it has asked."""
    small_ledger(scratch_home).connection.close()
    command = [sys.executable, "-m", "tests.web.telling_server", f"{scratch_home}/none"]
    process = subprocess.Popen([*command, str(free_port())], stdout=subprocess.PIPE, text=True)
    late = threading.Timer(WAIT_SECONDS, process.kill)
    late.start()
    try:
        yield process
    finally:
        late.cancel()
        process.terminate()
        process.communicate()


QUESTIONS = ("overview", "compared")


def test_the_first_page_is_asked_for_before_anybody_opens_it(
    telling: "subprocess.Popen[str]",
) -> None:
    assert telling.stdout is not None
    assert telling.stdout.readline().startswith("http")
    assert {telling.stdout.readline().strip() for _ in QUESTIONS} == set(QUESTIONS)


def test_a_page_that_is_still_loading_has_its_questions_asked(
    telling: "subprocess.Popen[str]",
) -> None:
    assert telling.stdout is not None
    address: str = telling.stdout.readline().strip()
    with closing(HTTPConnection(host_of(address))) as connection:
        connection.request("GET", f"/?{urlsplit(address).query}")
        with connection.getresponse() as admitted:
            cookie = (admitted.getheader("set-cookie") or "").partition(";")[0]
            admitted.read()
        connection.request("GET", "/", headers={"cookie": cookie})
        with connection.getresponse() as page:
            assert page.status == 200

    asked = [telling.stdout.readline().strip() for _ in 2 * QUESTIONS]
    assert sorted(asked) == sorted(2 * QUESTIONS), "once before, and once for the page"

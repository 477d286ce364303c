"""What people do on the pages does what it says."""

import csv
import json
import sqlite3
from io import StringIO
from pathlib import Path

import pytest
from selenium.webdriver import Keys
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of
from tests.web.full_house import session_id

from agent_console.client.blocking import connect
from agent_console.protocol.messages import Alerts

DOWNLOADED = "return fetch(arguments[0]).then(answer => answer.text())"


@pytest.fixture
def inside(browser: Browser, house: House) -> Browser:
    browser.size(1600, 1000)
    browser.enter(house.address)
    return browser


def go(browser: Browser, house: House, path: str) -> None:
    browser.open(page_of(house.address, path))
    browser.settle()


def column(browser: Browser, name: str) -> list[str]:
    """The cells of a column, from top to bottom."""
    found = browser.run(
        "return [...document.querySelectorAll(`.ag-center-cols-container .ag-row`)]"
        ".sort((a, b) => a.getAttribute('row-index') - b.getAttribute('row-index'))"
        ".map(row => row.querySelector(`[col-id=\"${arguments[0]}\"]`)?.innerText ?? '')", name
    )  # fmt: skip
    return [str(each) for each in found]


def dollars(cells: list[str]) -> list[float]:
    return [float(cell[1:]) if cell.startswith("$") else -1.0 for cell in cells]


def test_sessions_are_sorted_by_a_column(inside: Browser, house: House) -> None:
    go(inside, house, "/sessions")
    inside.find('.ag-header-cell[col-id="cost"] .ag-header-cell-text').click()
    inside.until(lambda: dollars(column(inside, "cost"))[:1] == [
        max(dollars(column(inside, "cost")) or [0])
    ] and dollars(column(inside, "cost"))[0] > 5)  # fmt: skip
    costs = dollars(column(inside, "cost"))

    assert costs == sorted(costs, reverse=True)


def test_sessions_come_fifty_a_page(inside: Browser, house: House) -> None:
    go(inside, house, "/sessions")
    inside.until(lambda: "1 to 50 of" in inside.text(".ag-paging-panel").replace("\n", " "))
    first = column(inside, "id")[0]
    inside.find('[data-ref="btNext"], [ref="btNext"]').click()
    inside.until(lambda: column(inside, "id")[:1] not in ([], [first], [""]))

    assert "51 to 100 of" in inside.text(".ag-paging-panel").replace("\n", " ")


def test_sessions_over_a_dollar(inside: Browser, house: House) -> None:
    go(inside, house, "/sessions")
    inside.button("Over $1").click()
    inside.until(lambda: min(dollars(column(inside, "cost")) or [0]) >= 1)


def test_sessions_are_searched_by_words(inside: Browser, house: House) -> None:
    go(inside, house, "/sessions")
    search = inside.find('input[type="search"]')
    search.send_keys("task 155", Keys.ENTER)
    inside.until(lambda: column(inside, "title") == ["Task 155"])

    assert "search=task" in inside.driver.current_url


def test_a_session_in_full(inside: Browser, house: House) -> None:
    identity = session_id(155)
    go(inside, house, f"/sessions?open={identity}")
    inside.until(lambda: inside.all(".drawer .message"))

    assert identity in inside.text(".drawer .facts")
    assert len(inside.all(".drawer .message.most")) == 1
    exported = json.loads(inside.run(DOWNLOADED, f"/download/session?id={identity}"))
    assert exported["sessionId"] == identity
    assert len(exported["entries"]) == len(inside.all(".drawer .message"))


def test_a_session_that_nobody_knows_cannot_be_exported(inside: Browser, house: House) -> None:
    go(inside, house, "/sessions")

    assert "does not know" in inside.run(DOWNLOADED, "/download/session?id=nobody")


def test_filters_are_in_the_address(inside: Browser, house: House) -> None:
    go(inside, house, "/projects")
    inside.button("7 days").click()
    inside.until(lambda: "last=7d" in inside.driver.current_url)
    inside.button("Week").click()
    inside.until(lambda: "last=7d&by=weekly" in inside.driver.current_url)


def test_a_filter_that_cannot_be_is_said(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/trends?since=yesteryear"))
    inside.until(lambda: "yesteryear" in inside.text(".q-notification"))


def test_a_budget_is_set_changed_paused_and_removed(inside: Browser, house: House) -> None:
    go(inside, house, "/budgets")
    inside.button("New budget").click()
    amount = inside.find('.sheet input[aria-label="Amount"]')
    amount.send_keys("lots")
    inside.button("Save").click()
    inside.until(lambda: "write dollars above 0" in inside.text(".q-notification"))
    amount.send_keys(Keys.CONTROL, "a")
    amount.send_keys("777")
    inside.button("Save").click()
    line = "of $777.00"
    inside.until(lambda: line in inside.text(".budget"))
    # It takes the place of the one for everything each month.
    budget = next(each for each in inside.all(".budget") if line in each.text)
    next(each for each in budget.find_elements("css selector", "button")
         if each.text == "Pause").click()  # fmt: skip
    inside.until(lambda: "paused" in inside.text(".budget"))
    count = len(inside.all(".budget"))
    budget = next(each for each in inside.all(".budget") if line in each.text)
    next(each for each in budget.find_elements("css selector", "button")
         if each.text == "Remove").click()  # fmt: skip
    inside.press(".sheet .danger")
    inside.until(lambda: len(inside.all(".budget")) == count - 1)

    assert line not in inside.text(".budget")


def test_an_alert_is_acknowledged_everywhere(inside: Browser, house: House) -> None:
    go(inside, house, "/budgets")
    inside.until(lambda: inside.all(".alert-line.waits"))
    inside.until(lambda: inside.text(".badge") not in {"", "0"})
    inside.button("Acknowledge all").click()
    inside.until(lambda: not inside.all(".alert-line.waits"))
    inside.until(lambda: not inside.find(".badge").is_displayed())
    with connect(house.socket) as client:
        assert client.request(Alerts(unacknowledged=True)) == ()


@pytest.mark.parametrize("level", ["day", "session", "message"])
def test_an_export_has_what_the_ledger_has(inside: Browser, house: House, level: str) -> None:
    go(inside, house, "/data")
    text = inside.run(DOWNLOADED, f"/download/usage?all=1&level={level}&format=csv")
    rows = list(csv.DictReader(StringIO(text)))
    path = Path(house.home) / ".local/share/agent-console/metrics.db"
    connection = sqlite3.connect(path)
    try:
        count = connection.execute(
            {"day": "SELECT 0", "session": "SELECT count(DISTINCT session_no) FROM messages",
             "message": "SELECT count(*) FROM messages"}[level]
        ).fetchone()[0]  # fmt: skip
    finally:
        connection.close()

    assert len(rows) >= 2 if level == "day" else len(rows) >= count
    assert "There is no field nothing" in inside.run(DOWNLOADED, "/download/usage?fields=nothing")

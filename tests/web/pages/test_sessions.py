"""The list of sessions and the drawer of one, as a person uses them."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import ActionChains, Keys
from tests.tui.session_story import BEGAN_MS, LINES, bring_story
from tests.usage.ingest.transcripts import SESSION, answer
from tests.usage.reports.ledgers import Ledger, Message
from tests.web.audit import trips
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of
from tests.web.full_house import session_id

HEADINGS = (
    "Title", "Project", "Start", "End", "Duration", "Messages", "Tokens", "Cache", "Cost", "Model",
    "Branch", "Id",
)  # fmt: skip


@pytest.fixture
def sessions(browser: Browser, house: House) -> Iterator[Browser]:
    browser.size(1600, 1000)
    browser.enter(house.address)
    browser.open(page_of(house.address, "/sessions"))
    browser.until(lambda: cells(browser, "title"))
    yield browser
    browser.run("localStorage.clear()")


def headings(browser: Browser) -> list[str]:
    return browser.text(".ag-header-cell-text").split("\n")


def cells(browser: Browser, name: str) -> list[str]:
    found = browser.text(f'.ag-center-cols-container [col-id="{name}"]').split("\n")
    return [each for each in found if each]


def focused(browser: Browser) -> str:
    return str(browser.run("return document.activeElement.innerText"))


def test_a_wide_grid_has_every_column(sessions: Browser) -> None:
    assert headings(sessions) == list(HEADINGS)


def test_columns_are_chosen_by_keyboard_and_kept(sessions: Browser, house: House) -> None:
    sessions.run("document.querySelector('.menu > summary').focus()")
    keys = ActionChains(sessions.driver)
    keys.send_keys(Keys.ENTER).send_keys(Keys.TAB).send_keys(Keys.TAB).send_keys(Keys.SPACE)
    keys.send_keys(Keys.ESCAPE).perform()
    sessions.until(lambda: "Project" not in headings(sessions))
    assert focused(sessions).startswith("Columns")

    sessions.size(700, 900)
    sessions.open(page_of(house.address, "/sessions"))
    sessions.until(lambda: cells(sessions, "title"))
    assert not {"Project", "Branch"} & set(headings(sessions))
    sessions.press(".menu > summary")
    sessions.find('[data-column="sessions branch"]').click()
    sessions.until(lambda: "Branch" in headings(sessions))
    sessions.button("As many as fit").click()
    sessions.until(lambda: "Project" in headings(sessions))

    assert "Branch" not in headings(sessions)


def test_a_cost_is_in_the_address_with_everything_else(sessions: Browser, house: House) -> None:
    sessions.find('input[name="over"]').send_keys("2.50", Keys.ENTER)
    sessions.until(lambda: "over=2.50" in sessions.driver.current_url)
    sessions.until(lambda: cells(sessions, "cost"))
    assert min(float(each[1:]) for each in cells(sessions, "cost")) >= 2.5
    sessions.button("30 days").click()
    sessions.until(lambda: "last=30d" in sessions.driver.current_url)

    assert "over=2.50" in sessions.driver.current_url
    sessions.open(page_of(house.address, "/sessions?over=much"))
    sessions.until(lambda: "write dollars" in sessions.text(".q-notification"))


def test_a_session_says_who_said_what_when_and_for_how_much(
    sessions: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(house.home))
    bring_story(house.home)
    sessions.open(page_of(house.address, f"/sessions?open={SESSION}"))
    sessions.until(lambda: sessions.all(".drawer .message"))
    sessions.settle()
    people = sessions.text(".drawer .message .role").split("\n")
    words = sessions.text(".drawer .message .said")

    assert {"you", "assistant"} <= set(people)
    assert sessions.text(".drawer .message .tokens").count(" in") == people.count("assistant")
    assert sessions.text(".drawer .message .money").count("$") >= 1
    assert len({*sessions.text(".drawer .message time").split("\n")}) > 1
    assert "Done: 12 tests pass." in words
    assert "Tokens:" in sessions.text(".drawer .panel-lines")
    colours = sessions.run(
        "return [...document.querySelectorAll('.drawer .message.assistant .money')]"
        ".map(each => getComputedStyle(each).color)"
    )
    plain = sessions.run("return getComputedStyle(document.querySelector('.drawer')).color")
    assert colours
    assert plain not in colours


def test_what_was_billed_beside_the_messages_is_named_and_not_counted_with_them(
    sessions: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(house.home))
    bring_story(house.home)
    ledger = Ledger(house.home / ".local/share/agent-console/metrics.db")
    ledger.fill([Message(BEGAN_MS, SESSION, kind=2, key="s:cost-state:1", input_tokens=700)])
    ledger.connection.close()
    sessions.open(page_of(house.address, f"/sessions?open={SESSION}"))
    sessions.until(lambda: "unlisted" in sessions.text(".drawer .message .role"))

    assert "Messages\n12\n" in sessions.text(".drawer .facts")
    assert "12 messages, 1 unlisted" in sessions.text(".drawer h3").split("\n")
    assert len(sessions.all(".drawer .message")) == 13


def test_errors_of_the_api_are_counted_when_there_are_any(
    sessions: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(house.home))
    failed = answer("failed", model="<synthetic>", isApiErrorMessage=True)
    bring_story(house.home, lines=[*LINES, failed])
    sessions.open(page_of(house.address, f"/sessions?open={SESSION}"))

    sessions.until(lambda: "API errors\n1\n" in sessions.text(".drawer .facts"))


def test_a_timeline_marks_what_the_cache_took_and_gave(sessions: Browser, house: House) -> None:
    sessions.open(page_of(house.address, f"/sessions?open={session_id(155)}"))
    sessions.until(lambda: sessions.all(".drawer .lanes canvas"))
    words = sessions.find(".drawer .lanes").get_attribute("aria-label")

    sessions.until(lambda: sessions.run(  # it moves in
        "const box = document.querySelector('.drawer').getBoundingClientRect();"
        "return box.right === document.body.clientWidth && box.width === 720"
    ))  # fmt: skip
    assert "9 messages; 9 cache writes of" in str(words)
    sessions.until(lambda: "Most expensive" in sessions.text(".drawer .facts"))
    assert "Cache efficiency" in sessions.text(".drawer .facts")
    assert trips(sessions) == []


def test_escape_closes_a_session_and_goes_back_to_its_row(sessions: Browser) -> None:
    cell = sessions.find('.ag-center-cols-container .ag-row[row-index="2"] [col-id="title"]')
    sessions.run("arguments[0].focus()", cell)
    cell.send_keys(Keys.ENTER)
    sessions.until(lambda: sessions.all(".drawer .panel-lines"))
    ActionChains(sessions.driver).send_keys(Keys.ESCAPE).perform()
    sessions.until(lambda: not sessions.all(".drawer"))

    sessions.until(lambda: sessions.run(
        "return document.activeElement.closest('.ag-row')?.getAttribute('row-index') === '2'"
    ))  # fmt: skip


def test_an_address_with_an_unknown_session_says_so(sessions: Browser, house: House) -> None:
    sessions.open(page_of(house.address, "/sessions?open=nobody"))

    sessions.until(lambda: "No session is called nobody" in sessions.text(".q-notification"))
    sessions.until(lambda: not sessions.all(".drawer"))

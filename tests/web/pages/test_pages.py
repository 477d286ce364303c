"""Every page opens, with data and without, asks nobody else and shows texts as texts."""

from typing import Any, cast

import pytest
from selenium.webdriver import ActionChains, Keys
from tests.web.audit import trips
from tests.web.conftest import House
from tests.web.dashboard import Browser, host_of, page_of
from tests.web.full_house import NASTY, session_id

from agent_console.model.palette import GROUNDS
from agent_console.web.elements.themes import variables_of

PAGES = {
    "/": "Overview", "/live": "Live", "/sessions": "Sessions", "/trends": "Trends",
    "/projects": "Projects", "/models": "Models", "/cache": "Cache", "/budgets": "Budgets",
    "/data": "Data",
}  # fmt: skip
NARROW, WIDE = (360, 780), (1600, 1000)
NASTY_SESSION = session_id(9_005)


@pytest.fixture
def inside(browser: Browser, house: House) -> Browser:
    """The browser, let in, on no page, and all that it has noted forgotten."""
    browser.size(*WIDE)
    browser.enter(house.address)
    browser.driver.get("about:blank")
    browser.complaints()
    browser.hosts()
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_without_a_complaint_and_asks_nobody_else(
    inside: Browser, house: House, path: str
) -> None:
    inside.open(page_of(house.address, path))
    inside.settle()

    assert inside.text("h1") == PAGES[path]
    assert inside.complaints() == []
    assert inside.hosts() == {host_of(house.address)}
    assert inside.run("return document.querySelector('[aria-current=page]').innerText") != ""
    for theme in GROUNDS:
        inside.run(
            "document.documentElement.style.cssText = arguments[0]; Quasar.Dark.set(arguments[1])",
            variables_of(theme), theme == "dark",
        )  # fmt: skip
        assert trips(inside) == [], theme


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_where_nothing_has_happened(
    browser: Browser, empty_house: House, path: str
) -> None:
    browser.enter(empty_house.address)
    browser.driver.get("about:blank")
    browser.complaints()
    browser.open(page_of(empty_house.address, path))
    browser.settle()

    assert browser.complaints() == []


@pytest.mark.parametrize(
    ("path", "words"),
    [("/", "Nobody works right now"), ("/live", "agent-console install"),
     ("/sessions", "agent-console ingest"),
     ("/trends", "Nothing was used"), ("/budgets", "No budget is set"),
     ("/data", "Nothing is counted yet"), ("/cache", "Nothing was used")],
)  # fmt: skip
def test_an_empty_page_says_what_to_do(
    browser: Browser, empty_house: House, path: str, words: str
) -> None:
    browser.enter(empty_house.address)
    browser.open(page_of(empty_house.address, path))

    browser.until(lambda: words in browser.text("#content"))


@pytest.mark.parametrize(
    "path", [*PAGES, f"/sessions?open={NASTY_SESSION}", "/sessions?search=%3Cscript%3E"]
)
def test_texts_of_sessions_are_never_markup(inside: Browser, house: House, path: str) -> None:
    inside.open(page_of(house.address, path))
    inside.settle()

    assert inside.run("return window.owned") is None
    assert inside.run("return document.querySelectorAll('#content img, .drawer img').length") == 0


def test_a_project_label_model_and_tool_summary_stand_there_as_they_are(
    inside: Browser, house: House
) -> None:
    inside.open(page_of(house.address, f"/sessions?open={NASTY_SESSION}"))
    inside.until(lambda: NASTY in inside.text(".drawer .chip"))

    assert f"Bash {NASTY}" in inside.text(".drawer")
    assert NASTY.replace("/", "") in inside.text(".drawer h2")
    inside.open(page_of(house.address, "/models"))
    inside.until(lambda: f"nobody-{NASTY}" in inside.text(".ag-cell"))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_a_page_is_as_wide_as_its_window(
    inside: Browser, house: House, path: str, size: tuple[int, int]
) -> None:
    inside.size(*size)
    inside.open(page_of(house.address, path))
    inside.settle()
    width = inside.run("return document.documentElement.scrollWidth")

    assert width <= size[0]
    assert inside.run("return document.querySelector('h1').getBoundingClientRect().right") <= width
    here = "return document.querySelector('.nav [aria-current]').getBoundingClientRect().right"
    assert inside.run(here) <= width


def test_a_theme_is_kept(inside: Browser, house: House) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    seen: set[str] = set()
    inside.open(page_of(house.address, "/"))
    for words in ("Light", "Paper", "Dark"):
        inside.button(words).click()
        name = words.lower()
        inside.find(f".themes button[aria-pressed=true][data-theme={name}]")
        inside.open(page_of(house.address, "/live"))
        seen.add(str(inside.run(ground)))

    assert len(seen) == 3


def test_the_keyboard_reaches_the_pages_and_can_skip_them(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/"))
    name = "return document.activeElement.innerText.trim().split('\\n').pop()"
    reached: list[str] = []
    for _ in range(len(PAGES) + 2):
        ActionChains(inside.driver).send_keys(Keys.TAB).perform()
        reached.append(str(inside.run(name)))

    assert reached[0] == "Skip to the content"
    assert [word for word in reached[2:] if not word.isdecimal()] == [
        each for each in PAGES.values() if each in reached[2:]
    ]
    assert set(PAGES.values()) - {"Budgets"} <= set(reached)
    skip = inside.find(".skip")
    skip.send_keys(Keys.ENTER)
    inside.until(lambda: inside.run("return document.activeElement.id") == "content")


def test_no_file_is_left_where_it_was_started(house: House) -> None:
    assert not (house.home / ".nicegui").exists()


@pytest.mark.parametrize("width", [360, 1600])
def test_the_shell_is_painted_before_any_script_has_run(
    inside: Browser, house: House, width: int
) -> None:
    inside.size(width, 900)
    try:
        inside.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        inside.driver.get(page_of(house.address, "/sessions"))
        before = {name: _place(inside, f".first-paint {name}") for name in ("h1", ".side")}
        words = inside.all(".first-paint")[0].text
    finally:
        inside.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert set(PAGES.values()) <= set(words.split("\n"))
    inside.open(page_of(house.address, "/sessions"))

    assert inside.all(".first-paint") == []
    assert {name: _place(inside, f"#app {name}") for name in before} == before


def _place(browser: Browser, css: str) -> tuple[float, float]:
    rect: dict[str, float] = cast("Any", browser.find(css)).rect
    return rect["x"], rect["y"]

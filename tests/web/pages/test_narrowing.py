"""A click in a chart or table narrows every page, and a click in a day opens its sessions."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from selenium.webdriver import ActionChains
from tests.web.conftest import House
from tests.web.dashboard import Browser, host_of, page_of
from tests.web.full_house import session_id

SHOP = "=/home/ada/shop"
NARROWED = "project=%3D%2Fhome%2Fada%2Fshop"
CTRL = 2
"""As the browser's protocol has it."""
CHART = (
    'const element = document.querySelector(`[role=img][aria-label^="${arguments[0]}"]`);'
    "const chart = element && getElement(Number(element.id.slice(1)))?.chart;"
    "const options = chart?.getOption?.();"
    "if (!options?.series?.length) return null;"
)  # fmt: skip
"""The chart whose label begins with the first argument, once it is drawn."""


@pytest.fixture
def inside(browser: Browser, house: House) -> Browser:
    browser.size(1600, 1000)
    if host_of(house.address) not in browser.driver.current_url:
        browser.open(house.address)
    return browser


def asks(browser: Browser) -> dict[str, str]:
    """What the address asks for."""
    address = str(browser.driver.current_url)
    return dict(parse_qsl(urlsplit(address).query))


def click(browser: Browser, label: str, place: str) -> None:
    """Click in a chart.

    Args:
        browser: It shows the page.
        label: The chart's begins so.
        place: An expression for `[x, y]`, of `chart`, `options` and `element`.
    """
    chart = f'[role=img][aria-label^="{label}"]'
    browser.until(lambda: browser.run(f"{CHART} return {place}", label))
    element = browser.find(chart)
    browser.run("arguments[0].scrollIntoView({block: 'center'})", element)
    x, y = browser.until(lambda: browser.run(f"{CHART} return {place}", label))
    width, height = browser.run(
        "return [arguments[0].clientWidth, arguments[0].clientHeight]", element
    )
    ActionChains(browser.driver).move_to_element_with_offset(
        element, round(x - width / 2), round(y - height / 2)
    ).click().perform()


def in_column(number: int) -> str:
    """High above the bar or point with this number."""
    return f"chart.console_picks && [chart.convertToPixel({{xAxisIndex: 0}}, {number}), 90]"


def drawn(words: str) -> str:
    """Where these words are drawn."""
    return (
        "(found => found && (box => [box.x + box.width / 2, box.y + box.height / 2])"
        "((box => { box = box.clone(); box.applyTransform(found.getComputedTransform()); "
        "return box; })(found.getBoundingRect())))"
        "(chart.getZr().storage.getDisplayList(true)"
        f".find(each => each.style?.text === '{words}'))"
    )


IN_FIRST_ROW = (
    "chart.console_picks && [element.clientWidth / 2, chart.convertToPixel({yAxisIndex: 0}, 0)]"
)
IN_FIRST_SLICE = "[element.clientWidth / 2 + 25, element.clientHeight * 0.44 - 90]"


def test_a_row_of_projects_narrows_every_page_until_the_chip_is_taken_away(
    inside: Browser, house: House
) -> None:
    inside.open(page_of(house.address, "/projects?last=90d"))
    inside.press('.ag-row[row-id="/home/ada/shop"] [col-id="name"]')
    inside.until(lambda: asks(inside).get("project") == SHOP)
    inside.find(".chips")
    for name in ("Overview", "Live", "Sessions", "Trends", "Models", "Cache", "Projects"):
        go_to(inside, name)

        assert asks(inside) == {"last": "90d", "project": SHOP}
    inside.until(lambda: inside.text(".ag-center-cols-container .ag-row").startswith("#1"))
    assert len(inside.all(".ag-center-cols-container .ag-row")) == 1
    inside.press('.ag-row[row-id="/home/ada/shop"] [col-id="name"]')
    inside.until(lambda: "project" not in asks(inside))
    inside.open(page_of(house.address, f"/projects?last=90d&{NARROWED}"))
    inside.press(".chips a")
    inside.until(lambda: len(inside.all(".ag-center-cols-container .ag-row")) > 1)

    assert asks(inside) == {"last": "90d"}
    assert not inside.all(".chips")


def go_to(browser: Browser, name: str) -> None:
    """Another page, by the navigation, and its chip."""
    path = "/?" if name == "Overview" else f"/{name.lower()}?"
    browser.press(f'.nav a[href^="{path}"]')
    browser.until(lambda: browser.text("h1") == name)
    browser.until(lambda: "Project: shop" in browser.text(".chips"))


def test_the_number_of_sessions_opens_them(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/projects"))
    inside.press('.ag-row[row-id="/home/ada/shop"] [col-id="sessions"]')
    inside.until(lambda: "/sessions?" in inside.driver.current_url)

    assert asks(inside) == {"last": "30d", "project": SHOP}


@pytest.mark.parametrize(
    ("page", "label", "place"),
    [
        ("/projects", "Share of the cost by model", IN_FIRST_SLICE),
        ("/models", "Tokens by class", in_column(0)),
        ("/models", "In how many", IN_FIRST_ROW),
    ],
    ids=["slice", "classes", "sessions"],
)
def test_a_part_of_a_chart_narrows_the_page(
    inside: Browser, house: House, page: str, label: str, place: str
) -> None:
    inside.open(page_of(house.address, page))
    click(inside, label, place)
    inside.until(lambda: asks(inside) == {"last": "30d", "model": "=claude-opus-5"})


@pytest.mark.parametrize(
    ("page", "label"),
    [("/trends?last=7d", "Tokens by class and cost"), ("/", "Cost of the last seven days")],
)
def test_a_day_opens_its_sessions_wherever_in_it_one_clicks(
    inside: Browser, house: House, page: str, label: str
) -> None:
    inside.open(page_of(house.address, page))
    days = inside.until(lambda: inside.run(f"{CHART} return options.xAxis[0].data", label))
    click(inside, label, in_column(4))
    inside.until(lambda: "/sessions?" in inside.driver.current_url)

    assert asks(inside)["since"] == asks(inside)["until"]
    assert asks(inside)["since"].endswith(days[4])


def test_a_name_in_the_legend_takes_its_line_away(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/models"))
    label = "Cost of models"
    click(inside, label, drawn("opus-5"))
    inside.until(
        lambda: inside.run(f"{CHART} return options.legend[0].selected['opus-5'] === false", label)
    )

    assert "model" not in asks(inside)


def test_the_wheel_scrolls_the_page_and_with_ctrl_it_zooms(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/trends"))
    label = "Tokens by class and cost"
    zoomed = f"{CHART} return options.dataZoom[0].end - options.dataZoom[0].start"
    inside.until(lambda: inside.run(zoomed, label) == 100)

    def turn(keys: int) -> None:
        inside.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
            "type": "mouseWheel", "x": 800, "y": 400, "deltaX": 0, "deltaY": -100,
            "modifiers": keys,
        })  # fmt: skip

    inside.run("scrollTo(0, 200)")
    turn(0)
    inside.until(lambda: inside.run("return scrollY") < 200)
    assert inside.run(zoomed, label) == 100
    turn(CTRL)
    inside.until(lambda: inside.run(zoomed, label) < 100)


def test_the_overview_is_of_what_is_chosen_on_it(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/"))
    below = ".cards .card:nth-child(3) .below"
    inside.until(lambda: "projects" in inside.text(below))
    inside.press(f'a.meter[href*="{NARROWED}"]')
    inside.until(lambda: "in 1 project" in inside.text(below))

    assert NARROWED in inside.run("return document.querySelector('a[download]').href")
    assert "payments" not in inside.text(".row-line .who")
    assert "shop" in inside.text(".row-line .who")


def test_the_overview_reads_again_and_opens_the_latest_session(
    inside: Browser, house: House
) -> None:
    inside.open(page_of(house.address, "/"))
    inside.button("Refresh").click()
    inside.until(lambda: "Read again at" in inside.text(".q-notification"))
    inside.button("Latest session").click()
    inside.until(lambda: inside.all(".drawer"))


def test_the_board_has_only_what_the_chip_says(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, f"/live?{NARROWED}"))
    inside.find(f'.ag-row[row-id="{session_id(9_002)}"]')

    assert len(inside.all(".ag-center-cols-container .ag-row")) == 1


def test_projects_of_the_cache_page_are_sorted_and_narrow_it(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/cache?last="))
    saved = ".ag-row [col-id=saved]"
    inside.until(lambda: len(inside.all(saved)) > 1)
    inside.press(".ag-header-cell[col-id=saved]")

    def dollars() -> list[float]:
        rows = sorted(
            inside.all(".ag-row:has([col-id=saved])"),
            key=lambda row: int(row.get_attribute("row-index") or 0),
        )
        texts = [str(row.find_element("css selector", "[col-id=saved]").text) for row in rows]
        return [float(text.replace("$", "").replace(",", "")) for text in texts]

    inside.until(lambda: len(set(dollars())) > 1 and dollars() == sorted(dollars(), reverse=True))
    inside.press(".ag-row [col-id=name]")
    assert inside.until(lambda: asks(inside).get("project", "")).startswith("=")


def test_a_chart_is_used_by_keyboard(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/trends"))
    label = "Tokens by class and cost"
    inside.until(lambda: inside.run(f"{CHART} return true", label))
    chart = inside.find(f'[role=img][aria-label^="{label}"]')
    inside.run("arguments[0].focus()", chart)

    inside.press_key("1")
    hidden = "options.legend[0].selected[options.series[0].name] === false"
    inside.until(lambda: inside.run(f"{CHART} return {hidden}", label))
    inside.press_key("1")
    inside.until(lambda: not inside.run(f"{CHART} return {hidden}", label))
    shown = f"{CHART} return options.dataZoom[0].end - options.dataZoom[0].start"
    inside.press_key("+")
    inside.until(lambda: round(inside.run(shown, label)) == 50)
    inside.press_key("-")
    inside.until(lambda: round(inside.run(shown, label)) == 100)


def test_a_range_that_ends_before_it_begins_is_told(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/trends?since=2026-05-02&until=2026-05-01"))
    words = "The last day, 2026-05-01, is before the first, 2026-05-02"
    inside.until(lambda: words.lower() in inside.text(".q-notification").lower())

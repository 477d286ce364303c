"""What happens is on the page at once."""

import time

import pytest
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of
from tests.web.full_house import hook, session_id

from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.protocol.messages import Remove, SetSession, Upsert

NEW = session_id(7_000)


@pytest.fixture
def live(browser: Browser, house: House) -> Browser:
    browser.size(1600, 1000)
    browser.enter(house.address)
    browser.open(page_of(house.address, "/live"))
    browser.until(lambda: "payments-service" in browser.text(".ag-cell"))
    return browser


def row(browser: Browser, identity: str) -> str:
    return browser.text(f'.ag-row[row-id="{identity}"]')


def test_a_session_that_comes_changes_and_goes(live: Browser, house: House) -> None:
    with connect(house.socket) as client:
        client.request(SetSession(session_id=NEW, status=Status.WORKING, working_dir="/srv/new"))
        live.until(lambda: "working" in row(live, NEW))
        client.request(SetSession(session_id=NEW, status=Status.QUESTION))
        live.until(lambda: "question" in row(live, NEW))
        client.request(Upsert(session_id=NEW, cost_usd=3.21, input_tokens=10, message_id="new"))
        live.until(lambda: "$3.21" in row(live, NEW))
        client.request(Remove(session_id=NEW))
        live.until(lambda: not row(live, NEW))


def test_what_happened_stands_on_top_of_the_activity(live: Browser, house: House) -> None:
    with connect(house.socket) as client:
        client.request(hook(session_id(9_004), "/srv/api", {
            "hook_event_name": "Stop", "last_assistant_message": "Done."
        }))  # fmt: skip
        live.until(lambda: "→ attention" in live.text(".feed > :first-child"))
        client.request(Upsert(
            session_id=session_id(9_004), cost_usd=0.07, output_tokens=1_234, message_id="top"
        ))  # fmt: skip
        live.until(lambda: "+1,234 tokens $0.07" in live.text(".feed > :first-child"))


def test_an_event_opens_its_session_by_keyboard(live: Browser, house: House) -> None:
    with connect(house.socket) as client:
        client.request(SetSession(session_id=session_id(9_002), reason="looking"))
    live.until(lambda: live.text(".feed > :first-child .link") == "shop")
    live.find(".feed > :first-child .link").send_keys("\ue007")
    live.until(lambda: "Tokens:" in live.text(".drawer .panel-lines"))


def test_why_and_what_are_columns_of_their_own(live: Browser) -> None:
    cells = f'.ag-row[row-id="{session_id(9_001)}"] [col-id='

    assert live.text(f'{cells}"reason"]') == "permission"
    assert live.text(f'{cells}"activity"]').startswith("Bash rm -rf build")


def test_the_most_urgent_is_on_top(live: Browser, house: House) -> None:
    identity = session_id(9_002)
    with connect(house.socket) as client:
        client.request(SetSession(session_id=identity, status=Status.QUESTION))
        live.until(lambda: live.all(f'.ag-row[row-index="0"][row-id="{identity}"]'))
        client.request(SetSession(session_id=identity, status=Status.WORKING))
        live.until(lambda: not live.all(f'.ag-row[row-index="0"][row-id="{identity}"]'))


def test_many_changes_are_drawn_as_the_last_of_them(live: Browser, house: House) -> None:
    identity = session_id(9_001)
    with connect(house.socket) as client:
        for number in range(300):
            status = (Status.WORKING, Status.ATTENTION)[number % 2]
            client.request(SetSession(session_id=identity, status=status, label=f"step-{number}"))
        client.request(SetSession(session_id=identity, status=Status.QUESTION))
    live.until(lambda: "question" in row(live, identity))

    assert live.complaints() == []


def test_a_row_opens_its_session_and_enter_does_too(live: Browser) -> None:
    cell = live.find(f'.ag-row[row-id="{session_id(9_002)}"] [col-id="name"]')
    cell.click()
    live.until(lambda: "Tokens:" in live.text(".drawer .panel-lines"))

    assert "Est. Cost: $11.02" in live.text(".drawer .panel-lines")
    live.button("Close").click()
    live.until(lambda: not live.all(".drawer"))
    live.run("arguments[0].focus()", cell)
    cell.send_keys("\ue007")
    live.until(lambda: live.all(".drawer"))


def test_the_overview_hears_of_money(browser: Browser, house: House) -> None:
    browser.open(house.address)
    today = ".cards .card:nth-child(2) .figure"
    browser.until(lambda: "$" in browser.text(today))
    before = browser.text(today)
    with connect(house.socket) as client:
        client.request(Upsert(
            session_id=session_id(9_003), cost_usd=100, input_tokens=1,
            message_id=f"m{time.monotonic_ns()}",
        ))  # fmt: skip
    browser.until(lambda: browser.text(today) not in {before, "…"})

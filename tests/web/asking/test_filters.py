"""A view is its address."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from agent_console.config import Config, DisplayConfig
from agent_console.model.session import Session, Status
from agent_console.web.asking.console import Console
from agent_console.web.asking.filters import (
    Filters,
    elsewhere,
    name_choices,
    nothing_advice,
    without,
)


def of(address: str, last: str = "30d") -> Filters:
    return Filters.of(dict(parse_qsl(urlsplit(address).query)), last=last)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(last="7d"),
        Filters(last="7d", project="=/srv/api", model="opus", by="weekly"),
        Filters(since="2026-11-01", until="2026-11-20"),
        Filters(),
        Filters(project="a&b=c <d>"),
    ],
)
def test_an_address_gives_the_view_it_was_made_from(filters: Filters) -> None:
    assert of(filters.address("/trends")) == filters


def test_an_address_without_a_range_has_the_pages_own() -> None:
    assert of("/trends").last == "30d"
    assert of("/trends?since=2026-11-01").last == ""


def test_an_unknown_step_is_days() -> None:
    assert of("/trends?by=century").by == "daily"


def test_what_the_command_refuses_is_refused_in_its_words() -> None:
    console = Console("/nowhere", start=False, config=Config())

    with pytest.raises(ValueError, match="yesteryear"):
        Filters(since="yesteryear").request(console, "daily")


def test_a_day_beyond_the_other_end_takes_it_along() -> None:
    may = Filters(since="2026-05-01", until="2026-05-31")

    assert may.on("since", "2026-06-02") == Filters(since="2026-06-02", until="2026-06-02")
    assert may.on("until", "2026-04-30") == Filters(since="2026-04-30", until="2026-04-30")
    assert may.on("until", "2026-05-01") == Filters(since="2026-05-01", until="2026-05-01")
    assert may.on("since", "") == Filters(until="2026-05-31")
    assert Filters(last="7d").on("until", "2026-05-31") == Filters(until="2026-05-31")


def test_another_page_is_about_the_same() -> None:
    query = {"last": "7d", "project": "=/srv/a b", "by": "weekly", "search": "x", "open": "s-1"}

    assert elsewhere("/models", query) == "/models?last=7d&project=%3D%2Fsrv%2Fa+b"
    assert elsewhere("/budgets?new=1", {"model": "opus"}) == "/budgets?new=1&model=opus"
    assert elsewhere("/", {}) == "/"


def test_another_page_is_about_what_it_is_told_instead() -> None:
    assert elsewhere("/", {"project": "a"}, project="b") == "/?project=b"
    assert elsewhere("/", {"project": "a"}, project="") == "/"


def test_a_filter_is_taken_away_and_nothing_else() -> None:
    query = {"project": "a", "model": "b", "by": "weekly", "search": "x", "open": "s-1"}

    assert without("/sessions", query, "project") == "/sessions?model=b&by=weekly&search=x"
    assert without("/", {"project": "a"}, "project") == "/"


@pytest.mark.parametrize(
    ("filters", "taken"),
    [
        (Filters(), True),
        (Filters(project="=/srv/api"), True),
        (Filters(project="=/srv"), True),
        (Filters(project="=/srv/ap"), False),
        (Filters(project="api"), True),
        (Filters(project="=/srv/api", model="=claude-opus-5"), True),
        (Filters(model="opus"), True),
        (Filters(model="=claude-opus"), False),
        (Filters(last="7d", since="2020-01-01"), True),
    ],
)
def test_a_session_of_the_board_is_taken(filters: Filters, taken: bool) -> None:
    session = Session(
        session_id="s-1", status=Status.WORKING, since_ms=0, last_seen_ms=0, display_name="api",
        working_dir="/srv/api", model="claude-opus-5",
    )  # fmt: skip

    assert filters.takes(session) is taken


def test_a_session_of_which_nothing_is_known_is_taken_by_no_name() -> None:
    session = Session(
        session_id="s-1", status=Status.WORKING, since_ms=0, last_seen_ms=0, display_name="?"
    )

    assert not Filters(model="=claude-opus-5").takes(session)
    assert not Filters(project="=/srv").takes(session)


def test_weeks_begin_where_the_person_has_said() -> None:
    config = Config(display=DisplayConfig(week_start="sunday"))
    console = Console("/nowhere", start=False, config=config)

    assert Filters().request(console, "weekly").wanted.first_weekday == 6


def test_names_are_ordered_as_they_are_shown_and_no_two_look_alike() -> None:
    names = ["/srv/api", "/home/ada/shop", "/home/ada/api", "", "/home/ada/docs"]

    assert name_choices(names, "project") == {
        "=/home/ada/api": "/home/ada/api",
        "=/srv/api": "/srv/api",
        "=/home/ada/docs": "docs",
        "=/home/ada/shop": "shop",
    }
    assert list(name_choices(names, "project").values())[2:] == ["docs", "shop"]


def test_an_empty_view_says_what_can_be_done_about_it() -> None:
    assert nothing_advice(Filters(last="7d", model="opus"))[0] == (
        "Remove a filter, or choose a longer range above."
    )
    assert nothing_advice(Filters(model="opus"))[0] == "Remove a filter."
    assert len(nothing_advice(Filters())) == 1
    assert "agent-console ingest" in nothing_advice(Filters())[0]

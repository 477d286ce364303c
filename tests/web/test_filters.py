"""A view is its address."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from agent_console.config import Config
from agent_console.web.console import Console
from agent_console.web.filters import Filters


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

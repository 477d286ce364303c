"""What charts are told to draw."""

import json
from typing import Any

import pytest

from agent_console.board.charts import Bars, Series
from agent_console.web.drawing import chart_style as style, charts, part_charts
from agent_console.web.drawing.parts import Lines
from agent_console.web.elements.themes import Ink

INK = Ink("dark")
DAYS = ["2026-11-19", "2026-11-20"]
SERIES = Series(DAYS, [1, 2], [3, 4], [5, 6], [7, 8], [0.5, 0.25])
NASTY = "</script>'+alert(1)+'"
LINES = Lines([NASTY, "others"], ["/p", ""], [[1.0, 2.0], [0.5, 0.0]])
BARS = Bars(["shop", "3 more"], [3.0, 1.0], ["/shop", ""])
ALL: dict[str, dict[str, Any]] = {
    "week": charts.week(DAYS, [1.0, 2.0], INK),
    "over time": charts.over_time(SERIES, INK, stacked=False),
    "stacked": charts.over_time(SERIES, INK, stacked=True),
    "lines": charts.lines(DAYS, LINES, INK),
    "migration": charts.migration(DAYS, [NASTY, "others"], [[60.0, None], [40.0, None]], INK),
    "rates": charts.rates(DAYS, [91.0, None], INK, goal=80),
    "donut": part_charts.donut(BARS, "$4.00", INK),
    "classes": part_charts.classes_by_name(
        [NASTY], {"input": [1], "output": [0], "cache_write": [2], "cache_read": [3]}, INK
    ),
    "sessions": part_charts.session_shares([NASTY], ["/p"], [3], 4, INK),
}


def scripts(options: dict[str, Any]) -> list[str]:
    """Every text that the browser runs: values whose key begins with a colon."""
    found: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        found.extend(str(value) for key, value in pairs if key.startswith(":"))

    json.loads(json.dumps(options), object_pairs_hook=note)
    return found


@pytest.mark.parametrize("name", ALL)
def test_texts_are_drawn_and_never_run(name: str) -> None:
    assert ALL[name]["tooltip"]["renderMode"] == "richText"
    assert scripts(ALL[name])
    assert all("alert" not in script for script in scripts(ALL[name]))


@pytest.mark.parametrize("name", ALL)
def test_a_value_is_told_on_hovering(name: str) -> None:
    assert ALL[name]["tooltip"][":valueFormatter"] in {style.COUNT, style.DOLLARS, style.PERCENT}


def test_tokens_have_the_left_axis_and_cost_the_right_one() -> None:
    options = ALL["over time"]
    *tokens, cost = options["series"]

    assert len(options["yAxis"]) == 2
    assert [each["name"] for each in tokens] == ["Input", "Output", "Cache write", "Cache read"]
    assert all("yAxisIndex" not in each for each in tokens)
    assert (cost["yAxisIndex"], cost["data"]) == (1, SERIES.cost)
    assert cost["tooltip"][":valueFormatter"] == style.DOLLARS


def test_the_composition_is_stacked_and_the_cost_stands_on_its_own() -> None:
    *tokens, cost = ALL["stacked"]["series"]

    assert {each.get("stack") for each in tokens} == {"tokens"}
    assert "stack" not in cost


@pytest.mark.parametrize("name", ["over time", "stacked", "lines"])
def test_one_zooms_without_losing_the_wheel_of_the_page(name: str) -> None:
    inside, slider = ALL[name]["dataZoom"]

    assert inside["zoomOnMouseWheel"] == "ctrl"
    assert inside["moveOnMouseWheel"] is False
    assert slider["type"] == "slider"


def test_lines_are_not_stacked_and_have_a_legend() -> None:
    assert all("stack" not in each for each in ALL["lines"]["series"])
    assert ALL["lines"]["legend"]["type"] == "scroll"


def test_a_part_has_the_same_colour_in_every_chart() -> None:
    line, rest = (each["color"] for each in ALL["lines"]["series"])
    first, other = (each["itemStyle"]["color"] for each in ALL["donut"]["series"][0]["data"])

    assert (line, rest) == (first, other)
    assert rest == INK.quiet


def test_layers_of_the_migration_fill_the_whole() -> None:
    options = ALL["migration"]

    assert options["yAxis"]["max"] == 100
    assert {each["stack"] for each in options["series"]} == {"share"}
    assert all("areaStyle" in each for each in options["series"])
    assert options["series"][1]["color"] == INK.quiet


def test_the_goal_is_drawn_into_the_hit_rate() -> None:
    (line,) = ALL["rates"]["series"]

    assert line["markLine"]["data"] == [{"yAxis": 80}]
    assert line["markLine"]["label"]["formatter"] == "goal 80%"
    assert line["connectNulls"] is True


def test_a_slice_says_its_share_as_the_table_does() -> None:
    data = ALL["donut"]["series"][0]["data"]

    assert [each["label"]["formatter"] for each in data] == ["75%", "25%"]
    assert ALL["donut"]["title"]["text"] == "$4.00"


def test_a_share_of_sessions_is_one_of_all_sessions() -> None:
    options = ALL["sessions"]

    assert options["xAxis"]["max"] == 4
    assert options["series"][0]["data"][0]["label"]["formatter"] == "75% · 3"


def test_a_logarithm_has_no_place_for_nothing() -> None:
    assert [each["data"] for each in ALL["classes"]["series"]] == [[1], [None], [2], [3]]


def test_a_narrow_chart_leaves_room_for_two_lines_of_legend() -> None:
    wide, narrow = ALL["over time"]["media"]

    assert narrow["query"] == {"maxWidth": style.NARROW}
    assert narrow["option"]["grid"]["top"] > wide["option"]["grid"]["top"]

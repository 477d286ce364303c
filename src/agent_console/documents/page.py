"""A report as one page of HTML that needs nothing else: no network, no script.

Rule: every text is escaped by the template engine; the one thing that is not is the chart, whose
texts its own library has escaped.
"""

from collections.abc import Callable
from functools import cache
from typing import cast

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from agent_console.documents import words
from agent_console.documents.charts import by_day
from agent_console.documents.contents import Contents
from agent_console.model.format import counted, printable, tokens
from agent_console.usage.reports.calendar import iso
from agent_console.usage.reports.filter import Filter
from agent_console.version import __version__


def page(it: Contents, wanted: Filter) -> str:
    """The page.

    Args:
        it: What stands in it.
        wanted: What alone was counted.
    """
    return _template().render(
        it=it,
        chart=by_day(it.days),
        change=words.change(it),
        classes=words.classes(it.now.sums),
        made=words.made(it, wanted),
        scope=printable(words.scope(wanted)),
        version=__version__,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("agent_console", "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    filters = cast("dict[str, Callable[..., str]]", environment.filters)
    filters.update(
        {
            "amount": words.amount,
            "counted": counted,
            "day": iso,
            "money": words.money,
            "percent": words.percent,
            "printable": printable,
            "tokens": tokens,
        }
    )
    return environment.get_template("report.html.j2")

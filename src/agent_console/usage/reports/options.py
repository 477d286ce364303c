"""Every option of `agent-console usage`, once: click and the short way both read this table.

Rule: it imports nothing. What a value means is decided in usage/reports/request.py for both.
"""


class Option:
    """One option.

    Attributes:
        name: Its long name, without dashes.
        short: Its letter; empty when it has none.
        metavar: What its value is called in the help; empty for a switch.
        help: Its sentence there.
        choices: What the value may be; empty when that is not a list.
        repeats: It may be given several times.
    """

    __slots__ = ("choices", "help", "metavar", "name", "repeats", "short")

    def __init__(
        self,
        name: str,
        help_text: str,
        metavar: str = "",
        *,
        short: str = "",
        choices: tuple[str, ...] = (),
        repeats: bool = False,
    ) -> None:
        self.name = name
        self.help = help_text
        self.metavar = metavar
        self.short = short
        self.choices = choices
        self.repeats = repeats


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FILTERS = (
    Option(
        "since",
        "Only from this day on: 2026-11-01, 20261101, today, yesterday, 7d, 4w, 3m.",
        "DAY",
        short="s",
    ),
    Option("until", "Only up to this day, itself included.", "DAY", short="u"),
    Option(
        "last",
        "Only the latest N days (weeks of `weekly`, months of `monthly`, hours of `hourly`), "
        "or a span: 7d, 4w, 3m. The current one is the first.",
        "N",
    ),
    Option(
        "project",
        "Only this project: name, path, glob, or exactly =PATH.",
        "PROJECT",
        short="p",
        repeats=True,
    ),
    Option(
        "model", "Only this model: name, part of it, glob, or exactly =NAME.", "MODEL", repeats=True
    ),
    Option("session", "Only this session: id or its beginning.", "ID", repeats=True),
    Option(
        "timezone",
        "Cut days in this zone; default: configured, else the system's.",
        "ZONE",
        short="z",
    ),
    Option(
        "mode",
        "auto: reported costs, else computed; calculate: computed; reported: reported only. "
        "`display` is another word for reported.",
        "MODE",
        short="m",
        choices=("auto", "calculate", "reported", "display"),
    ),
    Option("no-unlisted", "Leave out what was billed and stands in no transcript line."),
    Option(
        "config-dir",
        "Claude Code's folder, or its `projects`, instead of the usual ones.",
        "DIR",
        repeats=True,
    ),
    Option("no-ingest", "Do not look for new transcript lines first."),
)
"""What counts: the same for every report and for the export."""

VIEWS = (
    Option(
        "start-of-week",
        "The day on which weeks begin; default: as configured, monday.",
        "DAY",
        short="w",
        choices=_WEEKDAYS,
    ),
    Option("billing-day", "The day of the month on which months begin: 1 to 31.", "N"),
    Option("sort", "Sort rows by this.", "KEY", choices=("cost", "tokens", "sessions", "date")),
    Option("order", "The way to sort.", "WAY", short="o", choices=("asc", "desc")),
    Option("top", "Only the N rows with the most; the totals stay.", "N"),
    Option("min-cost", "Only rows that cost at least so many dollars.", "USD"),
    Option("breakdown", "Also a row for each model.", short="b"),
    Option("instances", "Rows for each project.", short="i"),
    Option("no-cost", "Leave money out."),
    Option("compact", "Fewer columns."),
    Option("id", "`session` only: one session, message by message.", "ID"),
    Option("active", "`block` only: the current block, its pace and projection.", short="a"),
    Option("recent", "`block` only: the last three days.", short="r"),
    Option("json", "Print JSON, for scripts; the keys are those of ccusage.", short="j"),
    Option("csv", "Print CSV."),
    Option("markdown", "Print a Markdown table."),
)
"""How it is grouped and shown."""

COLOURS = (
    Option("color", "Use colours in a pipe too."),
    Option("no-color", "Use no colours."),
)

IGNORED = (
    Option(
        "offline", "Accepted from scripts made for ccusage; prices are always local.", short="O"
    ),
    Option("no-offline", "Accepted; prices are always local."),
    Option("all", "Accepted; there is only Claude Code."),
    Option("single-thread", "Accepted; only what is new is read."),
)

OPTIONS = (*FILTERS, *VIEWS, *COLOURS, *IGNORED)


def options_of(report: str) -> tuple[Option, ...]:
    """The options of a report: as in ccusage, `-i` is a session for `session`, else --instances."""
    if report != "session":
        return OPTIONS
    letters = {"instances": "", "id": "i"}
    return tuple(
        Option(
            each.name,
            each.help,
            each.metavar,
            short=letters.get(each.name, each.short),
            choices=each.choices,
            repeats=each.repeats,
        )
        for each in OPTIONS
    )


EXPORT = (
    Option(
        "format",
        "csv (safe to open in a spreadsheet), json or jsonl; default: csv.",
        "FORMAT",
        choices=("csv", "json", "jsonl"),
    ),
    Option(
        "level",
        "What a row is: message, session or day; default: message.",
        "LEVEL",
        choices=("message", "session", "day"),
    ),
    Option("fields", "Only these fields, in this order: a,b,c.", "NAMES"),
    Option("output", "Write to this file, pipe or device instead of stdout.", "FILE", short="o"),
    Option("json", "The same as --format json.", short="j"),
)
"""Of `usage export` only, which has the filters too."""

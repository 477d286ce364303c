"""The user's configuration: one TOML file, every value with a default and its unit in its name.

Rule: a wrong value is an error that names the file, the key and what is allowed; an unknown key is
only a warning, because a newer version may have written it.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, field

from agent_console import config_alerts, config_cache, config_prices, config_terminals
from agent_console.config_alerts import AlertCommand, AlertsConfig
from agent_console.config_cache import CacheConfig
from agent_console.config_notifications import NotificationsConfig
from agent_console.config_prices import PriceOverride, PricesConfig
from agent_console.config_terminals import JumpCommand, JumpConfig, ResumeConfig
from agent_console.config_text import parsed, read_file
from agent_console.errors import ConfigError
from agent_console.paths import config_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

Durability = Literal["normal", "full"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Density = Literal["one-line", "two-line"]
LogLevel = Literal["debug", "info", "warning", "error"]
TIMEZONE_WORDS = 'a name of the zone database like "Europe/Berlin", or "" for the system\'s'


class DaemonConfig(Struct, frozen=True):
    """How the daemon behaves.

    Attributes:
        idle_exit_minutes: End after so long without sessions and subscribers; 0 is never. A daemon
            that systemd started leaves this to systemd.
        keep_closed_days: How long sessions that have ended stay on the board; 0: until the next
            one begins.
        durability: What an acknowledged UPSERT survives: `normal` a killed daemon, `full` a power
            failure too, at about a tenth of the speed.
        log_level: The least important thing that is logged.
    """

    idle_exit_minutes: Annotated[int, Meta(ge=0, le=525_600)] = 60
    keep_closed_days: Annotated[int, Meta(ge=0, le=3_650)] = 7
    durability: Durability = "normal"
    log_level: LogLevel = "info"


class DisplayConfig(Struct, frozen=True):
    """How times are shown and days are cut.

    Attributes:
        timezone: A name like `Europe/Berlin`; empty means the system's.
        week_start: The first day of the weeks of budgets and of `usage weekly`.
    """

    timezone: Annotated[str, Meta(description=TIMEZONE_WORDS)] = ""
    week_start: Weekday = "monday"

    @property
    def first_weekday(self) -> int:
        """The first day of a week; 0 is Monday."""
        return get_args(Weekday).index(self.week_start)

    @property
    def zone(self) -> "tzinfo | None":
        """The zone; None for the system's, as `datetime` has it."""
        if not self.timezone:
            return None
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - most people set none

        return ZoneInfo(self.timezone)


class TuiConfig(Struct, frozen=True):
    """How the terminal app looks; its settings screen writes these.

    Attributes:
        theme: A theme's name; unknown ones are the default.
        density: Lines for each session.
        group_by_project: Sessions of one project stand together.
        hide_closed: Sessions that have ended are not shown.
        hidden_columns: Titles of columns that are never shown, separated by blanks.
    """

    theme: Annotated[str, Meta(description="the name of a theme")] = "console-dark"
    density: Density = "one-line"
    group_by_project: bool = False
    hide_closed: bool = False
    hidden_columns: Annotated[str, Meta(description="titles with blanks between them")] = ""


class Config(Struct, frozen=True):
    """Everything that can be configured."""

    daemon: DaemonConfig = field(default_factory=DaemonConfig)
    display: DisplayConfig = field(default_factory=DisplayConfig)
    prices: PricesConfig = field(default_factory=PricesConfig)
    jump: JumpConfig = field(default_factory=JumpConfig)
    resume: ResumeConfig = field(default_factory=ResumeConfig)
    notifications: NotificationsConfig = field(default_factory=NotificationsConfig)
    alerts: AlertsConfig = field(default_factory=AlertsConfig)
    cache: CacheConfig = field(default_factory=CacheConfig)
    tui: TuiConfig = field(default_factory=TuiConfig)


class Setting(Struct, frozen=True):
    """One effective value, and where it came from.

    Attributes:
        key: `table.name`, as in the file.
        value: The effective value.
        allowed: What it may be, in words.
        from_file: The file says so; otherwise it is the default.
    """

    key: str
    value: Any
    allowed: str
    from_file: bool

    @property
    def shown(self) -> str:
        """The value as the file would write it."""
        return _toml(self.value)


def load(path: "Path | None" = None) -> Config:
    """The effective configuration; defaults where the file, or a key in it, is missing.

    Raises:
        ConfigError: The file cannot be read, is no TOML, or holds a value that is not allowed.
    """
    path = path or _usual_path()
    return _checked(read_file(path), path)


def check(content: bytes, path: "Path") -> Config:
    """The configuration that a file with this content would be.

    Raises:
        ConfigError: It would be no TOML, or hold a value that is not allowed.
    """
    return _checked(parsed(content, path), path)


def settings(path: "Path | None" = None) -> list[Setting]:
    """Every effective value with its origin.

    Raises:
        ConfigError: As in `load`.
    """
    path = path or _usual_path()
    written = read_file(path)
    config = _checked(written, path)
    return [
        Setting(
            f"{table}.{name}",
            _plain(getattr(getattr(config, table), name)),
            _allowed(hint),
            name in _table(written, table),
        )
        for table, name, hint in _keys()
    ]


def unknown_keys(path: "Path | None" = None) -> list[str]:
    """Keys of the file that mean nothing to this version, as `table.name`.

    Raises:
        ConfigError: The file cannot be read or is no TOML.
    """
    known = {f"{table}.{name}" for table, name, _ in _keys()}
    tables = {table for table, _, _ in _keys()}
    unknown: list[str] = []
    written = read_file(path or _usual_path())
    for table, value in written.items():
        if table not in tables or not isinstance(value, dict):
            unknown.append(table)
        else:
            keys = [f"{table}.{name}" for name in _table(written, table)]
            unknown += [key for key in keys if key not in known]
            if table == "prices":
                unknown += config_prices.unknown_keys(_table(written, table).get("models"))
            if table == "jump":
                unknown += config_terminals.unknown_keys(_table(written, table).get("commands"))
            if table == "alerts":
                unknown += config_alerts.unknown_keys(_table(written, table).get("on"))
    return unknown


def commented_file() -> str:
    """A configuration file that changes nothing and explains everything."""
    lines = ["# agent-console. Every value here is the default; take away a `#` to change one."]
    table_before = ""
    for table, name, hint in _keys():
        if table != table_before:
            lines += ["", f"[{table}]"]
            table_before = table
        default = _plain(getattr(getattr(Config(), table), name))
        lines += [f"# {_MEANINGS[f'{table}.{name}']}"]
        if hint in _EXAMPLES:
            lines += _EXAMPLES[hint].splitlines()
            continue
        lines += [f"# Allowed: {_allowed(hint)}.", f"# {name} = {_toml(default)}"]
    return "\n".join(lines) + "\n"


_MEANINGS = {
    "daemon.idle_exit_minutes": "End the daemon after so long without sessions and subscribers; "
    "0 is never. Ignored under systemd.",
    "daemon.keep_closed_days": "Sessions that have ended leave the board after so long, and the "
    "oldest when there are a thousand; what you have marked stays.",
    "daemon.durability": 'What counted usage survives: "normal" a killed daemon, "full" a power '
    "failure too, slower.",
    "daemon.log_level": "The least important thing that is logged.",
    "display.timezone": 'Days are cut and times shown in this zone; "" is the system\'s.',
    "display.week_start": "The first day of the weeks of budgets and of `usage weekly`.",
    "tui.theme": "Colours of the terminal app: the settings screen lists the themes.",
    "tui.density": "Lines for each session on the board.",
    "tui.group_by_project": "Whether sessions of one project stand together.",
    "tui.hide_closed": "Whether sessions that have ended are left out.",
    "tui.hidden_columns": "Titles of columns to leave out, separated by blanks.",
    "prices.discount_percent": "Taken off every cost that is computed, prices of yours included; "
    "a reported cost stays.",
    "prices.models": "Prices of yours, in the place of those that `agent-console pricing` lists.",
    **config_alerts.MEANINGS,
    **config_cache.MEANINGS,
    "jump.limit_seconds": "A command below that takes longer is killed, with all it started.",
    "jump.commands": "Commands that bring a session's terminal in front; the first whose `when` "
    "matches is run.",
    "resume.command": "Opens a terminal in the session's folder; the words of the command that it "
    "is to run are put behind these.",
    "notifications.question": "Tell of sessions that ask you something.",
    "notifications.attention": "Tell of sessions that wait for you.",
    "notifications.alerts": "Tell of budgets and the like.",
    "notifications.silent_reasons": "Reasons of a status that you need not be told.",
    "notifications.sound": "With a sound, or the terminal's bell.",
    "notifications.quiet_from": "Tell nothing from this time of day on, in your zone.",
    "notifications.quiet_until": "Until this one; it may be over midnight.",
    "notifications.via": 'Where: "auto" is the desktop where there is one, else the terminal.',
}

_OWN: dict[Any, tuple[Any, str]] = {
    Decimal: (config_prices.discount, config_prices.DISCOUNT_WORDS),
    tuple[PriceOverride, ...]: (config_prices.overrides, config_prices.MODELS_WORDS),
    tuple[JumpCommand, ...]: (config_terminals.jump_commands, config_terminals.COMMANDS_WORDS),
    tuple[AlertCommand, ...]: (config_alerts.commands, config_alerts.ON_WORDS),
}
"""Types with rules of their own: what checks a value, and what is allowed in words."""

_EXAMPLES: dict[Any, str] = {
    tuple[PriceOverride, ...]: config_prices.EXAMPLE,
    tuple[JumpCommand, ...]: config_terminals.EXAMPLE,
    tuple[AlertCommand, ...]: config_alerts.EXAMPLE,
}
"""Types that only an example explains."""


def _checked(written: dict[str, Any], path: "Path") -> Config:
    values: dict[str, dict[str, Any]] = {}
    for table, name, hint in _keys():
        if not isinstance(written.get(table, {}), dict):
            raise ConfigError(f"{path}: `{table}` must be a table: write `[{table}]` above it.")
        given = _table(written, table)
        if name not in given:
            continue
        try:
            values.setdefault(table, {})[name] = _converted(given[name], hint)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None
        except ValueError:
            raise ConfigError(
                f"{path}: `{table}.{name}` is {_toml(given[name])}, allowed: {_allowed(hint)}."
            ) from None
    config = msgspec.convert(values, Config)
    _check_timezone(config.display.timezone, path)
    return config


def _converted(value: Any, hint: Any) -> Any:
    if hint in _OWN:
        return _OWN[hint][0](value)
    if isinstance(value, Decimal):
        value = float(value)
    return msgspec.convert(value, hint)


def _plain(value: Any) -> Any:
    """The value as JSON and TOML have it."""
    match value:
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case (PriceOverride(), *_):
            return config_prices.plain(cast("tuple[PriceOverride, ...]", value))
        case (JumpCommand(), *_):
            return config_terminals.plain(cast("tuple[JumpCommand, ...]", value))
        case (AlertCommand(), *_):
            return config_alerts.plain(cast("tuple[AlertCommand, ...]", value))
        case tuple():
            return list(cast("tuple[object, ...]", value))
        case _:
            return value


def _table(written: dict[str, Any], name: str) -> dict[str, Any]:
    table: dict[str, Any] = written.get(name, {})
    return table


def _check_timezone(name: str, path: "Path") -> None:
    if not name:
        return
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - most people set none

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f'{path}: `display.timezone` is "{name}", allowed: {TIMEZONE_WORDS}.'
        ) from None


def _keys() -> list[tuple[str, str, Any]]:
    """Every key with its type, in the order of the structs."""
    return [
        (table.name, name, hint)
        for table in msgspec.structs.fields(Config)
        for name, hint in get_type_hints(table.type, include_extras=True).items()
    ]


def _allowed(hint: Any) -> str:
    if hint in _OWN:
        return _OWN[hint][1]
    if get_origin(hint) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(hint))
    if get_origin(hint) is Annotated:
        kind, meta = get_args(hint)
        if meta.description:
            return str(meta.description)
        return f"a{' whole' if kind is int else ''} number from {meta.ge} to {meta.le}"
    if hint is bool:
        return "true or false"
    raise AssertionError(hint)


def _toml(value: object) -> str:
    if isinstance(value, str | bool | int):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, cast('list[object]', value)))}]"
    if isinstance(value, dict):
        pairs = (f"{key} = {_toml(item)}" for key, item in cast("dict[str, object]", value).items())
        return f"{{ {', '.join(pairs)} }}"
    return f"{value}"


def _usual_path() -> "Path":
    from pathlib import Path  # noqa: PLC0415 - a report that asks for nothing does without

    return Path(config_file())

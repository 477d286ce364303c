"""What people write for alerts: which, and how long."""

import click

_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_DAYS = 365


class Duration(click.ParamType[int]):
    """A duration like `30m`, `2h` or `1d`, in milliseconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The milliseconds."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        count, unit = text[:-1], _UNITS.get(text[-1:])
        if unit is None or not (count.isascii() and count.isdecimal() and len(count) < 7):
            self.fail(f"`{value}` is no duration: write it like 30m, 2h or 1d.", param, ctx)
        duration_ms = int(count) * unit
        if not 0 < duration_ms <= _LONGEST_DAYS * _UNITS["d"]:
            self.fail(f"`{value}` is not allowed: from 1m to {_LONGEST_DAYS}d.", param, ctx)
        return duration_ms


ids = click.argument("alert_ids", metavar="ID...", nargs=-1)
everything = click.option("--all", "everything", is_flag=True, help="All that wait.")


def which(alert_ids: tuple[str, ...], everything: bool) -> tuple[str, ...] | None:
    """The ids; null for all.

    Raises:
        click.UsageError: Nothing was named, or both.
    """
    if bool(alert_ids) == everything:
        raise click.UsageError("Name alerts by their ids (see `alerts list`), or write --all.")
    return None if everything else alert_ids

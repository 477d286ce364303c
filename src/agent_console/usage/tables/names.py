"""Strings that many rows share, and their numbers in the table `names`.

Rule: rows of `names` are only ever added, so what was committed once may be remembered for ever;
what was made in a transaction that failed may not.
"""

from sqlite3 import Connection

from agent_console.usage.database.many_rows import insert_one, the_row

NOT_TOLD = 0
"""The number of the empty name."""
REMEMBERED = 10_000
"""More are forgotten and read again: a client may name as many folders as it likes."""


class Names:
    """Numbers of strings, and back. One connection owns the only instance."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._made: list[tuple[str, int]] = []

    def number(self, name: str) -> int:
        """The number of `name`, made when it is new: only inside a transaction. Empty is 0."""
        if not name:
            return NOT_TOLD
        number = self._numbers.get(name)
        if number is not None:
            return number
        found = self._connection.execute(
            "SELECT name_no FROM names WHERE name = ?", (name,)
        ).fetchone()
        if found is not None:
            number = int(found[0])
        else:
            number = insert_one(self._connection, "INSERT INTO names (name) VALUES (?)", name)
            self._made.append((name, number))
        self._remember(name, number)
        return number

    def name(self, number: int | None) -> str | None:
        """The string with this number; null and 0 have none."""
        if not number:
            return None
        name = self._names.get(number)
        if name is None:
            select = "SELECT name FROM names WHERE name_no = ?"
            name = str(the_row(self._connection, select, number, "name")[0])
            self._remember(name, number)
        return name

    def committed(self) -> None:
        """The transaction is committed."""
        self._made.clear()

    def rolled_back(self) -> None:
        """The transaction is undone."""
        for name, number in self._made:
            self._numbers.pop(name, None)
            self._names.pop(number, None)
        self._made.clear()

    def _remember(self, name: str, number: int) -> None:
        if len(self._numbers) >= REMEMBERED:
            self._numbers.clear()
            self._names.clear()
        self._numbers[name] = number
        self._names[number] = name

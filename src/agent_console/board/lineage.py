"""Where a session comes from and where it went on, by the board and by the ledger.

Rule: the board knows who followed whom (`/clear`, resume, fork), the ledger who has copied whose
lines; a session is named once, whoever told.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from agent_console.model.session import Session

LONGEST = 20
"""A chain is followed no farther."""


class Lineage(Struct, frozen=True):
    """Ids.

    Attributes:
        origins: What it was resumed, cleared or forked from, the nearest first.
        successors: What was resumed, cleared or forked from it.
    """

    origins: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()


def lineage(
    session: Session,
    board: Mapping[str, Session],
    origins: Sequence[str] = (),
    forks: Sequence[str] = (),
) -> Lineage:
    """The session's family.

    Args:
        session: Whose.
        board: The sessions by id.
        origins: What the ledger says that it comes from, the nearest first.
        forks: What the ledger says that comes from it.
    """
    found: list[str] = []
    before = session.predecessor
    while before is not None and before not in found and len(found) < LONGEST:
        found.append(before)
        known = board.get(before)
        before = None if known is None else known.predecessor
    found += [each for each in origins if each not in found]
    after = [
        each.session_id
        for each in sorted(board.values(), key=lambda each: each.since_ms)
        if each.predecessor == session.session_id
    ]
    after += [each for each in forks if each not in after]
    mine = session.session_id
    return Lineage(
        tuple(each for each in found if each != mine), tuple(each for each in after if each != mine)
    )

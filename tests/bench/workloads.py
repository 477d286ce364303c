"""What is asked of our daemon, and what of Redis that comes nearest to it.

Rule: the reference never gets the heavier work. Redis is sent as many bytes as we are and a GET
gives back as many, but it keeps opaque values, where we check, apply a rule and tell subscribers;
and its SET answers five bytes where ours answers the session. Beside it stands the SET of Redis
that answers as much.
"""

import json
from collections.abc import Sequence

from tests.bench.load_generator import UNIQUE

SESSIONS = 100
SUBSCRIBE = b'{"cmd":"SUB","topics":["session"]}\n'
REDIS_SUBSCRIBE = b"*2\r\n$9\r\nSUBSCRIBE\r\n$7\r\nsession\r\n"
_STATUSES = ("working", "attention")


def session_id(number: int, family: int = 0) -> str:
    """A UUID; families keep the sessions of different measurements apart."""
    return f"{family:08x}-0000-4000-8000-{number:012x}"


def _line(**fields: object) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def _command(*words: bytes) -> bytes:
    parts = [b"*%d\r\n" % len(words)]
    parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(parts)


def sets(
    connections: int = 1, sessions: int = SESSIONS, family: int = 0, statuses: int = 2
) -> list[bytes]:
    """SETs in equal shares, one for each connection.

    Every SET changes the status; with one status none does after the first round.
    """
    requests: list[bytes] = []
    share = max(1, sessions // connections)
    for connection in range(connections):
        for status in _STATUSES[:statuses]:
            requests += [
                _line(
                    cmd="SET",
                    session_id=session_id(connection * share + number, family),
                    status=status,
                    working_dir=f"/home/user/project-{connection * share + number}",
                )
                for number in range(share)
            ]
    return requests


def gets(sessions: int = SESSIONS, family: int = 0) -> list[bytes]:
    """One GET for each session."""
    return [_line(cmd="GET", session_id=session_id(n, family)) for n in range(sessions)]


def upserts(sessions: int = SESSIONS) -> list[bytes]:
    """UPSERTs as an SDK sends them; each reports a message of its own."""
    return [
        _line(
            cmd="UPSERT",
            session_id=session_id(number),
            input_tokens=3,
            output_tokens=420,
            cache_creation_tokens=1200,
            cache_read_tokens=61000,
            cost_usd=0.0325,
            model="claude-opus-4-8",
            message_id=f"msg_{UNIQUE}",
            duration_ms=5200,
            turns=1,
        )
        for number in range(sessions)
    ]


def redis_sets(ours: Sequence[bytes]) -> list[bytes]:
    """Store each of our requests as it is."""
    return [_command(b"SET", _id(line), line) for line in ours]


def redis_exchanges(ours: Sequence[bytes], value_bytes: int) -> list[bytes]:
    """Store a value of the size of our answer and give the one before back: what our SET does."""
    return [_command(b"SET", _id(line), b"x" * value_bytes, b"GET") for line in ours]


def redis_stores(ours: Sequence[bytes], value_bytes: int) -> list[bytes]:
    """Store a value of the size of our answer under each key that `redis_gets` reads."""
    return [_command(b"SET", _id(line), b"x" * value_bytes) for line in ours]


def redis_gets(ours: Sequence[bytes]) -> list[bytes]:
    """Read each key."""
    return [_command(b"GET", _id(line)) for line in ours]


def redis_publishes(notification_bytes: int) -> list[bytes]:
    """Publish as many bytes as one of our notifications has."""
    return [_command(b"PUBLISH", b"session", b"x" * notification_bytes)]


def redis_appends(ours: Sequence[bytes]) -> list[bytes]:
    """Store each UPSERT under its message's own key: a row of the ledger, without any total."""
    return [_command(b"SET", f"msg_{UNIQUE}".encode(), b"x" * len(line)) for line in ours]


def _id(line: bytes) -> bytes:
    return str(json.loads(line)["session_id"]).encode()

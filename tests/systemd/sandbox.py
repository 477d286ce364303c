"""Runs a program inside the walls of agent-console.service, without a service manager.

    python sandbox.py PROGRAM…

The system call filter is the unit's own, its groups as systemd on this machine knows them, loaded
with the library that systemd itself loads it with; the rest is what the same settings make systemd
do: no new privileges, no memory that is writable and executable, sockets of one family only.
Rule: whatever cannot be put up is an error, never a wall that is silently missing.
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

PR_SET_NO_NEW_PRIVS = 38
PR_SET_MDWE = 65
PR_MDWE_REFUSE_EXEC_GAIN = 1
SCMP_ACT_ALLOW = 0x7FFF0000
SCMP_ACT_ERRNO = 0x00050000
SCMP_CMP_NE = 1
UNIT = Path(__file__).parents[2] / "systemd" / "agent-console.service"


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp`."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def setting(name: str) -> list[str]:
    """The values of a setting of the unit, in order."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def calls_of(group: str) -> set[str]:
    """The system calls in one of systemd's groups, and in the groups inside it."""
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    # The first line is the group's own name, lines that begin with # describe.
    names = [line.strip() for line in listed[1:] if line.strip() and "#" not in line]
    found: set[str] = set()
    for name in names:
        found |= calls_of(name) if name.startswith("@") else {name}
    return found


def allowed_calls() -> set[str]:
    """What the unit's SystemCallFilter lines leave."""
    allowed = calls_of("@default")
    for value in setting("SystemCallFilter"):
        for group in value.removeprefix("~").split():
            if value.startswith("~"):
                allowed -= calls_of(group)
            else:
                allowed |= calls_of(group)
    return allowed | {"execve"}


def put_up() -> None:
    """Put the walls up around this process and all that it starts."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    refuse = SCMP_ACT_ERRNO | getattr(errno, setting("SystemCallErrorNumber")[0])
    context = ctypes.c_void_p(library.seccomp_init(refuse))
    for name in sorted(allowed_calls()):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # negative: this machine has no such call
            check(library.seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0), name)
    assert setting("RestrictAddressFamilies") == ["AF_UNIX"]
    # `socket` was allowed above; a filter of its own narrows it, and the stricter one wins.
    families = ctypes.c_void_p(library.seccomp_init(SCMP_ACT_ALLOW))
    number = library.seccomp_syscall_resolve_name(b"socket")
    other = Comparison(0, SCMP_CMP_NE, socket.AF_UNIX, 0)
    refused = SCMP_ACT_ERRNO | errno.EAFNOSUPPORT
    check(library.seccomp_rule_add(families, refused, number, 1, other), "socket")
    process = ctypes.CDLL(None, use_errno=True)
    check(process.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    if setting("MemoryDenyWriteExecute") == ["yes"]:
        check(process.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0), "MDWE")
    check(library.seccomp_load(families), "the families' filter")
    check(library.seccomp_load(context), "the system calls' filter")


def check(result: int, what: str) -> None:
    """Raise when something could not be done."""
    if result != 0:
        raise OSError(f"{what}: {result}, errno {ctypes.get_errno()}")


if __name__ == "__main__":
    put_up()
    os.execv(sys.argv[1], sys.argv[1:])

"""The rare half of agent_console_hook.py, loaded by it when an event cannot go the usual way.

Rule: the same as there: no output, no module that the interpreter does not have in it already. An
exception is allowed; the caller ends silently with it.

The spool is a folder of frames that no daemon took, one per file, for the daemon to drain later
(agent_console.claude_code.spool). A file gets its name only when it is whole. The folder is
bounded: the oldest go first, and each that goes leaves one byte in `dropped`.
"""

import posix

HEAD_BYTES = 64 * 1024
MAX_SPOOLED_FILES = 1000
MAX_SPOOLED_BYTES = 64 * 1024 * 1024
GROUP_AND_OTHERS = 0o077


def read_to_nowhere(descriptor):
    """Take the rest of a payload, so that the writer meets no closed pipe."""
    while chunk := posix.read(descriptor, 1 << 16):
        if chunk.endswith(b"\n"):
            break


def described(start, event, event_name, quoted):
    """A frame that says which event it was when the event itself cannot travel, or did not come.

    Args:
        start: The frame up to where `event` would stand.
        event: As much of the payload as was read.
        event_name: From the command line, as Claude Code's settings have it.
        quoted: Makes a JSON string of bytes.
    """
    members = (
        [f'"event_name":{quoted(event_name.encode("utf-8", "replace"))}'] if event_name else []
    )
    if session := posix.environ.get(b"CLAUDE_CODE_SESSION_ID"):
        members.append(f'"session_id":{quoted(session)}')
    if event:
        members.append(f'"head":{quoted(event[:HEAD_BYTES], HEAD_BYTES)}')
    if not members:
        raise ValueError("nothing is known of this event")
    return start + ",".join(members).encode() + b"}\n"


def socket_path():
    """The daemon's socket for a hook that was not told it, in the order of agent_console.paths."""
    environ = posix.environ
    if given := environ.get(b"AGENT_CONSOLE_SOCKET"):
        return given
    if not (folder := environ.get(b"XDG_RUNTIME_DIR")):
        home = environ.get(b"HOME")
        if not home:
            from pwd import getpwuid  # noqa: PLC0415 - rare even here

            home = getpwuid(posix.getuid()).pw_dir.encode("utf-8", "surrogateescape")
        folder = home + b"/.local/state"
    return folder + b"/agent-console/daemon.sock"


def spool(socket, sent_at, frame):
    """Keep a frame for the daemon to find, and the folder within its bounds."""
    if isinstance(socket, str):
        socket = socket.encode("utf-8", "surrogateescape")
    folder = socket + b".spool"
    make_folder(folder)
    found = posix.lstat(folder)
    if found.st_mode & 0o170000 != 0o040000 or found.st_uid != posix.getuid():
        return  # somebody else's: what is written there is for our eyes only
    if found.st_mode & GROUP_AND_OTHERS:
        posix.chmod(folder, 0o700)
    drop_oldest(folder, len(frame))
    name = b"%b/%b-%d.json" % (folder, sent_at.encode(), posix.getpid())
    part = name + b".part"
    try:
        write(part, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_NOFOLLOW, frame)
        posix.rename(part, name)
    except BaseException:
        posix.unlink(part)
        raise


def make_folder(path):
    """A folder for our eyes only, and those above it that are missing."""
    try:
        posix.mkdir(path, 0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        above = path.rpartition(b"/")[0]
        if not above:
            raise
        make_folder(above)
        try:
            posix.mkdir(path, 0o700)
        except FileExistsError:
            return  # another hook was quicker


def write(path, flags, content):
    """Write the whole content, or raise."""
    file = posix.open(path, flags | posix.O_CLOEXEC, 0o600)
    try:
        while content:
            content = content[posix.write(file, content) :]
    finally:
        posix.close(file)


def drop_oldest(folder, incoming_bytes):
    """Make room for one more file. Names begin with the time, so they sort by age."""
    files = []
    for entry in posix.scandir(folder):
        if entry.name[:1].isdigit():
            try:
                files.append((entry.name, entry.stat(follow_symlinks=False).st_size))
            except FileNotFoundError:
                continue
    files.sort(reverse=True)
    total_bytes = incoming_bytes + sum(size for _, size in files)
    while files and (len(files) >= MAX_SPOOLED_FILES or total_bytes > MAX_SPOOLED_BYTES):
        name, size = files.pop()
        total_bytes -= size
        try:
            posix.unlink(folder + b"/" + name)
        except FileNotFoundError:
            continue
        write(
            folder + b"/dropped",
            posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND | posix.O_NOFOLLOW,
            b".",
        )

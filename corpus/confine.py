"""Takes from this process whatever parsing does not need: memory, time, files, the network.

The limits are the system's where it has them; an audit hook comes on top, and alone where it has
none. Nothing here is undone: a process that has called `confine` stays confined.
"""

import os
import signal
import sys
import sysconfig
from pathlib import Path
from typing import Any

try:
    import ctypes
    import resource
except ImportError:  # a system without them has the audit hook and the parent's clock
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 30
"""For a file, and for each page of one that is read page by page."""
CPU_SECONDS_IN_ALL = 600
_CPU_BACKSTOP = 1_800
_FILES = 64

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

_REFUSED = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn",
    "os.system", "os.startfile", "pty.", "os.kill", "os.remove", "os.rename", "os.mkdir",
    "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.chflags",
    "os.setxattr", "os.removexattr", "os.utime", "os.chdir", "os.mknod", "os.mkfifo", "shutil.",
    "tempfile.", "ctypes.", "ftplib.", "http.client.", "imaplib.", "nntplib.", "poplib.",
    "smtplib.", "telnetlib.", "urllib.", "webbrowser.", "sqlite3.", "mmap.", "_thread.",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# What tells the time zone, and the names of file types.
_SYSTEM_FILES = {"/etc/localtime", "/etc/timezone", "/etc/mime.types", "/dev/null", "/dev/urandom"}
_SYSTEM_FOLDERS = ("/usr/share/zoneinfo", "/etc/zoneinfo", "/usr/lib/zoneinfo")


def confine(parent: int) -> list[str]:
    """Confine this process, a child of `parent`; the names of the system's limits that hold.

    What the system refuses is left out: the audit hook and the parent's clock hold everywhere.
    """
    held = []
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        # In a user namespace of its own a process may have an empty network of its own.
        for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET):
            if libc.unshare(flags) == 0:
                held.append("no network")
                break
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # After the namespace: a change of credentials takes it back.
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            held.append("dies with its parent")
        if os.getppid() != parent:
            os._exit(1)  # it was gone before
    if resource is not None:
        for name, most in (
            ("RLIMIT_AS", MEMORY_BYTES),
            ("RLIMIT_CPU", _CPU_BACKSTOP),
            ("RLIMIT_FSIZE", 0),
            ("RLIMIT_CORE", 0),
            ("RLIMIT_NOFILE", _FILES),
            ("RLIMIT_NPROC", 0),
        ):
            if _limit(name, most):
                held.append(name)
    sys.dont_write_bytecode = True
    _watch()
    return held


def grant_cpu(most: float = float("inf")) -> float:
    """Let this process compute for `CPU_SECONDS` more, up to `most` in all; seconds used so far."""
    if resource is None:
        return 0.0
    used = cpu_used()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = min(used + CPU_SECONDS, most) + 1
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (int(soft), hard))
    return used


def cpu_used() -> float:
    """Seconds that this process has computed."""
    times = os.times()
    return times.user + times.system


def _limit(name: str, most: int) -> bool:
    kind = getattr(resource, name, None)
    if kind is None:
        return False
    try:
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        return False
    return True


def _watch() -> None:
    """Refuse from now on whatever goes out, starts something, writes, or reads what is no code."""
    package = str(Path(__file__).resolve().parent)
    paths = sysconfig.get_paths()
    code = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    listed = {os.path.abspath(each) for each in sys.path if each}
    code |= listed - {os.path.dirname(package)}
    code |= {package, *_SYSTEM_FOLDERS}
    folders = tuple(os.path.join(each, "") for each in code)
    single = _SYSTEM_FILES | code | listed

    def readable(path: Any) -> bool:
        if isinstance(path, int):
            return True  # open already
        name = os.path.abspath(os.fsdecode(path))
        return name in single or name.startswith(folders)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = isinstance(mode, str) and not set(mode).isdisjoint("wax+")
            if writes or flags & _WRITING or not readable(path):
                raise PermissionError(f"a parser may not open {path!r}")
        elif event in ("os.listdir", "os.scandir"):
            if not readable(arguments[0] if arguments[0] is not None else "."):
                raise PermissionError(f"a parser may not list {arguments[0]!r}")
        elif event.startswith(_REFUSED):
            raise PermissionError(f"a parser may not use {event}")

    sys.addaudithook(hook)

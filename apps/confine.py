"""
Runs a command where a hostile file can do no harm: ``python confine.py LIMITS COMMAND…``, with limits as JSON (``apps.documents.jail``);
or locks up the very process that calls ``confine_self``.

Stands alone and uses the standard library only, because it runs before everything else in a process of its own. Layers, each used
where the system has it: resource limits; own user, network, IPC, mount and process namespaces (no network at all, and everything in it ends with
its first process); Landlock (nothing of the file system but what is named, no signal to processes outside); no new privileges.
``python confine.py --probe`` prints which layers work here.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

NEW_USER, NEW_NET, NEW_IPC, NEW_PID, NEW_FILES = 0x10000000, 0x40000000, 0x08000000, 0x20000000, 0x00020000  # sched.h
APART = NEW_NET | NEW_IPC | NEW_PID | NEW_FILES
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18  # mount.h
ROOM = "/mnt"  # where the working folder is seen by a command with a private /tmp: every system has this folder
SET_PDEATHSIG, SET_NO_NEW_PRIVS = 1, 38  # prctl.h
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on all architectures
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # landlock.h
NET_RIGHTS_ABI, NET_RIGHTS = 4, 3  # bind and connect of TCP
SCOPES_ABI, SCOPES = 6, 3  # abstract Unix sockets and signals reach nobody outside
READ = EXECUTE | READ_FILE | READ_DIR
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14)  # rights that a rule on a file, not a folder, may have

SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/var/cache/fontconfig",
    "/proc/mounts",
    "/proc/filesystems",
    "/dev/urandom",
    "/dev/zero",
)
"""What any program may have to read."""

_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> int:
    if sys.platform != "linux":
        return _elsewhere(arguments)
    _call(_libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))  # ends with the process that wanted it
    if arguments == ["--probe"]:
        print(json.dumps({"namespaces": isolate(), "landlock": _landlock_abi() > 0}))
        return 0
    limits, command = json.loads(arguments[0]), arguments[1:]
    isolated = isolate()
    if limits["private_tmp"] and not (isolated and _private_tmp(limits["work"])):
        command, limits = _in_the_open(command, limits)
    return _as_first_process(limits, command, isolated)


def _in_the_open(command: list[str], limits: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Return command and limits for a system without a private /tmp: the working folder has its own name."""
    work = limits["work"]
    environment = {name: value.replace(ROOM, work) for name, value in limits["environment"].items()}
    opened = {"room": work, "write": [work, "/dev/null", "/tmp"], "environment": environment}
    return [part.replace(ROOM, work) for part in command], {**limits, **opened}


def _elsewhere(arguments: list[str]) -> int:
    """Do what every system has: limits of resources."""
    if arguments == ["--probe"]:
        print(json.dumps({"namespaces": False, "landlock": False}))
        return 0
    command, limits = _in_the_open(arguments[1:], json.loads(arguments[0]))
    _limit_resources(limits, isolated=False)
    os.chdir(limits["work"])
    return os.execve(command[0], command, dict(limits["environment"]))


def confine_self(read: Iterable[str], write: Iterable[str], works: Callable[[], bool]) -> dict[str, bool]:
    """
    Lock up this process for good: no network, no files but these, no new privileges.

    It must have one thread only: a thread that runs already would stay free.

    Args:
        works: Whether it could still do its work in a user namespace, where root is nobody to other people's files. Asked in a process
            of its own; if not, it keeps its namespaces.

    Returns:
        Which layers hold.
    """
    if sys.platform != "linux":
        return {"namespaces": False, "landlock": False}
    isolated = isolate(NEW_NET | NEW_IPC, works)
    _call(_libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    return {"namespaces": isolated, "landlock": restrict_files(read, write)}


def isolate(apart: int = APART, works: Callable[[], bool] = lambda: True) -> bool:
    """Leave all networks, and other processes' sight. Returns whether the system allows it."""
    tried = os.fork()
    if tried == 0:  # some systems allow the first step and forbid the rest, and there is no way back
        try:
            _leave(apart)
            os._exit(0 if works() else 1)
        finally:
            os._exit(1)
    if os.waitpid(tried, 0)[1] != 0:
        return False
    _leave(apart)
    return True


def _leave(apart: int) -> None:
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(NEW_USER | apart) != 0:
        _call(_libc.unshare(apart))  # root may do without a user namespace
        return
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _private_tmp(work: str) -> bool:
    """Show this process its working folder as ``ROOM``, and the folder's ``tmp`` as /tmp. Returns whether the system allows it."""
    if _libc.mount(None, b"/", None, RECURSIVE | PRIVATE, None) != 0:
        return False
    if _libc.mount(os.fsencode(work), ROOM.encode(), None, BIND, None) != 0:
        return False
    return bool(_libc.mount(f"{ROOM}/tmp".encode(), b"/tmp", None, BIND, None) == 0)


def _as_first_process(limits: Mapping[str, Any], command: list[str], isolated: bool) -> int:
    """
    Run the command below a first process of its own, and return its status.

    The first process of a process namespace must reap what others leave; when it ends, the kernel ends all that is left.
    """
    first = os.fork()
    if first == 0:
        _call(_libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        child = os.fork()
        if child == 0:
            _confined(limits, command, isolated)
        os._exit(_reap_until(child))
    return _reap_until(first)


def _reap_until(child: int) -> int:
    while True:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _confined(limits: Mapping[str, Any], command: list[str], isolated: bool) -> None:
    """Become the command, with nothing but what the limits name."""
    try:
        _limit_resources(limits, isolated)
        _call(_libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        restrict_files(limits["read"], limits["write"])
        os.chdir(limits["room"])
        os.execve(command[0], command, dict(limits["environment"]))
    finally:  # only where something failed: this is a forked process and must not go on as its parent would
        print(f"confine: {sys.exc_info()[1]!r}", file=sys.stderr, flush=True)
        os._exit(126)


def _limit_resources(limits: Mapping[str, Any], isolated: bool) -> None:
    os.nice(10)
    wanted = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_CPU: limits["cpu_s"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_CORE: 0,
    }
    if isolated:  # elsewhere all processes of the account count
        wanted[resource.RLIMIT_NPROC] = limits["processes"]
    for kind, limit in wanted.items():
        _, hard = resource.getrlimit(kind)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (limit, limit))


# --- Landlock -------------------------------------------------------------------------------------------------------------


def restrict_files(read: Iterable[str], write: Iterable[str]) -> bool:
    """Allow this process, and all that it starts, only these paths, no TCP, and no signal to others. Returns whether the system knows Landlock."""
    abi = _landlock_abi()
    if abi <= 0:
        return False
    everything = RIGHTS_BY_ABI[max(version for version in RIGHTS_BY_ABI if version <= abi)]
    known = [everything, *([NET_RIGHTS] if abi >= NET_RIGHTS_ABI else []), *([SCOPES] if abi >= SCOPES_ABI else [])]
    handled = struct.pack(f"{len(known)}Q", *known)
    ruleset = _call(_libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0))
    for paths, rights in ((read, READ), (write, everything)):
        for path in paths:
            _allow(ruleset, path, rights)
    _call(_libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, so nobody can read it
    rights = rights if os.path.isdir(path) else rights & OF_FILES
    rule = struct.pack("=Qi", rights, opened)
    _call(_libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0))
    os.close(opened)


def _landlock_abi() -> int:
    return int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def _call(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Linux's means to drop the rights of a process: namespaces, Landlock, seccomp, capabilities, prctl.

Each function does one thing and returns whether it succeeded, because containers, old kernels and
administrators forbid some of them. On other systems they do nothing. The numbers are those of the kernel's
headers (`linux/landlock.h`, `linux/seccomp.h`, `linux/prctl.h`, `linux/sched.h`), which never change.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

NEW_USER, NEW_PIDS, NEW_NETWORK, NEW_IPC = 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x0800_0000

_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_SECCOMP, _SET_SUBREAPER, _SET_NO_NEW_PRIVS = 1, 4, 22, 36, 38
_SECCOMP_FILTER = 2
_CAPABILITY_VERSION = 0x2008_0522

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ABI_QUERY, _PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
READ: Final = EXECUTE | READ_FILE | READ_FOLDER
WRITE: Final = READ_FILE | WRITE_FILE | TRUNCATE
_FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
_KNOWN_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
"""The number of file rights of each version of Landlock; later versions have 16."""

_IS_LINUX = sys.platform.startswith("linux")
_libc = ctypes.CDLL(None, use_errno=True) if _IS_LINUX else None


def no_new_privileges() -> bool:
    """Prevents programs that this process starts from gaining rights, such as those of their owner."""
    return _prctl(_SET_NO_NEW_PRIVS, 1)


def adopt_orphans() -> bool:
    """Makes processes whose parent ends children of this process, so that none can escape."""
    return _prctl(_SET_SUBREAPER, 1)


def end_with_parent(signal: int) -> bool:
    """Has the kernel send `signal` to this process when its parent ends."""
    return _prctl(_SET_PARENT_DEATH_SIGNAL, signal)


def keep_memory_private() -> bool:
    """Prevents other processes of the user from reading this process's memory and environment, and from
    debugging it.
    """
    return _prctl(_SET_DUMPABLE, 0)


def enter_namespaces(flags: int) -> bool:
    """Enters new namespaces; a namespace of process ids is only entered by the next child."""
    user, group = os.geteuid(), os.getegid()
    if _libc is None or _libc.unshare(flags) != 0:
        return False
    if flags & NEW_USER:
        with suppress(OSError):  # without a map we have no user, which suffices to use open files
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def drop_capabilities() -> bool:
    """Drops all capabilities: a root user keeps its id and its files, but loses its privileges."""
    if _libc is None:
        return False
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    return bool(_libc.capset(header, bytes(24)) == 0)


def landlock_version() -> int:
    """The version of Landlock; 0 when there is none."""
    if _libc is None:
        return 0
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ABI_QUERY)))


def landlock(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """Restricts this process to files: from now on it can read and run `readable` ones, and change `writable`
    ones.

    Depending on the version, also forbids TCP connections and signals to processes outside.
    """
    version = landlock_version()
    if _libc is None or not version:
        return False
    rights = (1 << _KNOWN_RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("QQQ", rights, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = int(_libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(ruleset, path, READ & rights)
        for path in writable:
            _allow(ruleset, path, WRITE & rights)
        return bool(_libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Does nothing when the path does not exist."""
    assert _libc is not None
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112  the path is a string
            rights &= _FOR_FILES
        _libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, file), 0)
    finally:
        os.close(file)


_ARCHITECTURES: Final = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1)}
_BLOCKED_CALLS: Final = {
    "socket": (41, 198),
    "io_uring_setup": (425, 425),  # can create sockets, too
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
}
"""The numbers, on x86-64 and on ARM64, of calls that no parser needs. They fail as not permitted."""

_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _NOT_PERMITTED, _KILL = 0x7FFF_0000, 0x0005_0001, 0x8000_0000
_FIRST_X32_CALL = 0x4000_0000


def block_calls(calls: Iterable[str] = tuple(_BLOCKED_CALLS)) -> bool:
    """Makes these system calls fail from now on. Requires `no_new_privileges`."""
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None or not _IS_LINUX:
        return False
    identity, column = architecture
    numbers = [_BLOCKED_CALLS[call][column] for call in calls]
    steps = [(_LOAD, 0, 0, 4), (_JUMP_IF_EQUAL, 1, 0, identity), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps.append((_JUMP_IF_AT_LEAST, len(numbers) + 1, 0, _FIRST_X32_CALL))
    steps += [(_JUMP_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOT_PERMITTED)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(filters))
    return _prctl(_SET_SECCOMP, _SECCOMP_FILTER, program)


def _prctl(option: int, value: int, pointer: bytes | None = None) -> bool:
    if _libc is None:
        return False
    zero = ctypes.c_ulong(0)
    return bool(_libc.prctl(option, ctypes.c_ulong(value), pointer or zero, zero, zero) == 0)

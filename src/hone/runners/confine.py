"""Confinement by what a plain user's kernel offers: rlimits, namespaces, Landlock, seccomp, through ctypes.

Standard library only: the fork server loads this file by path. Each layer alone has holes (rlimits leave files
and network open, seccomp cannot see paths, Landlock stops neither signals nor processes, namespaces leave files
readable), so all are put on that the caller asked for; run as a script, this file tries each and prints which
hold. x86-64 and aarch64; elsewhere without seccomp.

Sources: landlock(7), seccomp(2), user_namespaces(7), capabilities(7), the kernel's uapi headers.
"""

import ctypes
import json
import os
import platform
import resource
import socket
import struct
from collections.abc import Callable

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 22, 38, 36
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
# What a program may do below a path: see names only, read, or read and start.
_RIGHTS = {"list": _READ_DIR, "read": _READ_FILE | _READ_DIR, "run": _EXECUTE | _READ_FILE | _READ_DIR}
_NEW_UTS, _NEW_IPC, _NEW_USER, _NEW_PID, _NEW_NET = 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}.get(platform.machine())
_COLUMN = 0 if platform.machine() == "x86_64" else 1
_NONE = -1
# System calls that no computation needs: name -> number on x86-64, on aarch64.
_DENIED = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "fork": (57, _NONE), "vfork": (58, _NONE),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "rename": (82, _NONE), "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, _NONE),
    "mkdirat": (258, 34), "rmdir": (84, _NONE), "link": (86, _NONE), "linkat": (265, 37),
    "unlink": (87, _NONE), "unlinkat": (263, 35), "symlink": (88, _NONE), "symlinkat": (266, 36),
    "chmod": (90, _NONE), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, _NONE),
    "fchown": (93, 55), "lchown": (94, _NONE), "fchownat": (260, 54), "truncate": (76, 45),
    "mknod": (133, _NONE), "mknodat": (259, 33), "creat": (85, _NONE), "utimensat": (280, 88),
    "setxattr": (188, 5), "mount": (165, 40), "umount2": (166, 39), "chroot": (161, 51),
    "pivot_root": (155, 41), "unshare": (272, 97), "setns": (308, 268), "setsid": (112, 157),
    "setpgid": (109, 154), "prlimit64": (302, 261), "setrlimit": (160, 164), "setpriority": (141, 140),
    "sched_setaffinity": (203, 122), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "memfd_create": (319, 279),
    "kexec_load": (246, 104), "reboot": (169, 142), "init_module": (175, 105), "finit_module": (313, 273),
    "inotify_init1": (294, 26), "fanotify_init": (300, 262), "openat2": (437, 437),
    "open_by_handle_at": (304, 265), "prctl": (157, 167), "utime": (132, _NONE), "utimes": (235, _NONE),
    "futimesat": (261, _NONE), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "shmat": (30, 196), "shmctl": (31, 195),
    "semctl": (66, 191), "msgctl": (71, 187), "mq_unlink": (241, 181), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161),
    "setdomainname": (171, 162), "swapon": (167, 224), "swapoff": (168, 225), "kexec_file_load": (320, 294),
    "delete_module": (176, 106), "ioprio_set": (251, 30), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "sched_setattr": (314, 274), "rt_tgsigqueueinfo": (297, 240),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "mount_setattr": (442, 442),
    "process_madvise": (440, 440), "move_pages": (317, 239), "migrate_pages": (256, 238),
}  # fmt: skip
_STARTING = {"execve": (59, 221), "execveat": (322, 281)}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_OPEN, _OPENAT, _FCNTL = (2, _NONE), (257, 56), (72, 25)
_F_SETOWN = 8  # its bit is that of F_SETSIG and F_SETOWN_EX too: with O_ASYNC they send signals to others
_CLONE_THREAD = 0x10000
_OPEN_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_EPERM, _EAGAIN, _ENOSYS = 1, 11, 38


def adopt_orphans() -> None:
    """Become the parent of every process that a descendant leaves behind."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int) -> None:
    """Let this process end when `parent`, which forked it, ends; also if that has happened already."""
    _checked(_LIBC.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)


def enter_namespaces() -> None:
    """Leave this machine's network, processes, names and IPC, for good. It is the next child that is in the new
    process namespace, as its first process: when that ends, the kernel ends all others in it. Raises: OSError."""
    uid, gid = os.geteuid(), os.getegid()
    _checked(_LIBC.unshare(_NEW_USER | _NEW_PID | _NEW_NET | _NEW_IPC | _NEW_UTS))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as stream:
            stream.write(text)
    socket.sethostname("sandbox")


def rules(readable: list[tuple[str, str]]) -> int:
    """Landlock's rules as a descriptor, for `confine`: nothing but what `readable` says, (path, key of
    `_RIGHTS`); with a newer kernel also no TCP and no signals to the outside. Raises: OSError."""
    abi = _landlock_abi()
    handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)) - 1
    attributes = struct.pack("Q", handled)
    if abi >= 4:
        attributes += struct.pack("Q", 3)  # bind and connect of TCP
    if abi >= 6:
        attributes += struct.pack("Q", 3)  # abstract unix sockets, signals
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = _call(_LANDLOCK_CREATE, buffer, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    for path, right in readable:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        access = _RIGHTS[right] if os.path.isdir(path) else _RIGHTS[right] & ~_READ_DIR
        rule = struct.pack("=Qi", access, place)
        _call(_LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
        os.close(place)
    return ruleset


def confine(wanted: list[str], landlock: int, seccomp: bytes, cpu_s: int, memory: int) -> None:
    """Put on the layers `wanted` but namespaces, in this process, for good. `landlock` is what `rules` gave, `seccomp`
    what `calls` gave: made once, since a program is forked more often. Raises: OSError if a layer does not hold."""
    if "rlimits" in wanted:
        _limit(cpu_s, memory)
    if "landlock" in wanted or "seccomp" in wanted:
        _checked(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _drop_capabilities()
    if "landlock" in wanted:
        _call(_LANDLOCK_RESTRICT, ctypes.c_int(landlock), ctypes.c_uint32(0))
    if "seccomp" in wanted:
        buffer = ctypes.create_string_buffer(seccomp, len(seccomp))
        header = struct.pack("HxxxxxxQ", len(seccomp) // 8, ctypes.addressof(buffer))
        _checked(_LIBC.prctl(_PR_SET_SECCOMP, 2, header, 0, 0))


def calls(starts: bool) -> bytes:
    """The system calls that are left, as a filter for `confine`. `starts`: the process may become another program
    (which one, Landlock decides). Raises: OSError where none is written for the processor."""
    if _ARCHITECTURE is None:
        raise OSError(f"no filter is written for {platform.machine()}")
    return b"".join(_filter(_ARCHITECTURE, _DENIED if starts else _DENIED | _STARTING))


def _drop_capabilities() -> None:
    """What root may do beyond others, in this namespace or in the first."""
    header = struct.pack("Ii", 0x20080522, 0)
    _call(126 if platform.machine() == "x86_64" else 91, header, bytes(24))


def _limit(cpu_s: int, memory: int) -> None:
    limits = {
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),
        resource.RLIMIT_AS: (memory, memory),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (32, 32),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, value)


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _call(number: int, *arguments: object) -> int:
    return _checked(_LIBC.syscall(ctypes.c_long(number), *arguments))


def _landlock_abi() -> int:
    try:
        return _call(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


def _filter(architecture: int, denied: dict[str, tuple[int, int]]) -> list[bytes]:
    """The BPF program: threads may be made, processes not; files may be opened to read only; `denied` gives
    EPERM."""
    load, equal, any_bit, at_least, give = 0x20, 0x15, 0x45, 0x35, 0x06
    allow, kill, refuse = 0x7FFF0000, 0x80000000, 0x00050000

    def op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", code, yes, no, value)

    def flags(number: int, argument: int, bits: int, if_set: int, if_clear: int) -> list[bytes]:
        """For call `number`: look at the low word of one argument, and end with one of two answers."""
        return [
            op(equal, number, 0, 4), op(load, 16 + 8 * argument), op(any_bit, bits, 0, 1),
            op(give, if_set), op(give, if_clear),
        ]  # fmt: skip

    program = [op(load, 4), op(equal, architecture, 1, 0), op(give, kill), op(load, 0)]
    program += [op(at_least, 0x40000000, 0, 1), op(give, refuse | _EPERM)]  # the x32 names of the same calls
    program += [op(equal, _CLONE3[_COLUMN], 0, 1), op(give, refuse | _ENOSYS)]  # glibc falls back to clone
    program += flags(_CLONE[_COLUMN], 0, _CLONE_THREAD, allow, refuse | _EAGAIN)
    program += flags(_OPENAT[_COLUMN], 2, _OPEN_TO_WRITE, refuse | _EPERM, allow)
    program += flags(_FCNTL[_COLUMN], 1, _F_SETOWN, refuse | _EPERM, allow)
    if _OPEN[_COLUMN] != _NONE:
        program += flags(_OPEN[_COLUMN], 1, _OPEN_TO_WRITE, refuse | _EPERM, allow)
    numbers = sorted(names[_COLUMN] for names in denied.values() if names[_COLUMN] != _NONE)
    left = range(len(numbers) - 1, -1, -1)  # a jump's length is a byte: all are far from that many
    program += [op(equal, number, after + 1, 0) for number, after in zip(numbers, left, strict=True)]
    return [*program, op(give, allow), op(give, refuse | _EPERM)]


def _tried() -> list[str]:
    """The layers that hold here, each put on by a process of its own."""
    trials: dict[str, Callable[[], object]] = {
        "rlimits": lambda: _limit(1, 1 << 30),
        "namespaces": enter_namespaces,
        "landlock": lambda: confine(["landlock"], rules([("/", "read")]), b"", 1, 1 << 30),
        "seccomp": lambda: confine(["seccomp"], -1, calls(False), 1, 1 << 30),
    }
    return [name for name, trial in trials.items() if _holds(trial)]


def _holds(trial: Callable[[], object]) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            trial()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


if __name__ == "__main__":
    print(json.dumps(_tried()))

"""Runs inside a sandbox in place of the tool server, and tries to get out. It answers what came of each attempt."""

import ctypes
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

libc = ctypes.CDLL(None, use_errno=True)

Json = dict[str, Any]
Attempt = Callable[[Json], Any]
ATTEMPTS: dict[str, Attempt] = {}


def attempt(function: Attempt) -> Attempt:
    ATTEMPTS[function.__name__] = function
    return function


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the name of the error, or what the attempt returned."""
    try:
        return function(*arguments)
    except MemoryError:
        return "MemoryError"
    except socket.gaierror:
        return "no name"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def called(number: int, *arguments: int) -> str:
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(each) for each in arguments])
    return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"


def in_child(function: Callable[[], Any]) -> str:
    """Return what came of it in a process of its own, and how that ended."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(outcome(function)).encode())
        os._exit(0)
    os.close(write)
    said = os.read(read, 1000).decode()
    os.close(read)
    status = os.waitpid(child, 0)[1]
    return signal.Signals(status).name if os.WIFSIGNALED(status) else said


def opened(path: str, flags: int = os.O_RDONLY) -> str:
    os.close(os.open(path, flags))
    return "opened"


def connected(family: int, address: Any) -> str:
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        client.connect(address)
    return "connected"


def made(family: int, kind: int, protocol: int = 0) -> str:
    socket.socket(family, kind, protocol).close()
    return "made"


@attempt
def canary(given: Json) -> Any:
    return outcome(opened, given["canary"])


@attempt
def shadow(given: Json) -> Any:
    return [outcome(opened, "/etc/shadow"), outcome(os.listdir, "/root"), outcome(os.listdir, "/var")]


@attempt
def write_system(given: Json) -> Any:
    flags = os.O_WRONLY | os.O_CREAT
    return [outcome(opened, each, flags) for each in ("/usr/bin/yes", "/usr/new", "/etc/new", "/new", "/dev/new")]


@attempt
def symlink_to_canary(given: Json) -> Any:
    os.symlink(given["canary"], "/workspace/link")
    return outcome(opened, "/workspace/link")


@attempt
def hard_link(given: Json) -> Any:
    return outcome(os.link, "/usr/bin/true", "/workspace/true")


@attempt
def root_of_first(given: Json) -> Any:
    return outcome(opened, f"/proc/1/root{given['canary']}")


@attempt
def secrets(given: Json) -> Any:
    found = []
    for each in [*filter(str.isdigit, os.listdir("/proc")), "self"]:
        for name in ("environ", "cmdline"):
            try:
                with open(f"/proc/{each}/{name}", "rb") as file:
                    text = file.read()
            except OSError:
                continue
            found += [(each, name, words) for words in given["secrets"] if words.encode() in text]
    return found


@attempt
def mounts(given: Json) -> Any:
    with open("/proc/self/mountinfo") as file:
        roots = [row.split()[3] for row in file if " - tmpfs " not in row]
    return [each for each in roots if each != "/" and not each.startswith(tuple(given["known"]))]


@attempt
def environment(given: Json) -> Any:
    return sorted(os.environ)


@attempt
def descriptors(given: Json) -> Any:
    return [each for each in map(int, os.listdir("/proc/self/fd")) if each > 2 and outcome(os.fstat, each) != "EBADF"]


@attempt
def kernel_settings(given: Json) -> Any:
    paths = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory"]
    return [outcome(opened, each, os.O_WRONLY) for each in paths]


@attempt
def kernel_files(given: Json) -> Any:
    return [outcome(opened, "/proc/sysrq-trigger", os.O_WRONLY), outcome(opened, "/proc/kcore")]


@attempt
def kernel_addresses(given: Json) -> Any:
    with open("/proc/kallsyms") as file:
        return file.readline().split()[:1] in ([], ["0" * 16])


@attempt
def absent(given: Json) -> Any:
    paths = (
        "/sys", "/sys/fs/cgroup", "/dev/kvm", "/dev/mem", "/dev/vda", "/dev/fuse", "/run", "/var/run/docker.sock",
        "/boot", "/home/user", "/srv", "/.dockerenv",
    )  # fmt: skip
    return [each for each in paths if os.path.exists(each)]


@attempt
def device(given: Json) -> Any:
    return outcome(os.mknod, "/workspace/disk", 0o60600, os.makedev(254, 0))


@attempt
def processes(given: Json) -> Any:
    return len([each for each in os.listdir("/proc") if each.isdigit()])


@attempt
def status(given: Json) -> Any:
    with open("/proc/self/status") as file:
        rows = dict(row.rstrip("\n").split(":\t", 1) for row in file if ":\t" in row)
    return [rows[each].strip("0") for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")] + [
        rows["NoNewPrivs"],
        rows["Seccomp"],
        os.getuid(),
        os.getgid(),
    ]


@attempt
def become_root(given: Json) -> Any:
    return [
        outcome(os.setuid, 0),
        outcome(os.setgid, 0),
        subprocess.run(["su", "-c", "id"], check=False, capture_output=True, stdin=subprocess.DEVNULL).returncode != 0,
    ]


@attempt
def unshare_tool(given: Json) -> Any:
    return subprocess.run(["unshare", "-U", "true"], check=False, capture_output=True).returncode != 0


@attempt
def namespaces_by_clone(given: Json) -> Any:
    flags = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
    return [called(given["clone"], each | signal.SIGCHLD, 0, 0, 0, 0) for each in flags]


@attempt
def first_process(given: Json) -> Any:
    with open("/proc/1/status") as file:
        filtered = "Seccomp:\t2" in file.read()
    return [filtered, sorted(os.readlink(f"/proc/1/fd/{each}").split(":")[0] for each in os.listdir("/proc/1/fd"))]


@attempt
def personality(given: Json) -> Any:
    return called(given["personality"], 0x0040000)


@attempt
def clone3(given: Json) -> Any:
    return called(given["clone3"], 0, 0)


@attempt
def later_calls(given: Json) -> Any:
    return called(470, 0)


@attempt
def second_door(given: Json) -> Any:
    return in_child(lambda: called(0x40000000 + 39))


@attempt
def typing(given: Json) -> Any:
    _master, slave = os.openpty()
    return [outcome(fcntl.ioctl, slave, number, b"x") for number in (0x5412, 0x541C)]


@attempt
def loopback(given: Json) -> Any:
    return outcome(connected, socket.AF_INET, ("127.0.0.1", given["port"]))


@attempt
def metadata(given: Json) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        return [
            outcome(connected, socket.AF_INET, ("169.254.169.254", 80)),
            outcome(connected, socket.AF_INET6, ("fd00:ec2::254", 80)),
            outcome(udp.sendto, b"x", ("8.8.8.8", 53)),
        ]


@attempt
def abstract_socket(given: Json) -> Any:
    return outcome(connected, socket.AF_UNIX, "\0" + given["abstract"])


@attempt
def socket_families(given: Json) -> Any:
    wanted = [(17, socket.SOCK_RAW), (40, socket.SOCK_STREAM), (38, socket.SOCK_SEQPACKET), (44, socket.SOCK_RAW)]
    return [*(outcome(made, *each) for each in wanted), outcome(made, socket.AF_INET, socket.SOCK_RAW, 1)]


@attempt
def names(given: Json) -> Any:
    return outcome(socket.getaddrinfo, "example.com", 80)


@attempt
def many_processes(given: Json) -> Any:
    """Fork until it is refused, in processes that wait for the end of a pipe."""

    def forks() -> str:
        read, write = os.pipe()
        try:
            for _ in range(400):
                if os.fork() == 0:
                    os.close(write)
                    os.read(read, 1)
                    os._exit(0)
        finally:
            os.close(write)
        return "400"

    return in_child(forks)


@attempt
def much_memory(given: Json) -> Any:
    return in_child(lambda: len(bytearray(3 << 30)))


@attempt
def shared_memory(given: Json) -> Any:
    def held() -> str:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
        # Of all processes together, in a file without a name; the folders of memory have sizes of their own.
        for _ in range(64):
            file = os.memfd_create("x") if given["counts_memory"] else os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR)
            os.posix_fallocate(file, 0, 8 << 20)
        return "512 MiB"

    return in_child(held)


@attempt
def long_file(given: Json) -> Any:
    with open("/workspace/long", "wb") as file:
        return [outcome(file.truncate, (8 << 20) + 1), outcome(file.truncate, 1 << 40)]


@attempt
def full_folders(given: Json) -> Any:
    def fill(folder: str) -> str:
        for number in range(100):
            with open(f"{folder}/{number}", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, 8 << 20)
        return "800 MiB"

    found = [outcome(fill, each) for each in ("/tmp", "/home/agent", "/dev/shm")]
    for folder in ("/tmp", "/home/agent", "/dev/shm"):
        for name in os.listdir(folder):
            os.unlink(f"{folder}/{name}")
    return found


@attempt
def many_files(given: Json) -> Any:
    def open_all() -> int:
        return len([os.open("/", os.O_RDONLY) for _ in range(2000)])

    return in_child(lambda: outcome(open_all))


@attempt
def raised_limits(given: Json) -> Any:
    names = ("RLIMIT_NPROC", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")
    raised = []
    for each in names:
        try:
            resource.setrlimit(getattr(resource, each), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            raised.append(each)
        except (ValueError, OSError):
            pass
    return raised


@attempt
def read_only_mount(given: Json) -> Any:
    flags = os.O_WRONLY | os.O_CREAT
    with open("/mnt/memory/read/note") as file:
        return [
            file.read(),
            outcome(opened, "/mnt/memory/read/note", flags),
            outcome(os.chmod, "/mnt/memory/read/note", 0o777),
        ]


@attempt
def writable_mount(given: Json) -> Any:
    with open("/mnt/memory/write/note", "w") as file:
        return file.write("from inside")


@attempt
def worker(given: Json) -> Any:
    """Not an attack: what programs need has to work."""
    done = []
    threads = [threading.Thread(target=done.append, args=(each,)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        local = outcome(connected, socket.AF_INET, server.getsockname())
    pair = socket.socketpair()
    for each in pair:
        each.close()
    shell = subprocess.run(
        ["bash", "-c", "echo $((6*7)) | tr 4 4; python3 -c 'import ssl, sqlite3' && echo python"],
        check=False,
        capture_output=True,
    )
    return [
        sorted(done),
        local,
        outcome(socket.getaddrinfo, "localhost", 80) != "no name",
        shell.stdout.decode().split(),
        shell.stderr.decode()[-200:],
    ]


def run_all(given: Json) -> Any:
    calls = {name: called(number, 0, 0, 0, 0, 0) for name, number in given["calls"].items()}
    return {"calls": calls, **{name: outcome(function, given) for name, function in ATTEMPTS.items()}}


def through_proxy(given: Json) -> Any:
    """Send bytes to the proxy, one connection each, and return the first line of each answer."""
    answers = []
    for each in given["heads"]:
        with socket.create_connection(("127.0.0.1", 3128), timeout=20) as client:
            client.sendall(each.encode("latin-1"))
            answers.append(client.recv(200).decode("latin-1").split("\r\n")[0])
    return {"answers": answers}


def hog(given: Json) -> Any:
    """Take memory in many processes, none of which has too much for itself."""
    children = []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            block = bytearray(40 << 20)
            for at in range(0, len(block), 4096):
                block[at] = 1
            signal.pause()
        children.append(child)
    return {"ended": [signal.Signals(os.wait()[1]).name for _ in range(1)]}


def outlive(given: Json) -> Any:
    """Start a process that belongs to nobody: it holds a lock for as long as it lives."""
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if os.fork() == 0:
            with open("/workspace/lock", "w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write("held")
                file.flush()
                signal.pause()
        os._exit(0)
    os.wait()
    while os.path.getsize("/workspace/lock") == 0:
        pass
    return {}


def fill_disk(given: Json) -> Any:
    number = 0
    while True:
        with open(f"/workspace/{number}", "wb") as file:
            file.write(b"x" * 65536)
        number += 1
        if number * 65536 > given["size"]:
            signal.pause()


def close_up(given: Json) -> Any:
    """Write what only its owner could remove, and only after opening it again."""
    os.makedirs("/workspace/closed/deep")
    os.symlink("/etc", "/workspace/closed/etc")
    os.chmod("/workspace/closed/deep", 0)
    os.chmod("/workspace/closed", 0)
    return {}


def starve(given: Json) -> Any:
    """Hold as many processes as there may be."""
    count = 0
    try:
        while True:
            if os.fork() == 0:
                signal.pause()
            count += 1
    except OSError as error:
        return {"count": count, "refusal": errno.errorcode[error.errno]}


def flood(given: Json) -> Any:
    block = b"x" * (1 << 20)
    while True:
        sys.stdout.buffer.write(block)


OPERATIONS: dict[str, Attempt] = {
    "all": run_all,
    "close": close_up,
    "echo": dict,
    "fill": fill_disk,
    "flood": flood,
    "hog": hog,
    "outlive": outlive,
    "proxy": through_proxy,
    "starve": starve,
}

print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "die":
        os._exit(3)
    print(json.dumps({"id": request["id"], "ok": OPERATIONS[request["op"]](request)}), flush=True)

# SPDX-License-Identifier: Apache-2.0
"""A systemd of the test's own: the host's files under a layer that is thrown away, with processes, network and control
groups of its own. For root only, where the kernel lets it."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from servers import wait_until

RUN_LIMIT_S = 60
NAMESPACES = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup"]

# What a container's manager prepares (systemd's CONTAINER_INTERFACE): a root of its own to pivot to, since a user
# namespace cannot be made in a chroot; writable control groups; the kernel's own settings read-only.
BOOT = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root && cd root
mount -t proc proc proc && mount --bind proc/sys proc/sys && mount -o remount,bind,ro proc/sys
mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp && mount -t sysfs -o ro sysfs sys
mountpoint -q sys/fs/cgroup || mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs dev && mkdir dev/pts dev/shm && mount -t tmpfs tmpfs dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666 && ln -s pts/ptmx dev/ptmx
for node in null zero full random urandom tty; do touch dev/$node && mount --bind /dev/$node dev/$node; done
ln -s /proc/self/fd dev/fd && ln -s fd/0 dev/stdin
ip link set lo up
# Nothing of the host's is started; what a package starts and stops is, also where the host is a container's.
rm -rf usr/sbin/policy-rc.d etc/systemd/system/*.wants etc/systemd/system/hallwatch* && : > etc/fstab
mkdir -p old && pivot_root . old && umount -l old && mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target --log-target=journal
"""


def control_groups():
    """Where the second version of control groups is mounted; None: nowhere."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(place)
    return None


def why_not():
    """Why there can be none here; "": there can."""
    if os.geteuid() != 0:
        return "only root may start a systemd of its own"
    if not Path("/lib/systemd/systemd").exists() or not shutil.which("unshare"):
        return "systemd is not installed"
    groups = control_groups()
    if groups is None or not os.access(groups / "cgroup.procs", os.W_OK):
        return "control groups cannot be made"
    with tempfile.TemporaryDirectory() as folder:
        probe = f"mount -t tmpfs t {folder} && cd {folder} && mkdir u w r && mount -t overlay o -o lowerdir=/,upperdir=u,workdir=w r"
        done = subprocess.run(["unshare", *NAMESPACES, "--fork", "sh", "-c", probe], capture_output=True, text=True, check=False)
    return f"namespaces and layers cannot be had: {done.stderr.strip()}" if done.returncode else ""


class Host:
    """Runs from its construction until the end of a with block."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hallwatch-host-")
        self.group = control_groups() / f"hallwatch-test-{os.getpid()}"
        self.group.mkdir(exist_ok=True)
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', self.group]
            + ["unshare", *NAMESPACES, "--fork", "--kill-child", "sh", "-c", BOOT, "sh", self.folder],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        self.init = None

    def __enter__(self):
        try:
            wait_until(self.is_up, "systemd is up", 30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def is_up(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise AssertionError(f"systemd does not start: {self.log.read()}")
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.init = int(children[0]) if children else None
        return self.init is not None and self.run("systemctl", "is-active", "basic.target").stdout == "active\n"

    def __exit__(self, *_):
        if self.init is not None:
            os.kill(self.init, signal.SIGKILL)  # and with it all of its namespace
        self.process.kill()
        self.process.wait()
        for group in sorted(self.group.rglob("*"), key=lambda path: -len(path.parts)):
            if group.is_dir():
                wait_until(lambda: self.is_removed(group), f"{group} is empty")
        wait_until(lambda: self.is_removed(self.group), f"{self.group} is empty")
        shutil.rmtree(self.folder)
        self.log.close()

    @staticmethod
    def is_removed(group):
        try:
            group.rmdir()
        except OSError:
            return False
        return True

    def run(self, *command):
        """A command in there; stdout and stderr are text."""
        return subprocess.run(
            ["nsenter", f"--target={self.init}", "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--", *map(str, command)],
            capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False, cwd="/",
        )  # fmt: skip

    def must(self, *command):
        done = self.run(*command)
        if done.returncode != 0:
            journal = self.run("journalctl", "--no-pager", "--lines=30").stdout
            raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}\n{journal}")
        return done.stdout

    def write(self, path, content, mode=0o644):
        done = subprocess.run(
            ["nsenter", f"--target={self.init}", "--mount", "--pid", "--", "install", "-D", f"-m{mode:o}", "/dev/stdin", path],
            input=content if isinstance(content, bytes) else content.encode(), capture_output=True, check=False, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def state(self, unit):
        return self.run("systemctl", "is-active", unit).stdout.strip()

    def show(self, unit, what):
        return self.must("systemctl", "show", "-P", what, unit).strip()

    def journal(self, unit):
        return self.must("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")

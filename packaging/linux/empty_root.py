"""A system with nothing but Debian's base in a folder, to try a package in: debootstrap and chroot."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: Who runs the program: not root, so the installation is read-only for them.
USER, HOME = "1000", "/home/person"

_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class EmptyRoot:
    """Debian's smallest system, made anew.

    Args:
        place: the folder; what is in it is removed.
        suite: the release's name.
    """

    def __init__(self, place: Path, suite: str) -> None:
        self.place = place
        self.suite = suite

    def make(self) -> None:
        """Unpack the base system; what debootstrap made once is kept beside the folder."""
        kept = self.place.with_name(f"{self.suite}.tar")
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        if not kept.exists():
            made = ["debootstrap", "--variant=minbase", self.suite, str(self.place)]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["tar", "-cf", f"{kept}.part", "-C", str(self.place), "."], check=True)
            kept.with_name(f"{kept.name}.part").rename(kept)
        else:
            subprocess.run(["tar", "-xf", str(kept), "-C", str(self.place)], check=True)
        home = self.inside(HOME)
        home.mkdir(parents=True)
        os.chown(home, int(USER), int(USER))

    def inside(self, path: str) -> Path:
        """Where a path of the root lies for us."""
        return self.place / path.lstrip("/")

    def apt(self, *arguments: str) -> None:
        """Run apt-get with the network, as root; only what is declared is installed."""
        shutil.copyfile("/etc/resolv.conf", self.inside("/etc/resolv.conf"))
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        quiet = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "--no-install-recommends", *arguments]
        environment = {"DEBIAN_FRONTEND": "noninteractive", **proxies}
        done = self.run(quiet, user="0", network=True, environment=environment)
        if done.returncode:
            raise SystemExit(
                f"apt-get {shlex.join(arguments)} failed in the root:\n{done.stdout}{done.stderr}"
            )

    def run(self, command: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
        """Run a command in the root, without anything of our environment; `how` as for `command`."""
        return subprocess.run(
            self.command(command, **how), capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def command(
        self,
        command: Sequence[str],
        *,
        user: str = USER,
        network: bool = False,
        folder: str = "/",
        environment: Mapping[str, str] | None = None,
        read_only: Sequence[str] = (),
        sockets: Path | None = None,
    ) -> list[str]:
        """The command that runs `command` in the root. Its mounts end with it.

        Args:
            network: leave it our network; else it has none.
            read_only: folders of the root that cannot be written to, not even by root.
            sockets: of X servers, to be seen as /tmp/.X11-unix.
        """
        root = shlex.quote(str(self.place))
        mounts = [
            f"mount -t proc proc {root}/proc",
            f"mount -t sysfs -o ro sysfs {root}/sys",
            f"mount --rbind /dev {root}/dev",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm",
        ]
        for each in read_only:
            there = shlex.quote(str(self.inside(each)))
            mounts += [f"mount --bind {there} {there}", f"mount -o remount,ro,bind {there}"]
        if sockets:
            mounts += [f"mkdir -p {root}/tmp/.X11-unix"]
            mounts += [f"mount --bind {shlex.quote(str(sockets))} {root}/tmp/.X11-unix"]
        values = {
            "PATH": _PATH,
            "HOME": HOME if user != "0" else "/root",
            "LANG": "C.UTF-8",
            **(environment or {}),
        }
        enter = ["chroot", f"--userspec={user}:{user}", str(self.place), "env", "-i"]
        enter += [
            *(f"{name}={value}" for name, value in values.items()),
            "env",
            f"--chdir={folder}",
            *command,
        ]
        script = " && ".join([*mounts, f"exec {shlex.join(enter)}"])
        alone = ["--mount", "--pid", "--kill-child", *([] if network else ["--net"])]
        return ["unshare", *alone, "sh", "-c", script]

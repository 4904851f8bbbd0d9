"""A Docker engine of our own with a stand-in for the base image, where no registry can be reached.

Debian's docker.io and debootstrap must be installed, and root must run this. The engine leaves the
packet filter of the host alone and is gone with its folder.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

BASE = "python:3.11-slim"
DOCKER = "/usr/bin/docker"
_CA = Path("/etc/ssl/certs/ca-certificates.crt")
_PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def missing():
    """What keeps the engine from running here; nothing where all is there."""
    if os.geteuid() != 0:
        return "needs root"
    names = (DOCKER, "/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/sbin/debootstrap")
    found = {Path(name).name for name in names if Path(name).exists()}
    lacking = {"docker", "dockerd", "debootstrap"} - found
    return f"apt-get install docker.io debootstrap (no {', '.join(lacking)})" if lacking else ""


class Engine:
    """A running engine; to be used in a `with`.

    Args:
        folder: everything of it lies there.
    """

    def __init__(self, folder):
        self.folder = folder
        self.environment = os.environ | {
            "DOCKER_HOST": f"unix://{folder}/docker.sock",
            "DOCKER_BUILDKIT": "1",
        }

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["dockerd", f"--data-root={self.folder}/root", f"--exec-root={self.folder}/exec"]
        command += [
            f"--pidfile={self.folder}/dockerd.pid",
            "-H",
            f"unix://{self.folder}/docker.sock",
        ]
        command += [
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
        ]
        self._log = (self.folder / "dockerd.log").open("w")
        self._process = subprocess.Popen(
            command, stdout=self._log, stderr=self._log, start_new_session=True
        )
        for _ in range(300):
            if self.call("version", check=False).returncode == 0:
                return self
            time.sleep(0.1)
        raise AssertionError((self.folder / "dockerd.log").read_text()[-2000:])

    def __exit__(self, *raised):
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(60)
        self._log.close()

    def call(self, *words, check=True, limit_s=900):
        """`docker WORDS`."""
        done = subprocess.run(
            [DOCKER, *map(str, words)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=limit_s,
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def has(self, image):
        """Whether there is an image of that name."""
        return self.call("image", "inspect", image, check=False).returncode == 0

    def import_base(self):
        """A stand-in for the base image, made of Debian's packages."""
        if self.has(BASE):
            return
        root = self.folder / "rootfs"
        _bootstrap(root)
        archive = self.folder / "base.tar"
        subprocess.run(["tar", "--numeric-owner", "-C", root, "-cf", archive, "."], check=True)
        changes = [f"ENV PATH={_PATH}", "ENV LANG=C.UTF-8", 'CMD ["python3"]']
        self.call("import", *(w for c in changes for w in ("-c", c)), archive, BASE)
        shutil.rmtree(root)
        archive.unlink()

    def build(self, context, target, image, secrets=()):
        """The image of a Containerfile's target."""
        words = ["build", "--network", "host", "-f", context / "Containerfile", "--target", target]
        for name, path in secrets:
            words += ["--secret", f"id={name},src={path}"]
        return self.call(*words, "-t", image, context)

    def size_bytes(self, image):
        """Of an image with all its layers."""
        return int(self.call("image", "inspect", "-f", "{{.Size}}", image).stdout)


def _bootstrap(root):
    shutil.rmtree(root, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", "bookworm", root]
    subprocess.run(command, check=True, capture_output=True)
    subprocess.run(["chroot", root, "apt-get", "clean"], check=True)
    (root / "usr/lib/python3.11/EXTERNALLY-MANAGED").unlink(missing_ok=True)
    for name in ("python", "python3", "pip", "pip3"):
        target = "/usr/bin/" + {"python": "python3", "pip": "pip3"}.get(name, name)
        (root / "usr/local/bin" / name).symlink_to(target)
    shutil.copy(_CA, root / "etc/ssl/certs/ca-certificates.crt")
    for name in ("etc/resolv.conf", "etc/hostname"):
        (root / name).write_text("")


def pip_configuration():
    """The pip settings of this machine as one file: what the build needs to know of the network."""
    listed = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=True)
    found = dict(re.findall(r"^global\.([\w-]+)='(.*)'$", listed.stdout, re.MULTILINE))
    kept = {name: value for name, value in found.items() if name.endswith("index-url")}
    lines = [f"{name} = {value}" for name, value in kept.items() if not value.startswith("file:")]
    return "\n".join(["[global]", *lines, "timeout = 180", ""])

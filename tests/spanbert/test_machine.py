"""Limits of containers are found in both layouts of cgroups, in every group above, and obeyed."""

import os

import pytest

from spanbert.machine import available_memory, cpu_flags, oom_kills, usable_cpus, visible_gpus

HERE = len(os.sched_getaffinity(0))


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


def test_without_limits_the_affinity_counts(tmp_path):
    assert usable_cpus(tmp_path) == HERE


def test_a_narrower_affinity_counts():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable_cpus() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(
    ("quota", "cpus"), [("max 100000", HERE), ("50000 100000", 1), ("100000 100000", 1)]
)
def test_a_share_of_version_2_is_rounded_up(tmp_path, quota, cpus):
    files = {"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": quota}
    assert usable_cpus(write(tmp_path, files)) == cpus


@pytest.mark.parametrize(("quota", "cpus"), [(-1, HERE), (90000, 1)])
def test_a_share_of_version_1_counts(tmp_path, quota, cpus):
    folder = "sys/fs/cgroup/cpu,cpuacct/pod"
    files = {
        "proc/self/cgroup": "4:memory:/pod\n1:cpu,cpuacct:/pod",
        f"{folder}/cpu.cfs_quota_us": quota,
        f"{folder}/cpu.cfs_period_us": 100000,
    }
    assert usable_cpus(write(tmp_path, files)) == cpus


def test_the_limit_of_a_group_above_counts(tmp_path):
    top = "sys/fs/cgroup"
    files = {
        "proc/self/cgroup": "0::/pod/box",
        "proc/meminfo": "MemTotal: 99 kB\nMemAvailable:  9000 kB",
        f"{top}/pod/box/memory.max": "max",
        f"{top}/pod/box/memory.current": 100,
        f"{top}/pod/memory.max": 5000,
        f"{top}/pod/memory.current": 3000,
        f"{top}/pod/memory.stat": "anon 5\ninactive_file 500",
    }
    assert available_memory(write(tmp_path, files)) == 5000 - 3000 + 500


def test_memory_of_version_1_and_of_the_host(tmp_path):
    files = {
        "proc/self/cgroup": "4:memory:/",
        "proc/meminfo": "MemAvailable:  9 kB",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": 8000,
        "sys/fs/cgroup/memory/memory.usage_in_bytes": 1000,
        "sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 200",
    }
    assert available_memory(write(tmp_path, files)) == 7200
    (tmp_path / "proc/meminfo").write_text("MemAvailable:  2 kB\n")
    assert available_memory(tmp_path) == 2048


def test_a_box_within_its_limit_has_memory_left():
    assert 0 < available_memory() < 2**50


def test_flags_of_x86_and_of_others(tmp_path):
    assert cpu_flags(tmp_path) == frozenset()
    write(tmp_path, {"proc/cpuinfo": "model: x\nflags\t\t: sse2 amx_bf16\nbugs : none"})
    assert cpu_flags(tmp_path) == {"sse2", "amx_bf16"}


@pytest.mark.parametrize(
    ("environment", "gpus"),
    [
        ({}, 2),
        ({"CUDA_VISIBLE_DEVICES": ""}, 0),
        ({"CUDA_VISIBLE_DEVICES": "-1"}, 0),
        ({"CUDA_VISIBLE_DEVICES": "1"}, 1),
        ({"CUDA_VISIBLE_DEVICES": "0,1,2"}, 2),
    ],
)
def test_gpus_are_those_of_the_driver_that_are_not_hidden(tmp_path, environment, gpus):
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / "proc/driver/nvidia/gpus" / name).mkdir(parents=True)
    assert visible_gpus(tmp_path, environment) == gpus


def test_gpus_are_counted_by_their_devices_where_the_driver_tells_nothing(tmp_path):
    write(tmp_path, {"dev/nvidia0": "", "dev/nvidiactl": "", "dev/nvidia-uvm": ""})
    assert visible_gpus(tmp_path, {}) == 1


@pytest.mark.parametrize(
    "files",
    [
        {
            "proc/self/cgroup": "0::/a/b",
            "sys/fs/cgroup/a/memory.events": "low 0\noom 4\noom_kill 3",
        },
        {
            "proc/self/cgroup": "5:memory:/a",
            "sys/fs/cgroup/memory/a/memory.oom_control": "under_oom 0\noom_kill 3",
        },
    ],
)
def test_kills_for_memory_are_counted_in_every_group_above(tmp_path, files):
    assert oom_kills(write(tmp_path, files)) == 3
    assert oom_kills(tmp_path / "nothing") == 0

"""The image: small rights, nothing that a build leaves behind, and it says what it is."""

import json

import pytest

pytestmark = pytest.mark.containers

STRICT = ("--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "none")


def run(engine, image, *words, user="54321:0"):
    return engine.call("run", *STRICT, "--user", user, image, *words, check=False)


def test_its_user_is_not_root_and_any_other_user_can_run_it(engine, image):
    assert engine.call("run", "--rm", image, "id", "-u").stdout.strip() == "10001"
    done = run(engine, image, "spanbert", "--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "spanbert")


def test_every_framework_imports_for_any_user_on_a_read_only_root(engine, image):
    names = "torch, ray.train, kfp, mlflow, datasets, tokenizers, s3fs, psycopg2, boto3, spanbert"
    done = run(engine, image, "python", "-c", f"import {names}; print('all here')")
    assert done.stdout.splitlines()[-1:] == ["all here"], done.stderr[-1000:]


def test_it_holds_no_compiler_and_no_tests(engine, image):
    script = """
import pathlib, shutil
print([name for name in ("gcc", "cc", "g++", "git") if shutil.which(name)])
print([p for p in ("/app/tests", "/app/requirements", "/requirements") if pathlib.Path(p).exists()])
"""
    assert run(engine, image, "python", "-c", script).stdout.split() == ["[]", "[]"]


def test_what_the_build_knew_of_the_network_is_not_in_it(engine, image):
    configuration = json.loads(engine.call("image", "inspect", image).stdout)[0]["Config"]
    told = json.dumps(configuration) + engine.call("history", "--no-trunc", image).stdout
    assert "index" not in told
    done = run(engine, image, "sh", "-c", "cat /etc/pip.conf; pip config list")
    assert done.stdout == ""


def test_it_says_what_it_is(engine, image):
    (found,) = json.loads(engine.call("image", "inspect", image).stdout)
    labels = found["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == "spanbert"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert {"version", "revision"} <= {name.rpartition(".")[2] for name in labels}


def test_a_release_can_give_the_base_by_digest(context):
    """Debian's engine cannot build from a digest; the argument is what a release passes."""
    lines = (context / "Containerfile").read_text().splitlines()
    assert "ARG BASE=python:3.11-slim" in lines
    bases = {line.split()[1] for line in lines if line.startswith("FROM ")}
    stages = {line.split()[-1] for line in lines if line.startswith("FROM ")}
    assert bases - stages == {"${BASE}"}

"""The MLflow server of the manifests, with a real database and a real S3 server, keeps its word.

Only host names, ports and the places of mounted files differ from the rendered manifests.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
import requests
from cluster import container
from cluster.postgres import dump, free_port, postgres
from k8s.rendering import named

pytestmark = pytest.mark.slow

SITE = "base"
SECRETS = {
    "mlflow-server": {
        "admin-password": "canary-of-the-administrator",
        "session-key": "canary-of-the-session-key",
    },
    "mlflow-postgres": {"password": "canary-of-the-database"},
    "mlflow-object-store": {
        "credentials": "[default]\naws_access_key_id = store\n"
        "aws_secret_access_key = canary-of-the-store\n"
    },
}
ADMIN = ("admin", SECRETS["mlflow-server"]["admin-password"])
TRAINER = ("trainer", "canary-of-the-trainer")
READER = ("reader", "canary-of-the-reader")
START_S, MIGRATION_S = 120, 120  # of a machine that does much else


@dataclass(frozen=True)
class Server:
    url: str
    arguments: list[str]
    around: container.Surroundings
    store: boto3.client
    postgres_port: int

    def call(self, path, body=None, *, auth=None, method="POST", **options):
        url = f"{self.url}/api/{path}"
        return requests.request(method, url, json=body, auth=auth, timeout=60, **options)

    def post(self, path, body, auth):
        answer = self.call(f"2.0/mlflow/{path}", body, auth=auth)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="module")
def database_port():
    template = named(SITE, "StatefulSet", "mlflow-postgres")["spec"]["template"]
    (image,) = template["spec"]["containers"]
    environment = {variable["name"]: variable["value"] for variable in image["env"]}
    scripts = named(SITE, "ConfigMap", "mlflow-postgres-databases")["data"].values()
    password = SECRETS["mlflow-postgres"]["password"]
    with postgres(environment, password, list(scripts)) as port:
        yield port


@pytest.fixture(scope="module")
def around(database_port, s3_port, tmp_path_factory):
    replacements = {
        "mlflow-postgres:5432": f"127.0.0.1:{database_port}",
        "http://seaweedfs.kubeflow.svc:9000": f"http://127.0.0.1:{s3_port}",
    }
    folder = tmp_path_factory.mktemp("pod")
    return container.Surroundings(SITE, folder, SECRETS, replacements)


def migrate(around, log):
    template = named(SITE, "Job", "mlflow-migration")["spec"]["template"]
    for name in ("runs", "users"):
        process = container.start(template, name, around, log)
        assert process.wait(timeout=MIGRATION_S) == 0, log.read_text()


@pytest.fixture(scope="module")
def migrated(around):
    migrate(around, around.folder / "migration.log")


@pytest.fixture(scope="module")
def server(migrated, around, database_port, s3_port):
    port = free_port()
    ports = {"0.0.0.0": "127.0.0.1", "=5000": f"={port}", ":5000": f":{port}"}
    there = container.Surroundings(SITE, around.folder, SECRETS, around.replacements | ports)
    keys = {"aws_access_key_id": "store", "aws_secret_access_key": "canary-of-the-store"}
    address = f"http://127.0.0.1:{s3_port}"
    store = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)
    store.create_bucket(Bucket="mlflow")
    template = named(SITE, "Deployment", "mlflow")["spec"]["template"]
    log = around.folder / "server.log"
    process = container.start(template, "mlflow", there, log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_healthy(url, process, log)
        yield Server(url, process.args, there, store, database_port)
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_until_healthy(url, process, log):
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{url}/health", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    pytest.fail(log.read_text())


@pytest.fixture(scope="module")
def users(server):
    for name, password in (TRAINER, READER):
        server.post("users/create", {"username": name, "password": password}, ADMIN)


SEARCH = {"max_results": 5}


def test_health_asks_for_no_login_and_takes_any_host_name(server):
    answer = requests.get(f"{server.url}/health", headers={"Host": "10.1.2.3"}, timeout=60)
    assert answer.status_code == 200


@pytest.mark.parametrize("auth", [None, ("admin", "wrong"), ("nobody", ADMIN[1])])
def test_nothing_is_told_without_a_login(server, auth):
    assert server.call("2.0/mlflow/experiments/search", SEARCH, auth=auth).status_code == 401


def test_every_name_of_the_service_is_a_host_and_no_other_is(server):
    port = server.url.rpartition(":")[2]
    names = ["mlflow", "mlflow.spanbert", "mlflow.spanbert.svc", "localhost", "127.0.0.1"]
    names += ["mlflow.spanbert.svc.cluster.local"]
    codes = {
        name: server.call(
            "2.0/mlflow/experiments/search", SEARCH, auth=ADMIN, headers={"Host": name}
        ).status_code
        for name in [*(f"{name}:{port}" for name in names), "evil.example", "mlflow.spanbert:1"]
    }
    expected = {f"{name}:{port}": 200 for name in names}
    assert codes == expected | {"evil.example": 403, "mlflow.spanbert:1": 403}


@pytest.mark.parametrize(("origin", "code"), [("https://evil.example", 403), (None, 200)])
def test_a_page_of_another_origin_can_change_nothing(server, origin, code):
    headers = {"Origin": origin} if origin else {}
    path = "2.0/mlflow/experiments/search"
    assert server.call(path, SEARCH, auth=ADMIN, headers=headers).status_code == code


def test_no_page_may_frame_the_server(server):
    answer = requests.get(server.url, auth=ADMIN, timeout=60)
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_secret_is_on_the_command_line(server):
    assert "canary" not in " ".join(map(str, server.arguments))


def test_an_artifact_goes_through_the_server_into_the_object_store(
    server, users, tmp_path, monkeypatch
):
    """The client has no key of the object store."""
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", TRAINER[0])
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", TRAINER[1])
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "false")
    mlflow.set_tracking_uri(server.url)
    client = mlflow.MlflowClient()
    run = client.create_run(client.create_experiment("artifacts"))
    assert run.info.artifact_uri.startswith("mlflow-artifacts:/")
    (tmp_path / "weights").write_bytes(b"0123456789" * 100_000)
    client.log_artifact(run.info.run_id, str(tmp_path / "weights"))
    key = run.info.artifact_uri.replace("mlflow-artifacts:/", "artifacts/") + "/weights"
    stored = server.store.get_object(Bucket="mlflow", Key=key)["Body"].read()
    assert stored == (tmp_path / "weights").read_bytes()
    fetched = client.download_artifacts(run.info.run_id, "weights", str(tmp_path / "fetched"))
    assert Path(fetched).read_bytes() == stored


@pytest.fixture(scope="module")
def work(server, users):
    """What the trainer made, one experiment of which the reader may read."""
    shared = server.post("experiments/create", {"name": "shared"}, TRAINER)["experiment_id"]
    private = server.post("experiments/create", {"name": "private"}, TRAINER)["experiment_id"]
    run = server.post("runs/create", {"experiment_id": shared}, TRAINER)["run"]["info"]
    server.post("registered-models/create", {"name": "encoder"}, TRAINER)
    grant(server, shared, "READ").raise_for_status()
    return {"shared": shared, "private": private, "run": run["run_id"]}


def grant(server, experiment, permission, auth=TRAINER):
    body = {"username": READER[0], "resource_type": "experiment", "resource_id": experiment}
    path = "3.0/mlflow/users/permissions/grant"
    return server.call(path, body | {"permission": permission}, auth=auth)


ACTIONS = [
    # what it is, (trainer, reader), method, path, body or query; {} are filled in from `work`
    ("read", (200, 200), "GET", "experiments/get?experiment_id={shared}", None),
    ("read a run", (200, 200), "GET", "runs/get?run_id={run}", None),
    ("read what is private", (200, 403), "GET", "experiments/get?experiment_id={private}", None),
    ("start a run", (200, 403), "POST", "runs/create", {"experiment_id": "{shared}"}),
    (
        "log",
        (200, 403),
        "POST",
        "runs/log-metric",
        {"run_id": "{run}", "key": "loss", "value": 1, "timestamp": 1},
    ),
    (
        "rename",
        (200, 403),
        "POST",
        "experiments/update",
        {"experiment_id": "{shared}", "new_name": "renamed"},
    ),
    ("register", (200, 200), "POST", "registered-models/create", {"name": "model of {user}"}),
    (
        "change the trainer's model",
        (200, 403),
        "PATCH",
        "registered-models/update",
        {"name": "encoder", "description": "better"},
    ),
    ("read the trainer's model", (200, 403), "GET", "registered-models/get?name=encoder", None),
    (
        "make users",
        (403, 403),
        "POST",
        "users/create",
        {"username": "other", "password": "another-password"},
    ),
    ("delete", (200, 403), "POST", "experiments/delete", {"experiment_id": "{private}"}),
]


def test_users_may_do_what_the_table_says(server, work):
    """Those without permission are asked first, since the others change what there is."""
    expected = {name: codes for name, codes, *_ in ACTIONS}
    found = {}
    for name, _, method, path, body in ACTIONS:
        codes = {}
        for user in (READER, TRAINER):
            known = work | {"user": user[0]}
            filled = body and {
                key: value.format(**known) if isinstance(value, str) else value
                for key, value in body.items()
            }
            full = f"2.0/mlflow/{path.format(**known)}"
            codes[user] = server.call(full, filled, auth=user, method=method).status_code
        found[name] = codes[TRAINER], codes[READER]
    assert found == expected


def test_who_only_reads_cannot_give_permissions_or_upload(server, work):
    assert grant(server, work["shared"], "MANAGE", READER).status_code == 403
    path = f"2.0/mlflow-artifacts/artifacts/{work['shared']}/{work['run']}/artifacts/file"
    codes = {
        user[0]: server.call(path, auth=user, method="PUT", data=b"content").status_code
        for user in (READER, TRAINER)
    }
    assert codes == {"reader": 403, "trainer": 200}


def test_a_second_migration_changes_nothing(server, work):
    password = SECRETS["mlflow-postgres"]["password"]
    databases = ("mlflow", "mlflow_auth")
    before = [dump(server.postgres_port, name, password) for name in databases]
    assert "CREATE TABLE public.runs" in before[0]
    assert "CREATE TABLE public.users" in before[1]
    migrate(server.around, server.around.folder / "again.log")
    assert [dump(server.postgres_port, name, password) for name in databases] == before

"""What the pages say can be typed."""

import re
import tomllib
from pathlib import Path

import pytest

from pipelines.submit import require_submittable
from spanbert.config import load_config, parse_config

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = {"operations.md": 2, "cluster-runs.md": 1}  # settings in each


def settings_of(page):
    return re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_settings_on_a_page_are_accepted(page):
    found = settings_of(page)
    assert len(found) == PAGES[page]
    for text in found:
        require_submittable(parse_config(text), lambda line: None)
        told = tomllib.loads(text)["cluster"]
        cluster = parse_config(text).cluster
        for name, value in told.items():
            assert getattr(cluster, name) == (tuple(value) if isinstance(value, list) else value)


def test_settings_of_a_laptop_are_the_quickstart_in_another_place():
    laptop, quickstart = (
        load_config(ROOT / f"configs/{name}.toml", QUICKSTART_AS_LAPTOP[name])
        for name in ("laptop", "quickstart")
    )
    require_submittable(laptop, lambda line: None)
    assert laptop.digest == quickstart.digest


_DATA = "/spanbert/data"
QUICKSTART_AS_LAPTOP = {
    "laptop": (),
    "quickstart": (
        "run.name=laptop",
        "training.num_workers=1",
        f'corpus.sources=["{_DATA}/wikipedia.jsonl.xz", "{_DATA}/books.jsonl.xz"]',
        f'qa.train=["{_DATA}/squad-train.json.gz"]',
        f'qa.dev=["{_DATA}/squad-dev.json.gz"]',
        "registry.tracking_uri=http://mlflow.kubeflow.svc:5000",
    ),
}


@pytest.mark.parametrize("page", ["docs/operations.md", "k8s/README.md"])
def test_a_job_that_cannot_be_changed_is_deleted_before_each_apply(page):
    lines = [line.strip() for line in (ROOT / page).read_text().splitlines()]
    places = [i for i, line in enumerate(lines) if line.startswith("kubectl apply -k k8s/")]
    assert places
    for place in places:
        assert lines[place - 1] == ("kubectl -n $ns delete job mlflow-migration --ignore-not-found")


NAMESPACED = "get|cp|exec|delete|describe|port-forward|rollout|patch|wait|create (?!namespace)"


@pytest.mark.parametrize("page", ["docs/operations.md", "k8s/README.md", "docs/cluster-runs.md"])
def test_every_command_names_its_namespace(page):
    text = (ROOT / page).read_text()
    assert re.findall(rf"kubectl (?:{NAMESPACED}).*", text) == []
    for command in re.findall(r"spanbert (?:submit|logs|cancel) .*", text):
        if page == "docs/operations.md":
            assert "--namespace $ns" in command

"""Service accounts may do exactly what a written table says."""

import pytest
from k8s.rendering import SITES, of_kind, rendered

RIGHTS = {
    ("spanbert-step", "ray.io", "rayjobs"): "create get patch delete",
    ("spanbert-step", "", "pods"): "get",
    ("spanbert-step", "argoproj.io", "workflowtaskresults"): "create patch",
    ("spanbert-step", "", "configmaps/kfp-launcher"): "get",
    ("spanbert-step", "", "secrets/mlpipeline-minio-artifact"): "get",
    ("spanbert-submitter", "pipelines.kubeflow.org", "pipelines"): "get list create",
    ("spanbert-submitter", "pipelines.kubeflow.org", "pipelineversions"): "get list create",
    ("spanbert-submitter", "pipelines.kubeflow.org", "experiments"): "get list create",
    ("spanbert-submitter", "pipelines.kubeflow.org", "runs"): "get list create terminate",
    ("spanbert-submitter", "pipelines.kubeflow.org", "jobs"): (
        "get list create enable disable delete"
    ),
    ("spanbert-submitter", "ray.io", "rayjobs"): "get list delete",
    ("spanbert-submitter", "", "pods"): "list",
    ("spanbert-submitter", "", "pods/log"): "get",
}
TOKENLESS = {"spanbert-ray", "spanbert-mlflow", "spanbert-submitter"}


def granted(site):
    """(account, group, resource) -> verbs, over all bindings of a site."""
    roles = {role["metadata"]["name"]: role for role in of_kind(site, "Role")}
    found = {}
    for binding in of_kind(site, "RoleBinding"):
        (subject,) = binding["subjects"]
        for rule in roles[binding["roleRef"]["name"]]["rules"]:
            for group in rule["apiGroups"]:
                for resource in objects(rule):
                    key = subject["name"], group, resource
                    assert key not in found
                    found[key] = " ".join(rule["verbs"])
    return found


def objects(rule):
    names = rule.get("resourceNames", [])
    for resource in rule["resources"]:
        yield from [f"{resource}/{name}" for name in names] or [resource]


@pytest.mark.parametrize("site", SITES)
def test_rights_are_those_of_the_table(site):
    assert granted(site) == RIGHTS


@pytest.mark.parametrize("site", SITES)
def test_no_right_is_a_wildcard_or_reaches_beyond_the_namespace(site):
    assert not any("*" in f"{key} {verbs}" for key, verbs in granted(site).items())
    assert not [made for made in rendered(site) if made["kind"].startswith("ClusterRole")]


@pytest.mark.parametrize("site", SITES)
def test_subjects_are_accounts_of_the_same_namespace(site):
    accounts = {
        (account["metadata"]["namespace"], account["metadata"]["name"])
        for account in of_kind(site, "ServiceAccount")
    }
    for binding in of_kind(site, "RoleBinding"):
        for subject in binding["subjects"]:
            assert subject["kind"] == "ServiceAccount"
            assert (subject["namespace"], subject["name"]) in accounts
            assert subject["namespace"] == binding["metadata"]["namespace"]


def test_accounts_without_a_use_for_it_get_no_token():
    assert {
        account["metadata"]["name"]
        for account in of_kind("base", "ServiceAccount")
        if account.get("automountServiceAccountToken") is False
    } == TOKENLESS

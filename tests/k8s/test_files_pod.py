"""The pod for bringing files: the namespace admits it, and it may speak where steps may."""

import pytest
import yaml
from k8s.rendering import FOLDER, SITES, named
from k8s.test_network import ours

from k8s import object_schema, pod_security

POD = yaml.safe_load((FOLDER / "pods/files.yaml").read_text())


def test_kubernetes_and_the_restricted_level_admit_it():
    assert object_schema.problems(POD) == []
    assert pod_security.problems(POD) == []
    assert POD["spec"]["automountServiceAccountToken"] is False


def test_it_has_the_label_that_lets_steps_out():
    (step,) = (end for end in ours("base") if end.name == "step")
    assert POD["metadata"]["labels"] == step.labels


@pytest.mark.parametrize("site", SITES)
def test_its_claim_and_account_are_there_and_it_stands_in_the_namespace_that_is_asked(site):
    (claim,) = (v["persistentVolumeClaim"] for v in POD["spec"]["volumes"] if "emptyDir" not in v)
    assert named(site, "PersistentVolumeClaim", claim["claimName"])
    assert named(site, "ServiceAccount", POD["spec"]["serviceAccountName"])
    assert "namespace" not in POD["metadata"]


def test_it_writes_as_the_user_and_group_of_steps_and_ray():
    context = named("base", "RayCluster", "interactive")["spec"]["headGroupSpec"]["template"]
    expected = context["spec"]["securityContext"]
    assert POD["spec"]["securityContext"] == expected

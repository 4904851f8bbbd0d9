"""The restricted level lets a hardened pod pass and finds whatever it forbids."""

import pytest
from k8s.ray_objects import pod_template, put

from k8s import pod_security


def test_a_hardened_pod_passes():
    assert pod_security.problems(pod_template()) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hostNetwork", True),
        ("hostPID", True),
        ("volumes", [{"name": "v", "hostPath": {"path": "/"}}]),
        ("securityContext.runAsUser", 0),
        ("securityContext.runAsNonRoot", False),
        ("securityContext.seccompProfile", {"type": "Unconfined"}),
        ("securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}]),
        ("securityContext.seLinuxOptions", {"type": "spc_t"}),
        ("securityContext.windowsOptions", {"hostProcess": True}),
        ("containers.0.securityContext.privileged", True),
        ("containers.0.securityContext.allowPrivilegeEscalation", None),
        ("containers.0.securityContext.capabilities", {"drop": ["NET_RAW"]}),
        ("containers.0.securityContext.capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
        ("containers.0.securityContext.runAsUser", 0),
        ("containers.0.securityContext.procMount", "Unmasked"),
        ("containers.0.securityContext.appArmorProfile", {"type": "Unconfined"}),
        ("containers.0.ports", [{"containerPort": 1, "hostPort": 1}]),
        ("initContainers", [{"name": "first"}]),
    ],
)
def test_the_restricted_level_forbids(path, value):
    template = put(pod_template(), f"spec.{path}", value)
    assert pod_security.problems(template)


def test_a_container_may_say_what_the_pod_does_not():
    template = pod_template()
    context = template["spec"].pop("securityContext")
    assert len(pod_security.problems(template)) == 2
    template["spec"]["containers"][0]["securityContext"] |= context
    assert pod_security.problems(template) == []

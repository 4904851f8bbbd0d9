"""Kubernetes' restricted Pod Security Standard (1.32), on a pod template.

pod template -> problems. The API server only warns about a template and refuses its pods later, so
templates are checked here: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"}
VOLUMES |= {"persistentVolumeClaim", "projected", "secret"}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t"}
SELINUX_TYPES |= {"container_engine_t"}
PROFILES = {"RuntimeDefault", "Localhost"}
APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def problems(pod_template: dict) -> list[str]:
    """What the restricted level forbids of these pods, one line each; empty when it admits them.

    Args:
        pod_template: with `spec`, and `metadata` where there is some.
    """
    spec = pod_template["spec"]
    found = [f"{name} is true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    found += [problem for volume in spec.get("volumes", []) for problem in _volume(volume)]
    found += _annotations(pod_template.get("metadata", {}).get("annotations", {}))
    context = spec.get("securityContext", {})
    found += [f"pod: {problem}" for problem in _either_context(context)]
    for sysctl in context.get("sysctls", []):
        if sysctl["name"] not in SYSCTLS:
            found.append(f"sysctl {sysctl['name']}")
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(kind, []):
            found += [f"{container['name']}: {what}" for what in _container(container, context)]
    return found


def _volume(volume: dict) -> list[str]:
    forbidden = set(volume) - {"name"} - VOLUMES
    return [f"volume {volume['name']} is a {kind}" for kind in sorted(forbidden)]


def _annotations(annotations: dict) -> list[str]:
    return [
        f"{name} is {value}"
        for name, value in annotations.items()
        if name.startswith(APPARMOR_ANNOTATION)
        and value != "runtime/default"
        and not value.startswith("localhost/")
    ]


def _either_context(context: dict) -> list[str]:
    """Rules that the contexts of a pod and of a container share."""
    linux = context.get("seLinuxOptions", {})
    windows = context.get("windowsOptions", {})
    rules = {
        "runs as root": context.get("runAsUser") == 0,
        "runAsNonRoot is false": context.get("runAsNonRoot") is False,
        "seccomp is unconfined": not _is_profile(context.get("seccompProfile")),
        "AppArmor is unconfined": not _is_profile(context.get("appArmorProfile")),
        "has a SELinux user or role": bool(linux.get("user") or linux.get("role")),
        "has another SELinux type": linux.get("type") not in SELINUX_TYPES,
        "is a host process": windows.get("hostProcess", False),
    }
    return [problem for problem, is_broken in rules.items() if is_broken]


def _is_profile(profile: dict | None) -> bool:
    return profile is None or profile["type"] in PROFILES


def _container(container: dict, pod_context: dict) -> list[str]:
    context = container.get("securityContext", {})
    capabilities = context.get("capabilities", {})
    ports = container.get("ports", [])

    def inherited(name: str) -> object:
        return context.get(name, pod_context.get(name))

    rules = {
        "is privileged": context.get("privileged", False),
        "does not forbid privilege escalation": (
            context.get("allowPrivilegeEscalation") is not False
        ),
        "does not drop all capabilities": "ALL" not in capabilities.get("drop", []),
        "adds capabilities": bool(set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}),
        "may run as root": inherited("runAsNonRoot") is not True,
        "has no seccomp profile": inherited("seccompProfile") is None,
        "takes a port of the host": any(port.get("hostPort") for port in ports),
        "has another /proc": context.get("procMount", "Default") != "Default",
    }
    found = [problem for problem, is_broken in rules.items() if is_broken]
    return found + _either_context(context)

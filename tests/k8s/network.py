"""Which pod may open a connection to which: policies and labels -> edges.

A connection needs leave at both ends. An end that no policy selects for a direction is free in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from itertools import product

OTHER = ("TCP", 1)  # stands for every port that no policy names
ANY = "any"


@dataclass(frozen=True)
class End:
    """A pod, or an address that is no pod.

    Args:
        labels: of the pod, those included that KFP and KubeRay give it.
        address: of what is no pod; then it has no namespace.
    """

    name: str
    namespace: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    address: str = ""


def edges(policies: list[dict], ours: list[End], others: list[End]) -> dict[tuple, set[str]]:
    """(source, target) -> ports as `TCP 80`, or `any`; pairs without a connection are left out.

    Args:
        policies: NetworkPolicy objects with their namespace.
        ours, others: what may speak; edges between two others are not looked at.
    """
    ports = {OTHER, *_named_ports(policies)}
    found = {}
    pairs = [*product(ours, [*ours, *others]), *product(others, ours)]
    for source, target in pairs:
        opened = {port for port in ports if _is_open(policies, source, target, port)}
        if opened:
            names = {f"{protocol} {number}" for protocol, number in opened}
            found[source.name, target.name] = {ANY} if OTHER in opened else names
    return found


def _named_ports(policies: list[dict]) -> Iterable[tuple[str, int]]:
    for policy in policies:
        spec = policy["spec"]
        for rule in spec.get("ingress", []) + spec.get("egress", []):
            for port in rule.get("ports", []):
                yield port["protocol"], port["port"]


def _is_open(policies: list[dict], source: End, target: End, port: tuple[str, int]) -> bool:
    return _is_free(policies, source, target, port, "Egress") and _is_free(
        policies, target, source, port, "Ingress"
    )


def _is_free(policies: list[dict], end: End, peer: End, port: tuple, direction: str) -> bool:
    """Whether one end may speak with its peer in one direction."""
    binding = [
        policy
        for policy in policies
        if _selects(policy, end) and direction in policy["spec"]["policyTypes"]
    ]
    key, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    return not binding or any(
        _has_peer(policy, rule.get(peers), peer) and _has_port(rule, port)
        for policy in binding
        for rule in policy["spec"].get(key, [])
    )


def _selects(policy: dict, end: End) -> bool:
    here = not end.address and policy["metadata"]["namespace"] == end.namespace
    return here and _matches(policy["spec"]["podSelector"], end.labels)


def _has_port(rule: dict, port: tuple[str, int]) -> bool:
    return "ports" not in rule or port in {(p["protocol"], p["port"]) for p in rule["ports"]}


def _has_peer(policy: dict, peers: list[dict] | None, end: End) -> bool:
    return peers is None or any(_is_peer(policy, peer, end) for peer in peers)


def _is_peer(policy: dict, peer: dict, end: End) -> bool:
    if block := peer.get("ipBlock"):
        return bool(end.address) and ip_address(end.address) in ip_network(block["cidr"])
    if end.address:
        return False
    if "namespaceSelector" in peer:
        names = {"kubernetes.io/metadata.name": end.namespace}
        is_there = _matches(peer["namespaceSelector"], names)
    else:
        is_there = end.namespace == policy["metadata"]["namespace"]
    return is_there and _matches(peer.get("podSelector", {}), end.labels)


def _matches(selector: dict, labels: dict[str, str]) -> bool:
    """A label selector without expressions other than In."""
    wanted = {name: {value} for name, value in selector.get("matchLabels", {}).items()}
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In", expression
        wanted[expression["key"]] = set(expression["values"])
    return all(labels.get(name) in values for name, values in wanted.items())

"""All checks on this machine -> findings, in the order in which a run would meet them."""

from collections.abc import Mapping

from spanbert.config import Config
from spanbert.doctor.data import check_data
from spanbert.doctor.disk import check_disk
from spanbert.doctor.elsewhere import check_elsewhere, is_elsewhere
from spanbert.doctor.finding import Finding, findings_of
from spanbert.doctor.finetuning import check_finetuning, is_finetuning
from spanbert.doctor.memory import check_memory
from spanbert.doctor.services import check_services
from spanbert.doctor.versions import check_versions
from spanbert.doctor.workers import check_workers


def examine(config: Config, environment: Mapping[str, str]) -> list[Finding]:
    """What every check finds; nothing is changed, and nothing is raised."""
    checks = {
        "packages": lambda: check_versions(config),
        "workers": lambda: _check_capacity(config),
        "disk": lambda: check_disk(config),
        "data": lambda: check_data(config),
        "services": lambda: check_services(config, environment),
    }
    return [finding for name, check in checks.items() for finding in findings_of(name, check)]


def _check_capacity(config: Config) -> list[Finding]:
    """Processors, GPUs and memory: this machine's, where it is this one that trains."""
    if is_finetuning(config):
        return check_finetuning(config)
    if is_elsewhere(config):
        return check_elsewhere(config)
    memory = findings_of("memory", lambda: check_memory(config))
    return [*check_workers(config.training), *memory]

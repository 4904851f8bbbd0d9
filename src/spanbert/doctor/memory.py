"""Memory that the workers will take, against what is there."""

from spanbert.config import Config
from spanbert.doctor.finding import Finding, gigabytes, ok, problem, warning
from spanbert.doctor.sizes import sized, state_bytes
from spanbert.errors import ConfigError
from spanbert.machine import available_memory
from spanbert.planning.memory import Memory, worker_memory
from spanbert.planning.work import packed_layout

_REMEDY = (
    "--set training.checkpoint_activations=true, or lower training.num_workers or"
    " training.micro_batch_tokens"
)


def check_memory(config: Config) -> list[Finding]:
    """This machine's memory against what the settings ask for."""
    return [memory_finding(float(available_memory()), *needed_bytes(config))]


def needed_bytes(config: Config) -> tuple[float, float]:
    """Bytes of all workers on this machine: what is sure, and with what programs take besides.

    Where GPUs do the work, their memory holds it; here is only the copy that is being saved.
    """
    config = sized(config)
    workers, saved = config.training.num_workers, state_bytes(config)  # the first one's copy
    memory = _worker_memory(config)
    framework = memory.framework * workers
    held = 0.0 if config.training.use_gpu else memory.total * workers - framework
    return held + saved, held + saved + framework


def memory_finding(
    available_bytes: float, sure_bytes: float, all_bytes: float, remedy: str = _REMEDY
) -> Finding:
    """Less than is sure to be used ends in exit code 137; a little less than all may."""
    found, needed = f"{gigabytes(available_bytes)} available", gigabytes(all_bytes)
    if available_bytes < sure_bytes:
        return problem(ConfigError, "memory", found, needed, remedy=remedy)
    if available_bytes < all_bytes:
        return warning("memory", found, needed, remedy=remedy)
    return ok("memory", found, needed)


def _worker_memory(config: Config) -> Memory:
    training, longest = config.training, float(config.shards.max_pieces + 2)  # [CLS] and [SEP]
    part = training.batch_tokens / training.parts
    tokens = max(longest, float(min(training.micro_batch_tokens, part)))
    layout = packed_layout(config, longest)
    return worker_memory(config, layout, tokens, training.num_workers, is_cpu=not training.use_gpu)

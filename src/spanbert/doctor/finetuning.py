"""What fine-tuning alone takes: a model long enough, memory and room for it."""

from spanbert.config import Config
from spanbert.doctor.finding import Finding, findings_of, ok
from spanbert.doctor.memory import memory_finding
from spanbert.doctor.sizes import sized, start_sizes
from spanbert.machine import available_memory
from spanbert.planning.memory import FRAMEWORK_BYTES
from spanbert.planning.work import training_parameters
from spanbert.tasks.kinds import kinds_of

_HELD_BYTES = 20  # of a parameter: weight, gradient, two moments, and the best weights so far
_HELD_WITH_GPU = 4  # the best weights so far
_REMEDY = "free some memory, or start from a smaller model"


def is_finetuning(config: Config) -> bool:
    """Whether nothing is pre-trained: no text is named, but a model or files of a task are."""
    return not config.corpus.sources and bool(config.training.start or kinds_of(config))


def check_finetuning(config: Config) -> list[Finding]:
    """Lengths of the tasks against the model's positions, and memory for the model."""
    return [
        *findings_of("lengths", lambda: [_lengths(config)]),
        *findings_of("memory", lambda: [_memory(config)]),
    ]


def model_parameters(config: Config) -> int:
    """Of the model to start from, as far as it is known."""
    return training_parameters(start_sizes(config) or config.model, config.objective)


def _lengths(config: Config) -> Finding:
    """What is too long is refused by the settings themselves."""
    return ok("lengths", f"within {sized(config).model.max_positions} positions")


def _memory(config: Config) -> Finding:
    """Activations are not counted: they depend on lengths, which only the files have."""
    has_gpu = config.training.use_gpu
    held = float((_HELD_WITH_GPU if has_gpu else _HELD_BYTES) * model_parameters(config))
    return memory_finding(float(available_memory()), held, held + FRAMEWORK_BYTES, _REMEDY)

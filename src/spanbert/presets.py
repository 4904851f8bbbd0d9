"""Named settings: the paper's models, its optimisation or a modern one, and its two sizes.

A `[preset]` table in a settings file is replaced by these values before anything else is read, and
every value can be changed by the sections below it.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Tables = dict[str, dict[str, Any]]

# SpanBERT, sections 4.2 and 6: what is masked and predicted
_MODELS: dict[str, Tables] = {
    "bert": {
        "shards": {"pairs": True},
        "masking": {"scheme": "subword-tokens", "replacement": "token"},
        "objective": {"sbo_weight": 0.0, "nsp": True},
    },
    "bert-1seq": {
        "shards": {"pairs": False},
        "masking": {"scheme": "subword-tokens", "replacement": "token"},
        "objective": {"sbo_weight": 0.0, "nsp": False},
    },
    "spanbert": {
        "shards": {"pairs": False},
        "masking": {"scheme": "geometric-spans", "replacement": "span"},
        "objective": {"sbo_weight": 1.0, "nsp": False},
    },
}

# The published trainer scales the mean gradient by 1 / 616, the masked tokens of one of its
# devices. Adam does not see the scale but through epsilon, 1e-8 there, and the limit of the norm,
# 1.0 there: these two values do the same to the mean gradient itself.
_PUBLISHED_GRADIENT_SCALE = 616
_OPTIMIZATIONS: dict[str, Tables] = {
    "reference": {
        "training": {
            "precision": "fp32",
            "decay": "all",
            "schedule": "published",
            "epsilon": 1e-8 * _PUBLISHED_GRADIENT_SCALE,
            "max_grad_norm": 1.0 * _PUBLISHED_GRADIENT_SCALE,
        }
    },
    "modern": {
        "training": {
            "precision": "bf16",
            "decay": "matrices",
            "schedule": "rebased",
            "epsilon": 1e-6,
            "max_grad_norm": 1.0,
        }
    },
}

# SpanBERT, section 4.2; of base only steps, rate and batch are known
_SIZES: dict[str, Tables] = {
    "base": {
        "model": {
            "hidden_size": 768,
            "num_layers": 12,
            "num_heads": 12,
            "intermediate_size": 3072,
        },
        "training": {
            "steps": 300_000,
            "batch_tokens": 1_048_576,
            "batch_parts": 32,
            "micro_batch_tokens": 32_768,
            "learning_rate": 5e-4,
            "warmup_steps": 10_000,
        },
    },
    "large": {
        "model": {
            "hidden_size": 1024,
            "num_layers": 24,
            "num_heads": 16,
            "intermediate_size": 4096,
        },
        "training": {
            "steps": 2_400_000,
            "batch_tokens": 131_072,
            "batch_parts": 32,
            "micro_batch_tokens": 4_096,
            "learning_rate": 1e-4,
            "warmup_steps": 10_000,
        },
    },
}

_BASELINE_NORM_EPS = 1e-5  # of the published code's BERT; its SpanBERT has 1e-12


@dataclass(frozen=True)
class PresetConfig:
    """Which named settings a run begins with; an empty name adds nothing."""

    model: Literal["", "bert", "bert-1seq", "spanbert"] = ""
    optimization: Literal["", "reference", "modern"] = ""
    size: Literal["", "base", "large"] = ""


def preset_tables(preset: PresetConfig) -> Tables:
    """The settings that the names stand for, by section."""
    chosen = asdict(preset)
    parts = [
        table[name]
        for table, name in (
            (_MODELS, chosen["model"]),
            (_OPTIMIZATIONS, chosen["optimization"]),
            (_SIZES, chosen["size"]),
        )
        if name
    ]
    if preset.optimization == "reference" and preset.model.startswith("bert"):
        parts.append({"model": {"layer_norm_eps": _BASELINE_NORM_EPS}})
    return merged(*parts)


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    """All sections of all parts; later parts win."""
    result: dict[str, Any] = {}
    for part in parts:
        for section, values in part.items():
            both = isinstance(values, dict) and isinstance(result.get(section), dict)
            result[section] = {**result[section], **values} if both else values
    return result

"""What computes a run: all that may change the bits of its weights besides its settings."""

from typing import Any

import torch

from spanbert.training.config import TrainingConfig


def origin_of(training: TrainingConfig, device: torch.device) -> dict[str, Any]:
    """Plain values, kept with each checkpoint; `checkpoints/exactness.py` compares them."""
    return {
        "workers": training.num_workers,
        "parts": training.parts,
        "micro_batch_tokens": training.micro_batch_tokens,
        "exact": training.exact,
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
    }

"""step -> learning rate: linear warm-up, then linear to zero (SpanBERT, section 4.2)."""


def learning_rate_at(
    step: int, *, peak: float, warmup_steps: int, num_steps: int, is_rebased: bool = True
) -> float:
    """The rate of a step, counted from 0; the step after the last would have rate 0.

    Args:
        is_rebased: **Differs** from the published code: the decay starts from the peak. Without it
            the rate after the warm-up is peak * (1 - steps so far / num_steps), as there, a drop
            by warmup_steps / num_steps at the end of the warm-up.
    """
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    if not is_rebased:
        return peak * (num_steps - step) / num_steps
    return peak * (num_steps - step) / (num_steps - warmup_steps)

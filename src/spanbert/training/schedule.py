"""step -> learning rate: linear warm-up, then linear to zero (SpanBERT, section 4.2)."""


def learning_rate_at(step: int, *, peak: float, warmup_steps: int, num_steps: int) -> float:
    """The rate of a step, counted from 0; the step after the last would have rate 0.

    **Differs:** the published code decays as peak * (1 - step / num_steps), which drops by
    warmup_steps / num_steps at the end of the warm-up; here the decay starts from the peak.
    """
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return peak * (num_steps - step) / (num_steps - warmup_steps)

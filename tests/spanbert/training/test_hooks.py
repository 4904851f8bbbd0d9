"""Cadence, and what a person is told."""

from types import SimpleNamespace

from spanbert.training.hooks import Every, Log, Tell


def test_an_action_comes_at_each_interval_and_at_the_end():
    seen = []
    hook = Every(4, 10, Log(lambda step, metrics: seen.append(step)))
    for done in range(1, 11):
        hook(done, {})
    assert seen == [4, 8, 10]


def test_progress_tells_of_the_steps_since_the_last_line():
    clock = iter([100.0, 104.0, 105.0])
    lines, data = [], SimpleNamespace(waited_s=0.5)
    tell = Tell(lines.append, 10, 20, 3000, data, clock=lambda: next(clock))
    data.waited_s = 0.6
    tell(12, {"loss": 3.0, "mlm_loss": 2.0, "sbo_loss": 1.0})
    tell(16, {"loss": 2.0})
    assert lines == [
        "step 12/20  loss 3.000  mlm 2.000  sbo 1.000  2000 ms/step  1,500 tokens/s"
        "  2.5% waiting for data  16 s left",
        "step 16/20  loss 2.000  250 ms/step  12,000 tokens/s  0.0% waiting for data  1 s left",
    ]

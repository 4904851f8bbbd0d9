"""Cadence, and what a person is told."""

from spanbert.training.hooks import Every, Log, Tell


def test_an_action_comes_at_each_interval_and_at_the_end():
    seen = []
    hook = Every(4, 10, Log(lambda step, metrics: seen.append(step)))
    for done in range(1, 11):
        hook(done, {})
    assert seen == [4, 8, 10]


def test_progress_tells_speed_and_what_is_left():
    clock = iter([100.0, 104.0])
    lines = []
    tell = Tell(lines.append, first=10, num_steps=20, clock=lambda: next(clock))
    tell(12, {"loss": 3.0, "mlm_loss": 2.0, "sbo_loss": 1.0})
    assert lines == ["step 12/20  loss 3.000  mlm 2.000  sbo 1.000  2000 ms/step  16 s left"]

"""SIGTERM is a wish first, and an end with exit code 75 where the wish is not granted in time."""

import os
import signal
import time

import pytest

from spanbert.errors import PreemptedError
from spanbert.training.leaving import leaving_on_sigterm


def terminate():
    os.kill(os.getpid(), signal.SIGTERM)


def wait_as_ray_does(seconds):
    """What a handler raises comes out of Ray's waiting as an error of its own."""
    try:
        time.sleep(seconds)
    except PreemptedError as error:
        raise SystemError("returned a result with an exception set") from error


def test_the_wish_is_passed_on_and_work_goes_on():
    asked = []
    with leaving_on_sigterm(lambda: asked.append(1) or True, grace_s=20.0):
        terminate()
        finished = True
    assert asked == [1]
    assert finished


def test_with_nobody_to_ask_it_is_the_end():
    with pytest.raises(PreemptedError) as left, leaving_on_sigterm(lambda: False, grace_s=20.0):
        terminate()
    assert left.value.exit_code == 75


def test_after_the_grace_it_is_the_end_whatever_waiting_makes_of_it():
    def work():
        with leaving_on_sigterm(lambda: True, grace_s=1.0):
            terminate()
            wait_as_ray_does(10)

    began_s = time.monotonic()
    with pytest.raises(PreemptedError, match="within 1 s") as left:
        work()
    assert left.value.exit_code == 75
    assert time.monotonic() - began_s < 5


def test_handlers_are_put_back():
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGALRM)]
    with leaving_on_sigterm(lambda: True, grace_s=1.0):
        terminate()
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGALRM)] == before
    time.sleep(1.2)  # the alarm is off


def test_other_errors_stay_what_they_are():
    with pytest.raises(KeyError), leaving_on_sigterm(lambda: True, grace_s=1.0):
        raise KeyError

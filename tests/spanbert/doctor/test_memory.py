"""Less memory than is sure to be used is a problem; less than all may be is a warning."""

from dataclasses import replace

import tiny

from spanbert.doctor.memory import check_memory, memory_finding, needed_bytes
from spanbert.doctor.sizes import sized, state_bytes


def with_training(config, **changes):
    return replace(config, training=replace(config.training, **changes))


def test_the_sure_and_the_whole_need_decide():
    statuses = [memory_finding(n, 100.0, 200.0).status for n in (99.0, 100.0, 199.0, 200.0)]
    assert statuses == ["problem", "warning", "warning", "ok"]
    assert memory_finding(99.0, 100.0, 200.0).exit_code == 2


def test_twice_the_workers_need_twice_the_memory_beside_the_saved_copy(tmp_path):
    config = with_training(tiny.config(tmp_path), num_workers=1, batch_parts=4)
    saved = state_bytes(sized(config))
    one, two = (needed_bytes(with_training(config, num_workers=n))[1] for n in (1, 2))
    assert abs((two - saved) - 2 * (one - saved)) < 1


def test_a_batch_smaller_than_a_micro_batch_decides(tmp_path):
    config = with_training(tiny.config(tmp_path), num_workers=1, batch_tokens=4000)
    large, larger, small = (
        needed_bytes(with_training(config, micro_batch_tokens=n))[0] for n in (4000, 32_768, 400)
    )
    assert small < large == larger


def test_gpus_hold_all_but_the_saved_copy(tmp_path):
    config = with_training(tiny.config(tmp_path), use_gpu=True)
    assert needed_bytes(config)[0] == state_bytes(sized(config))


def test_a_model_that_fits_nowhere_is_refused_here(tmp_path):
    config = tiny.config(tmp_path)
    huge = replace(config.model, hidden_size=2**18, intermediate_size=2**20)
    (finding,) = check_memory(replace(config, model=huge))
    assert finding.status == "problem"

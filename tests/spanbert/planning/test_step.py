"""The step and the run: by hand, against the paper's run, and as properties."""

from dataclasses import replace
from pathlib import Path

import pytest

from spanbert.config import load_config, parse_config
from spanbert.planning.hardware import (
    Overrides,
    hardware_of,
    overridden,
    peak_flops_of_device,
    share_reached,
)
from spanbert.planning.plan import plan_run
from spanbert.planning.step import Case, fullest_worker, step_parts
from spanbert.planning.work import published_layout, step_flops
from spanbert.training.config import TrainingConfig
from spanbert.training.optimizer import FlatAdamW
from spanbert.training.overlap import OverlappedSum
from spanbert.training.worker import build_model
from spanbert.training.workers import Alone

CONFIGS = Path(__file__).parents[3] / "configs"
PAPER_WORKERS, PAPER_DAYS = 32, 15
PAPER_TOKENS_S = 2.4e6 * 131_072 / (PAPER_DAYS * 86_400) / PAPER_WORKERS  # of one V100


def case(name="large", hardware="h100", *overrides, **own):
    config = load_config(CONFIGS / f"{name}.toml", overrides)
    return Case(config, hardware_of(hardware), 512.0, **own)


def paper_case(fill, mfu):
    config = load_config(CONFIGS / "large.toml", ["training.checkpoint_every_steps=50000"])
    hardware = overridden(hardware_of("v100-32"), Overrides(mfu=mfu))
    layout = published_layout(config, fill)
    return Case(config, hardware, 512.0, layout, gradient_bytes=2)


@pytest.mark.parametrize(("fill", "executed_mfu"), [(0.656, 0.207), (1.0, 0.136)])
def test_the_papers_run_takes_its_fifteen_days(fill, executed_mfu):
    """Given the share it executed; what is over is counted twice, since that share is the run's."""
    run = paper_case(fill, executed_mfu)
    assert pytest.approx(7585, rel=1e-3) == PAPER_TOKENS_S
    share = PAPER_TOKENS_S * step_flops(run.config, run.layout) / 125e12
    assert share == pytest.approx(executed_mfu, abs=5e-4)
    days = plan_run(run, PAPER_WORKERS).course.days
    assert PAPER_DAYS <= days <= 1.06 * PAPER_DAYS


def test_the_papers_run_from_an_independent_share():
    """Megatron-LM's 30 % of a V100 makes it 7.5 to 11.1 days: the bound that the paper is above."""
    at_best, at_worst = (
        plan_run(paper_case(fill, 0.30), PAPER_WORKERS).course.days for fill in (1.0, 0.656)
    )
    assert (at_best, at_worst) == pytest.approx((7.5, 11.1), abs=0.05)


@pytest.mark.parametrize(("fill", "mfu", "days"), [(0.656, 0.207, 9.7), (1.0, 0.136, 14.4)])
def test_what_our_layout_would_need_on_the_papers_hardware(fill, mfu, days):
    theirs = paper_case(fill, mfu)
    ours = replace(theirs, layout=None, gradient_bytes=4)
    assert plan_run(ours, PAPER_WORKERS).course.days == pytest.approx(days, abs=0.1)


def test_the_parts_of_a_step_by_hand():
    run = case("base", "h100", "training.batch_tokens=131072", "training.micro_batch_tokens=16384")
    parts = step_parts(run, 8, 16_384.0)
    parameters = run.parameters
    assert parts.compute == pytest.approx(16_384 * run.useful_flops / (0.25 * 989e12))
    buckets = -(-4 * parameters // (25 << 20))
    ring = 14 * (4 * parameters / 8 / (0.8 * 450e9) + buckets * 3.4e-6)
    assert plan_run(run, 8).all_reduce_s == pytest.approx(ring)
    assert ring < parts.compute * 2 / 3  # so the table alone is waited for
    table = 14 * (4 * 28_996 * 768 / 8 / (0.8 * 450e9) + 3.4e-6)
    assert parts.communication == pytest.approx(table)
    assert parts.optimizer == pytest.approx(44 * parameters / (0.8 * 3350e9))
    assert parts.loading == 0
    assert parts.checkpoint == pytest.approx(12 * parameters / 3e9 / 1000)
    plan = plan_run(run, 8)
    assert plan.tokens_s == pytest.approx(131_072 / parts.total)
    assert plan.mfu == pytest.approx(plan.tokens_s * run.useful_flops / (8 * 989e12))


def test_a_measured_speed_stands_for_computing_and_updates():
    measured = case(device_tokens_s=50_000.0)
    parts = step_parts(measured, 8, 16_384.0)
    assert parts.compute == pytest.approx(16_384 / 50_000)
    assert parts.optimizer == 0
    assert parts.communication > 0
    assert measured.share_reached == pytest.approx(50_000 * measured.executed_flops / 989e12)


def test_a_micro_step_with_few_tokens_waits_for_its_weights():
    run = case()
    assert step_parts(run, 1, 1.0).compute == pytest.approx(22 * run.parameters / (0.8 * 3350e9))


def test_segments_are_not_divided():
    assert fullest_worker(case(), 8) == (16_384, 0)
    assert fullest_worker(case(), 100) == (3 * 512, 0)
    assert fullest_worker(case(), 1000) == (512, 744)


@pytest.mark.parametrize("hardware", ["a100-80", "h100", "h200"])
@pytest.mark.parametrize("name", ["base", "large"])
def test_more_workers_with_the_same_share_are_never_slower(name, hardware):
    speeds = [
        plan_run(
            case(name, hardware, f"training.batch_tokens={workers * 16_384}"), workers
        ).tokens_s
        for workers in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
    ]
    assert speeds == sorted(speeds)


def test_a_larger_batch_exposes_less_communication():
    run = case("large", "h100", "training.micro_batch_tokens=65536")
    exposed = [
        step_parts(run, 64, tokens).communication for tokens in (512.0, 1024.0, 2048.0, 8192.0)
    ]
    assert exposed == sorted(exposed, reverse=True)
    table = step_parts(run, 64, 65_536.0).communication  # whatever hides the rest of it
    assert exposed[0] > exposed[-1] == table > 0
    assert step_parts(run, 1, 512.0).communication == 0


def test_only_the_last_backward_pass_hides_the_sum():
    several = case("large", "h100", "training.micro_batch_tokens=4096")
    backward = 2 / 3 * step_parts(several, 64, 4096.0).compute
    total = plan_run(several, 64).all_reduce_s
    assert total > backward
    for micro_steps in (1, 4):
        parts = step_parts(several, 64, micro_steps * 4096.0)
        assert parts.communication == pytest.approx(total - backward)


def test_the_tables_sum_starts_when_the_backward_pass_has_ended():
    """What the plan takes for granted of the order of buckets."""
    config = parse_config("[model]\nhidden_size = 8\nnum_heads = 2\nintermediate_size = 8\n")
    model, sizes = build_model(config, 1000), []

    class Recorder(Alone):
        def start_sum(self, tensor):
            sizes.append(tensor.numel())
            return super().start_sum(tensor)

    flat = FlatAdamW(model, TrainingConfig()).flat
    summed = OverlappedSum(flat, Recorder(), bucket_bytes=4096)
    summed.listen()
    for weight in reversed(list(model.parameters())):
        if weight is not model.word_embeddings:
            (weight * 0).sum().backward()
    before = len(sizes)
    (model.word_embeddings * 0).sum().backward()
    summed.finish()
    assert before > 1
    assert max(sizes[:before]) < 8000 <= max(sizes[before:])


def test_batches_made_meanwhile_cost_what_the_step_does_not_hide():
    assert step_parts(case(), 8, 16_384.0).loading == 0
    slow = case(loading_tokens_s=1e4)
    parts = step_parts(slow, 8, 16_384.0)
    assert parts.total - parts.checkpoint == pytest.approx(1.6384)
    assert parts.largest == "loading"
    assert plan_run(slow, 8).scaling_batch_tokens is None


def test_the_batch_that_scales_is_the_smallest_of_its_kind():
    run = case()
    batch = plan_run(run, 1000).scaling_batch_tokens
    for tokens, is_enough in ((batch, True), (batch / 2, False)):
        parts = step_parts(run, 1000, tokens / 1000)
        assert (parts.compute >= 0.8 * parts.total) is is_enough


def test_sharding_saves_memory_and_time_of_the_update_for_a_gather_of_the_weights():
    sharded_case = case("large", "h100", "training.shard_optimizer=true")
    whole, sharded = plan_run(case(), 8), plan_run(sharded_case, 8)
    assert sharded.memory.total < whole.memory.total
    assert sharded.parts.optimizer == pytest.approx(whole.parts.optimizer * (28 / 8 + 16) / 44)
    assert sharded.all_reduce_s == whole.all_reduce_s
    gather = 7 * (4 * sharded_case.parameters / 8 / (0.8 * 450e9) + 3.4e-6)
    more = sharded.parts.communication - whole.parts.communication
    assert more == pytest.approx(gather)
    assert plan_run(sharded_case, 1).parts == plan_run(case(), 1).parts


def test_recomputing_saves_memory_and_costs_less_than_a_third():
    again = case("large", "h100", "training.checkpoint_activations=true")
    kept, made_again = plan_run(case(), 8), plan_run(again, 8)
    assert made_again.memory.total < kept.memory.total
    assert 1.25 < made_again.parts.compute / kept.parts.compute < 4 / 3
    assert made_again.mfu < kept.mfu


def test_what_does_not_fit_is_told_with_what_would():
    run = case("large", "v100-16", "training.micro_batch_tokens=16384")
    plan = plan_run(run, 8)
    assert not plan.fits
    most = int(plan.most_tokens)
    smaller = case("large", "v100-16", f"training.micro_batch_tokens={most}")
    assert plan_run(smaller, 8).fits
    larger = case("large", "v100-16", f"training.micro_batch_tokens={most + 1}")
    assert not plan_run(larger, 8).fits


def test_fp32_has_a_peak_of_its_own():
    assert case("large", "h100", 'training.precision="fp32"').peak == 67e12
    assert case().peak == 989e12


def test_a_peak_is_known_of_a_device_in_the_table_alone():
    assert peak_flops_of_device("NVIDIA H100 80GB HBM3", "bf16") == 989e12
    assert peak_flops_of_device("NVIDIA H100 80GB HBM3", "fp32") == 67e12
    for other in ("NVIDIA H100 PCIe", "NVIDIA H100 80GB HBM3 MIG 1g.10gb", "cpu", ""):
        assert peak_flops_of_device(other, "bf16") is None


def test_a_wider_model_reaches_more():
    h100 = hardware_of("h100")
    assert [share_reached(h100, size) for size in (512, 768, 1000, 1024, 4096)] == [
        0.20,
        0.25,
        0.25,
        0.35,
        0.35,
    ]
    own = overridden(h100, Overrides(mfu=0.5, flops=1e12, network=100.0))
    assert share_reached(own, 64) == 0.5
    assert (own.peak_half, own.between.bandwidth) == (1e12, 12.5e9)
    assert own.between.latency_s == h100.between.latency_s

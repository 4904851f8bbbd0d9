"""The figures of the published recipe are what its rules give; the table tells when they hold."""

import numpy as np
import pytest
from masked_blocks import masked_block

from spanbert.inspection.figures import draw_statistics
from spanbert.masking.batch import MaskedSegment
from spanbert.masking.config import MaskingConfig
from spanbert.masking.spans import masked_runs
from spanbert.masking.statistics import masking_statistics, published_figures
from spanbert.masking.targets import boundary_targets, masked_positions
from spanbert.objectives.config import ObjectiveConfig


def published_block(rng):
    """510 pieces of random words, 1.25 pieces to a word, masked as the recipe does."""
    starts = np.insert(rng.random(509) < 1 / 1.25, 0, True)
    spans = masked_runs(masked_block(starts, MaskingConfig(), int(rng.integers(2**32)))) + 1
    masked = masked_positions(spans)
    ids = np.arange(512)
    return MaskedSegment(
        ids=ids,
        corrupted=ids,
        word_starts=np.pad(starts, 1, constant_values=True),
        blocks=[(1, 511)],
        spans=spans,
        masked=masked,
        replacements=np.zeros(len(masked), dtype=np.int64),
        boundary=boundary_targets(spans, (1, 511), ObjectiveConfig()),
        is_random_next=None,
    )


def test_the_published_figures_are_those_of_the_rules():
    rng = np.random.default_rng(1)
    found = masking_statistics([published_block(rng) for _ in range(600)], MaskingConfig(), seed=1)
    published = published_figures(MaskingConfig(), ObjectiveConfig())
    assert found["budgeted_fraction"] == found["masked_fraction"] == 77 / 510
    assert found["mean_block_pieces"] == 510
    assert found["pieces_per_word"] == pytest.approx(1.25, rel=0.01)
    for name, value in published.items():
        tolerance = 0.004 if value < 1 else 0.03 * value
        assert found[name] == pytest.approx(value, abs=tolerance), name


def test_other_settings_have_no_published_figures():
    objective = ObjectiveConfig()
    assert published_figures(MaskingConfig(scheme="whole-words"), objective) == {}
    assert published_figures(MaskingConfig(mask_rate=0.3), objective) == {}
    assert published_figures(MaskingConfig(replacement="token"), objective)
    at_edges = published_figures(MaskingConfig(), ObjectiveConfig(sbo_at_edges=True))
    assert "sbo_coverage" not in at_edges
    assert "mean_spans_per_block" in at_edges


def test_the_condition_stands_under_starred_figures_alone():
    rng = np.random.default_rng(1)
    statistics = masking_statistics([published_block(rng)], MaskingConfig(), seed=1)
    published = published_figures(MaskingConfig(), ObjectiveConfig())
    with_stars = draw_statistics(statistics, published)
    assert sum(line.endswith("*") for line in with_stars) == len(published)
    assert any(line.startswith("* the published recipe on blocks of 510") for line in with_stars)
    assert not any("*" in line for line in draw_statistics(statistics, {}))


def test_no_segments_have_figures_too():
    assert draw_statistics(masking_statistics([], MaskingConfig(), seed=1), {})

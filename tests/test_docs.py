"""What the pages say can be typed."""

import re
import tomllib
from pathlib import Path

import pytest

from pipelines.submit import require_submittable
from spanbert.config import parse_config

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"operations.md": 2, "cluster-runs.md": 1}  # settings in each


def settings_of(page):
    return re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_settings_on_a_page_are_accepted(page):
    found = settings_of(page)
    assert len(found) == PAGES[page]
    for text in found:
        require_submittable(parse_config(text), lambda line: None)
        told = tomllib.loads(text)["cluster"]
        cluster = parse_config(text).cluster
        for name, value in told.items():
            assert getattr(cluster, name) == (tuple(value) if isinstance(value, list) else value)

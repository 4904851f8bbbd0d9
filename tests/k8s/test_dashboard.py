"""The dashboard shows the gauges that training emits, and no others."""

import json
import re

from k8s.rendering import FOLDER

from spanbert.training.gauges import GAUGES

DASHBOARD = json.loads((FOLDER / "base" / "spanbert-dashboard.json").read_text())


def expressions():
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def test_it_shows_every_gauge_of_training_and_no_other():
    shown = {re.match(r"\w+", expression).group() for expression in expressions()}
    assert shown == {f"ray_{name}" for name in GAUGES}


def test_every_panel_follows_the_chosen_runs():
    (runs,) = [v for v in DASHBOARD["templating"]["list"] if v["name"] == "run_id"]
    assert "run_id" in runs["query"]["query"]
    assert all('{run_id=~"$run_id"}' in expression for expression in expressions())


def test_panels_do_not_overlap():
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24  # columns of Grafana's grid

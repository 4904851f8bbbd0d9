"""Windows: one is the whole to the bit; in several, links reach back as far as they are carried."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from coref_documents import TINY, fresh_model, made_up, story

from spanbert.errors import NumericsError
from spanbert.tasks.coref.clusters import NO_LINK, best_antecedents
from spanbert.tasks.coref.long_documents import linked_spans, windows
from spanbert.tasks.coref.segments import segmented

ROUNDS = [0, 2]
TESTS = Path(__file__).parents[3]
MARGIN_BYTES = 48 << 20  # for the words themselves; tensors of all windows would be hundreds of MB


@pytest.fixture(params=ROUNDS)
def config(request):
    return replace(TINY, refinement_rounds=request.param, max_antecedents=1000)


@pytest.fixture
def document(tokenizer, config):
    (document,) = segmented([made_up(5, 40)], tokenizer, config)
    return document


@pytest.fixture
def model(sizes, config, document):
    """Of whose scores of links about half are better than none."""
    model = fresh_model(sizes, config, spread=0.3).eval()
    with torch.no_grad():
        links = model(document).links
        best = links.scores[1:].max(dim=1).values
        model.coref_head.links.fine.scorer.output.bias -= best.median()
    return model


def test_windows_are_runs_of_segments_that_fit():
    segments = np.array([[0, 4], [4, 9], [9, 10], [10, 25], [25, 30]])
    assert list(windows(segments, 10)) == [(0, 3), (3, 4), (4, 5)]
    assert list(windows(segments, 1)) == [(n, n + 1) for n in range(5)]
    assert list(windows(segments, 30)) == [(0, 5)]
    assert list(windows(segments[:0], 10)) == []


def test_what_fits_one_window_is_as_the_model_has_it(model, document, config):
    for pieces in (len(document.pieces), 10**6):
        found = linked_spans(model, document, replace(config, window_pieces=pieces))
        with torch.no_grad():
            whole = model(document)
        assert np.array_equal(found.spans, whole.spans)
        assert np.array_equal(found.antecedents, best_antecedents(whole.links))
        assert np.array_equal(found.scores, whole.mentions.scores.numpy())


def all_in_one(model, document, parts):
    """Links among the spans that were kept in parts, scored as if they had been kept at once."""
    with torch.no_grad():
        pieces = [(part, model.encode(part)) for part in parts]
        spans = [model._kept(part, hidden) for part, hidden in pieces]
        mentions = [
            model._mentions(part, hidden, own)
            for (part, hidden), own in zip(pieces, spans, strict=True)
        ]
        every = mentions[0]
        for more in mentions[1:]:
            every = more.after(every)
        links, _ = model.coref_head.links(every, None, document.genre)
    return best_antecedents(links)


def test_where_all_spans_are_carried_links_are_those_of_all_spans_at_once(model, document, config):
    narrow = replace(config, window_pieces=28, carried_spans=10**6)
    parts = [document.part(*window) for window in windows(document.segments, 28)]
    assert len(parts) > 3
    found = linked_spans(model, document, narrow)
    np.testing.assert_array_equal(found.antecedents, all_in_one(model, document, parts))
    assert (np.diff(found.spans[:, 0]) >= 0).all()


@pytest.mark.parametrize("carried", [0, 3])
def test_links_reach_back_as_far_as_spans_are_carried(model, document, config, carried):
    narrow = replace(config, window_pieces=28, carried_spans=carried)
    found = linked_spans(model, document, narrow)
    number, farthest = 0, 0
    for first, end in windows(document.segments, 28):
        part = document.part(first, end)
        own = model(part).spans if number == 0 else None
        stop = part.first_word + len(part.sentences)
        size = int(((found.spans[:, 0] >= part.first_word) & (found.spans[:, 0] < stop)).sum())
        links = found.antecedents[number : number + size]
        linked = links[links != NO_LINK]
        assert (linked >= number - carried).all()
        farthest = max(farthest, number - int(linked.min(initial=number)))
        assert own is None or len(own) == size
        number += size
    assert number == len(found.spans)
    assert farthest == carried, "as far as it can"


def test_spans_are_counted_over_the_whole_document(model, document, config):
    found = linked_spans(model, document, replace(config, window_pieces=28))
    for start, end in found.spans:
        assert document.sentences[start] == document.sentences[end - 1]
    assert found.spans[:, 1].max() > len(document.sentences) - 8


def test_a_model_whose_scores_are_not_numbers_is_told(model, document, config):
    model.coref_head.links.fine.scorer.output.bias.data.fill_(torch.nan)
    with pytest.raises(NumericsError, match="not finite in document 'nw/made_up_0'"):
        linked_spans(model, document, config)


def peak_of(folder, text, path):
    """Bytes that a process of its own needs for a text, and the spans it kept."""
    path.write_text(text)
    command = [sys.executable, str(TESTS / "coref_memory.py"), str(folder), str(path)]
    environment = os.environ | {"PYTHONPATH": str(TESTS.parent / "src")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout)


def test_eight_times_the_text_takes_the_memory_of_once(trained, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in trained[0].iterdir():
        if path.name != "manifest.json":
            (folder / path.name).write_bytes(path.read_bytes())
    settings = json.loads((folder / "coref_settings.json").read_text())
    small = settings | {"window_pieces": 1024, "carried_spans": 200}
    (folder / "coref_settings.json").write_text(json.dumps(small))
    text = "\n".join(" ".join(story(number).words) for number in range(80))
    few = peak_of(folder, text, tmp_path / "few.txt")
    many = peak_of(folder, "\n".join([text] * 8), tmp_path / "many.txt")
    assert few["num_kept"] > 800
    assert many["num_kept"] == pytest.approx(8 * few["num_kept"], rel=0.01)
    assert many["peak_bytes"] < few["peak_bytes"] + MARGIN_BYTES

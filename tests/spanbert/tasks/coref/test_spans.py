"""Scores of all candidates by parts: equal to the scores of their vectors."""

import numpy as np
import pytest
import torch
from coref_documents import TINY, fresh_model, made_up

from spanbert.tasks.coref.candidates import candidate_spans
from spanbert.tasks.coref.segments import segmented
from spanbert.tasks.coref.spans import attention_weights, candidate_scores


@pytest.mark.parametrize("at_once", [3, 1024])
def test_candidates_have_the_scores_of_their_vectors(at_once, sizes, tokenizer, monkeypatch):
    monkeypatch.setattr("spanbert.tasks.coref.spans._CANDIDATES_AT_ONCE", at_once)
    (document,) = segmented([made_up(7)], tokenizer, TINY)
    head = fresh_model(sizes, TINY).coref_head.eval()
    spans = document.pieces_of(candidate_spans(document.word_bounds, document.sentences, 8))
    hidden = torch.randn(len(document.pieces), sizes.hidden_size)
    vectors = head.spans(hidden, spans)
    widths = torch.from_numpy(spans[:, 1] - spans[:, 0])
    torch.testing.assert_close(
        candidate_scores(head.spans, head.mentions, hidden, spans), head.mentions(vectors, widths)
    )


def test_candidates_are_scored_without_dropout_and_training_goes_on(sizes, tokenizer):
    (document,) = segmented([made_up(7)], tokenizer, TINY)
    model = fresh_model(sizes, TINY)
    head = model.coref_head
    spans = document.pieces_of(candidate_spans(document.word_bounds, document.sentences, 8))
    hidden = torch.randn(len(document.pieces), sizes.hidden_size, requires_grad=True)
    expected = candidate_scores(head.spans, head.mentions, hidden, spans)
    for module in head.modules():
        if hasattr(module, "rate"):
            module.rate = 0.5
    found = candidate_scores(head.spans, head.mentions, hidden, spans)
    assert torch.equal(found, expected)
    assert not found.requires_grad
    assert all(module.training for module in model.modules())


def test_attention_is_a_softmax_within_each_span_however_far_logits_lie_apart():
    logits = torch.tensor([-900.0, -900.0, 3.0, 4.0])
    spans = np.array([[0, 2], [0, 4], [2, 4], [3, 4]])
    shares = attention_weights(logits, spans)
    e = np.e / (1 + np.e)
    expected = [[0.5, 0.5, 0, 0], [0, 0, 1 - e, e], [0, 0, 1 - e, e], [0, 0, 0, 1]]
    torch.testing.assert_close(shares, torch.tensor(expected, dtype=torch.float32))

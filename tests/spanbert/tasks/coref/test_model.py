"""The model is the paper's: scores, loss and gradients equal slow loops written from formulas."""

from dataclasses import replace

import coref_model_oracle as oracle
import numpy as np
import pytest
import torch
from coref_documents import TINY, fresh_model, made_up
from transformers import BertConfig, BertModel

from spanbert.model.published import published_names
from spanbert.tasks.coref.antecedents import distance_buckets
from spanbert.tasks.coref.loss import antecedent_loss, mention_loss
from spanbert.tasks.coref.segments import framed, segmented

KINDS = {
    "plain": TINY,
    "refined": replace(TINY, refinement_rounds=2),
    "overlap": replace(TINY, overlap=True),
    "singletons": replace(TINY, singletons=True),
    "few": replace(TINY, max_spans=3, max_antecedents=50, span_ratio=0.9),
}


def losses(scored, document, config):
    clusters = torch.from_numpy(document.gold.clusters_of(scored.spans))
    total = antecedent_loss(scored.links, clusters)
    return total + mention_loss(scored.mentions.scores, clusters) if config.singletons else total


def require_variety(scored):
    """Pairs of all kinds are scored, or a wrong feature would not be seen."""
    mentions, links = scored.mentions, scored.links
    rows = torch.arange(len(scored.spans))[:, None]
    for values, kinds in ((mentions.speakers, {0}), (mentions.segments, {0, 1, 2, 3})):
        apart = (values[rows] - values[links.antecedents])[links.is_real]
        assert set(apart.abs().tolist()) > kinds
    distances = (rows - links.antecedents)[links.is_real]
    assert set(distance_buckets(distances).tolist()) >= {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("kind", KINDS)
def test_loss_and_gradients_are_those_of_slow_loops(kind, sizes, tokenizer):
    config = KINDS[kind]
    (document,) = segmented([made_up(0, 9)], tokenizer, config)
    model = fresh_model(sizes, config).double()
    scored = model(document)
    if kind != "few":
        require_variety(scored)
    own = losses(scored, document, config)
    gradients = torch.autograd.grad(own, list(model.parameters()), allow_unused=True)

    found = oracle.link_scores(model, document, config, model.encode(document))
    spans, mentions, scores = found
    assert list(map(tuple, scored.spans.tolist())) == spans
    for i, row in enumerate(scores):
        real = scored.links.is_real[i]
        places = scored.links.antecedents[i, real].tolist()
        assert sorted(places) == sorted(row)
        expected = torch.stack([row[j] for j in places]) if places else torch.zeros(0).double()
        torch.testing.assert_close(scored.links.scores[i, real], expected)
    expected = oracle.loss(document, config, spans, mentions, scores)
    torch.testing.assert_close(own, expected)
    theirs = torch.autograd.grad(expected, list(model.parameters()), allow_unused=True)
    names = [name for name, _ in model.named_parameters()]
    for name, one, other in zip(names, gradients, theirs, strict=True):
        assert (one is None) == (other is None), name
        if one is not None:
            torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-12, msg=name)
    is_still = [name for name, one in zip(names, gradients, strict=True) if one is None]
    assert is_still == [], "every weight takes part"


def test_pairs_that_are_computed_again_give_the_same_loss_and_gradients(
    sizes, tokenizer, monkeypatch
):
    """With dropout, whose numbers must come again."""
    config = replace(TINY, head_dropout=0.4)
    sizes = replace(sizes, hidden_dropout=0.2, attention_dropout=0.2)
    (document,) = segmented([made_up(8, 12)], tokenizer, config)
    results = []
    for remembered, tokens in ((1 << 16, 4096), (0, 0)):
        monkeypatch.setattr("spanbert.tasks.coref.antecedents._PAIRS_REMEMBERED", remembered)
        monkeypatch.setattr("spanbert.tasks.coref.antecedents._PAIRS_AT_ONCE", 40)
        monkeypatch.setattr("spanbert.tasks.coref.model._TOKENS_REMEMBERED", tokens)
        model = fresh_model(sizes, config)
        torch.manual_seed(4)
        loss = losses(model(document), document, config)
        results.append([loss, *torch.autograd.grad(loss, list(model.parameters()))])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)


def test_what_is_computed_at_once_changes_nothing(sizes, tokenizer, monkeypatch):
    (document,) = segmented([made_up(2, 12)], tokenizer, TINY)
    model = fresh_model(sizes, TINY).eval()
    whole = model(document)
    for name in ("antecedents._PAIRS_AT_ONCE", "spans._CANDIDATES_AT_ONCE", "spans._KEPT_AT_ONCE"):
        monkeypatch.setattr(f"spanbert.tasks.coref.{name}", 7)
    parts = model(document)
    np.testing.assert_array_equal(parts.spans, whole.spans)
    torch.testing.assert_close(parts.links.scores, whole.links.scores)


def test_pieces_are_read_as_transformers_reads_padded_segments(sizes, tokenizer):
    (document,) = segmented([made_up(1)], tokenizer, TINY)
    model = fresh_model(sizes, TINY).eval()
    peer = BertModel(
        BertConfig(
            vocab_size=sizes.vocab_size,
            hidden_size=sizes.hidden_size,
            num_hidden_layers=sizes.num_layers,
            num_attention_heads=sizes.num_heads,
            intermediate_size=sizes.intermediate_size,
            max_position_embeddings=sizes.max_positions,
        ),
        add_pooling_layer=False,
    ).eval()
    state = published_names(model.encoder.state_dict())
    peer.load_state_dict({name.removeprefix("bert."): t for name, t in state.items()})
    lengths = np.diff(document.segments, axis=1).ravel() + 2
    ids = torch.zeros(len(lengths), int(lengths.max()), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, (start, end) in enumerate(document.segments):
        cls_id, sep_id = document.specials
        ids[row, : end - start + 2] = torch.tensor([cls_id, *document.pieces[start:end], sep_id])
        mask[row, : end - start + 2] = 1
    with torch.no_grad():
        theirs = peer(input_ids=ids, attention_mask=mask).last_hidden_state
        own = model.encode(document)
    rows = [theirs[row, 1 : length - 1] for row, length in enumerate(lengths)]
    torch.testing.assert_close(own, torch.cat(rows), rtol=1e-4, atol=1e-5)


def test_where_a_document_fits_one_segment_overlap_is_independent_to_the_bit(sizes, tokenizer):
    long = replace(TINY, segment_length=96, overlap=True)
    (alone,) = segmented([made_up(4)], tokenizer, long)
    (cut,) = segmented([made_up(4)], tokenizer, replace(TINY, overlap=True))
    assert len(alone.segments) == 1 < len(cut.segments)
    model = fresh_model(sizes, long).eval()
    gated = [model.encode(alone), model.encode(cut)]
    gate, model.coref_head.overlap_gate = model.coref_head.overlap_gate, None
    independent = [model.encode(alone), model.encode(cut)]
    assert torch.equal(gated[0], independent[0])
    again = framed(cut, cut.shifted)
    one, two = independent[1][again.pieces], model._read(again)
    share = torch.sigmoid(torch.cat([one, two], dim=1) @ gate.weight.T + gate.bias)
    torch.testing.assert_close(gated[1][again.pieces], share * one + (1 - share) * two)
    differs = (gated[1] != independent[1]).any(dim=1).nonzero().ravel().tolist()
    assert differs == again.pieces.tolist(), "what has one context alone is as it was"


def test_distances_fall_into_the_buckets_of_the_paper():
    found = distance_buckets(torch.arange(70)).tolist()
    assert found == [oracle.bucket(distance) for distance in range(70)]
    assert distance_buckets(torch.tensor([5000, -3])).tolist() == [9, 0]


def test_trap_23_a_span_is_linked_by_the_speaker_of_its_first_word_and_by_genre(sizes, tokenizer):
    (document,) = segmented([made_up(6)], tokenizer, TINY)
    model = fresh_model(sizes, TINY).eval()
    before = model(document).links.scores
    for change in ({"genre": 1}, {"speakers": np.arange(len(document.speakers))}):
        after = model(replace(document, **change)).links.scores
        assert not torch.equal(after, before)
    renamed = replace(document, speakers=7 - document.speakers)
    assert torch.equal(model(renamed).links.scores, before)


@pytest.mark.parametrize("words", [["a"], ["x" * 40]])
def test_a_document_with_hardly_a_candidate_can_be_scored_and_trained_on(words, sizes, tokenizer):
    sentences = (tuple(words),)
    document = replace(made_up(1), sentences=sentences, speakers=(("",),), clusters=())
    (one,) = segmented([document], tokenizer, TINY)
    model = fresh_model(sizes, TINY)
    scored = model(one)
    assert len(scored.spans) == (len(words[0]) == 1)
    losses(scored, one, TINY).backward()

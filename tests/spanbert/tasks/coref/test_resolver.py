"""A trained model resolves documents and raw texts; singletons only where it was trained to."""

import numpy as np
from coref_documents import story

from spanbert.tasks.coref.documents import read_documents
from spanbert.tasks.coref.predict import clusters_in_text
from spanbert.tasks.coref.resolver import CoreferenceResolver
from spanbert.tasks.coref.scoring import score_documents


def test_a_raw_text_has_clusters_with_their_characters(trained):
    resolver, learnt = CoreferenceResolver.load(trained[0]), story(0)
    text = "\n\n  ".join(map(" ".join, learnt.sentences))
    found = resolver.resolve(text)
    clusters = clusters_in_text(found.document)
    texts = [[mention["text"] for mention in cluster] for cluster in clusters]
    words = learnt.words
    gold = [[words[start] for start, _ in cluster] for cluster in learnt.clusters]
    assert any(len(cluster) > 1 and cluster in texts for cluster in gold)
    for mention in (mention for cluster in clusters for mention in cluster):
        assert text[mention["start"] : mention["end"]] == mention["text"]
    assert found.document.text == text


def test_a_text_without_words_has_no_clusters(trained):
    found = CoreferenceResolver.load(trained[0]).resolve(" \n ")
    assert found.document.clusters == ()
    assert found.kept.shape == (0, 2)


def test_a_text_is_the_document_of_its_words(trained):
    resolver = CoreferenceResolver.load(trained[0])
    one = story(60)
    text = " ".join(one.words)
    found = resolver.resolve(text)
    assert found.document.words == one.words
    (other,) = resolver.predictions([one])
    assert found.document.clusters == other.document.clusters
    assert other.document.words == one.words
    assert np.array_equal(found.kept, other.kept)


def test_mentions_are_alone_where_the_model_was_trained_to_find_such(trained, stories):
    resolver = CoreferenceResolver.load(trained[0])
    documents = read_documents(stories / "train.jsonl").documents
    scored = score_documents(resolver, documents)
    sizes = [len(cluster) for clusters in scored.predicted for cluster in clusters]
    assert 1 in sizes
    assert scored.gold == [one.clusters for one in documents]
    object.__setattr__(resolver.config, "singletons", False)
    without = score_documents(resolver, documents)
    pairs = zip(scored.predicted, without.predicted, strict=True)
    assert all(tuple(c for c in some if len(c) > 1) == fewer for some, fewer in pairs)
    assert min(len(c) for clusters in without.gold for c in clusters) == 2

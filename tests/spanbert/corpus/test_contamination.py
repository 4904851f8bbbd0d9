"""What documents share with evaluation sets is what a slow search for runs of words finds."""

import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus.contamination import EvaluationSets, SetContamination
from spanbert.corpus.words import WordHashes

TEXT = st.lists(st.sampled_from("abc"), max_size=14).map(" ".join)
SETS = st.dictionaries(st.sampled_from(["one", "two", "three"]), st.lists(TEXT, max_size=5))


def slow_ngrams(text, num_words):
    """The runs of words that are looked for; none where the text is too short."""
    words = text.split()
    if len(words) < min(8, num_words):
        return set()
    length = min(num_words, len(words))
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def slow_runs(text):
    words = text.split()
    return {tuple(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}


def searched(texts, num_words, documents):
    """The report, and each document's counts, by the code that is tested."""
    words = WordHashes()
    sets = EvaluationSets(texts, num_words, words)
    seen, hits, counts = np.zeros(sets.num_ngrams, bool), np.zeros(len(texts), np.int64), []
    for document in documents:
        found = sets.found(words.of(document))
        seen[found] = True
        counts.append(sets.overlaps(found).tolist())
        hits += sets.overlaps(found) > 0
    return sets.report(seen, hits), counts


@given(SETS, st.integers(4, 11), st.lists(TEXT, max_size=4))
def test_counts_and_report_are_those_of_a_slow_search(texts, num_words, documents):
    report, counts = searched(texts, num_words, documents)
    runs = [slow_runs(document) for document in documents]
    ngrams = {
        name: set().union(*(slow_ngrams(text, num_words) for text in those))
        for name, those in texts.items()
    }
    assert counts == [[len(ngrams[name] & held) for name in texts] for held in runs]
    held = set().union(*runs)
    assert report == {
        name: SetContamination(
            texts=len(those),
            too_short=sum(not slow_ngrams(text, num_words) for text in those),
            texts_found=sum(bool(slow_ngrams(text, num_words) & held) for text in those),
            ngrams=len(ngrams[name]),
            ngrams_found=len(ngrams[name] & held),
            documents=sum(bool(ngrams[name] & run) for run in runs),
        )
        for name, those in texts.items()
    }


@given(SETS, st.lists(TEXT, min_size=1, max_size=4), st.integers(0, 4))
def test_flags_of_parts_of_a_corpus_are_joined_by_or(texts, documents, cut):
    words = WordHashes()
    sets = EvaluationSets(texts, 5, words)

    def seen(part):
        flags = np.zeros(sets.num_ngrams, bool)
        for document in part:
            flags[sets.found(words.of(document))] = True
        return flags

    assert (seen(documents[:cut]) | seen(documents[cut:]) == seen(documents)).all()


def test_a_quoted_context_is_found_whatever_its_case_and_punctuation():
    context = "The Normans were the people who in the 10th and 11th centuries gave their name."
    document = f"As is well known, {context.upper().replace(' ', ', ')} So they say."
    report, counts = searched({"squad": [context]}, 13, [document, "Normans gave their name."])
    assert counts == [[3], [0]]
    assert report["squad"] == SetContamination(1, 0, 1, 3, 3, 1)


def test_a_question_of_eight_words_is_found_whole_alone():
    question = "What is the name of the first king"
    report, counts = searched(
        {"squad": [question, "Who was he?"]}, 13, [f"{question}?", question[:-5], f"Say {question}"]
    )
    assert counts == [[1], [0], [1]]
    assert report["squad"] == SetContamination(2, 1, 1, 1, 1, 2)


def test_no_set_and_an_empty_set_are_found_nowhere():
    assert searched({}, 13, ["a " * 20]) == ({}, [[]])
    assert searched({"none": []}, 13, ["a " * 20])[0]["none"] == SetContamination(0, 0, 0, 0, 0, 0)


def test_memory_is_at_most_60_bytes_for_each_word_of_the_texts():
    chance = np.random.default_rng(1)
    texts = [" ".join(map(str, chance.integers(0, 5000, 200))) for _ in range(1000)]
    words = WordHashes()
    EvaluationSets({"warm": texts}, 13, words)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    EvaluationSets({"set": texts}, 13, words)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before - 2**22 < 60 * 200_000

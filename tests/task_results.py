"""Results of tasks, made up, as a report shows them; `run_example.py` has a whole run."""


def _prf(recall, precision, f1):
    return {"recall": recall, "precision": precision, "f1": f1}


def _curve(first):
    return [{"step": step, "loss": first * 50 / (step + 50)} for step in range(0, 300, 5)]


def _measures(f1):
    names = {"muc": 5.3, "bcub": -1.2, "ceafe": -4.1, "ceafm": 0.6, "blanc": -0.7, "mentions": 8.4}
    found = {name: _prf(f1 + gap - 1, f1 + gap + 1, f1 + gap) for name, gap in names.items()}
    return found | {"conll_f1": f1, "pruning_recall": 96.04, "num_documents": 9}


def _part(name, f1, num_mentions):
    return {"name": name, **_prf(f1 - 4, f1 + 4, f1), "num_mentions": num_mentions}


def coref():
    """Coreference with a test set, seeds and an analysis."""
    return {
        "start": "pre-trained",
        "model_digest": "ab",
        "split": "test",
        **_measures(77.36),
        "singletons": False,
        "dev": _measures(78.04),
        "curve": _curve(240.0),
        "seeds": {
            "n": 3,
            "conll_f1": {"mean": 77.01, "sd": 0.42},
            "pruning_recall": {"mean": 96.0, "sd": 0.1},
        },
        "analysis": {
            "by_cluster_size": [
                _part(name, 80 - 5 * place, 900 - 120 * place)
                for place, name in enumerate(["2", "3–4", "5–8", "9–16", "17+"])
            ],
            "by_mention_type": [
                _part("pronoun", 84.2, 1502),
                _part("proper name", 79.3, 1100),
                _part("nominal", 61.7, 700),
            ],
            "by_document_length": [
                {"name": "to 250", "conll_f1": 81.2, "num_documents": 4},
                {"name": "to 500", "conll_f1": 70.9, "num_documents": 5},
            ],
        },
    }


def glue():
    """A task of pairs, scored on dev and on a second dev set."""
    labels = ("contradiction", "entailment", "neutral")
    return {
        "start": "pre-trained",
        "model_digest": "cd",
        "split": "dev",
        "accuracy": 87.91,
        "num_examples": 9815,
        "mismatched": {"accuracy": 88.02, "num_examples": 9832},
        "made_for": {"task": "mnli"},
        "curve": _curve(1.1),
        "labels": {
            label: _prf(87.0 + n, 88.0 - n, 87.5) | {"num_examples": 3200 + n}
            for n, label in enumerate(labels)
        },
        "confusions": [
            {"gold": "neutral", "predicted": "contradiction", "num_examples": 411},
            {"gold": "entailment", "predicted": "neutral", "num_examples": 305},
        ],
    }


def relations():
    """TACRED with more relations than a table shows at once."""
    names = ["no_relation", *(f"per:relation_{n}" for n in range(11))]
    return {
        "start": "random weights",
        "model_digest": "ef",
        "split": "test",
        **_prf(70.9, 70.8, 70.85),
        "num_examples": 15509,
        "dev": _prf(69.0, 71.5, 70.2) | {"num_examples": 22631},
        "made_for": {"metric": "micro_f1", "negative": "no_relation"},
        "curve": _curve(3.7),
        "labels": {
            name: _prf(60.0 + n, 70.0, 65.0) | {"num_examples": 1000 // (n + 1)}
            for n, name in enumerate(names)
        },
        "confusions": [{"gold": "per:relation_1", "predicted": "no_relation", "num_examples": 120}],
    }


def both_starts(row, score):
    """What came of an encoder, and of random weights with this score in every figure."""
    figures = {name: score for name, value in row.items() if isinstance(value, float)}
    starts = ("pre-trained", "random weights")
    return [row | {"start": starts[0]}, row | figures | {"start": starts[1]}]


def qa_row(start, f1, num_questions=1100):
    return {"start": start, "exact_match": f1 / 2, "f1": f1, "num_questions": num_questions}


def run_of(mlm_loss=5.9, pretrained_f1=22.2, random_f1=8.1, num_questions=1100):
    """What of a run is told in words."""
    return {
        "run_id": "quickstart-1a2b3c4d",
        "seed": 1907,
        "held_out": {"mlm_loss": mlm_loss, "sbo_loss": 6.12, "unigram_entropy": 6.6},
        "qa": [
            qa_row("pre-trained", pretrained_f1, num_questions),
            qa_row("random weights", random_f1, num_questions),
        ],
        "registered": [{"name": "spanbert-qa", "version": "17", "alias": "latest-evaluated"}],
    }

"""Results of a run, made up, as its report shows them."""


def _part(name, f1, num_questions):
    return {"name": name, "exact_match": f1 / 2, "f1": f1, "num_questions": num_questions}


def _analysis(f1):
    """An analysis of 1,100 answers, with texts."""
    lengths = {"1": 320, "2": 290, "3–4": 260, "5–8": 150, "9+": 80}
    words = {"what": 510, "who": 140, "when": 90, "where": 50, "which": 70, "why": 20, "how": 150}
    return {
        "by_answer_length": [
            _part(name, f1 * (1.3 - 0.2 * place), n)
            for place, (name, n) in enumerate(lengths.items())
        ],
        "by_question_word": [
            _part(name, f1 * (0.8 + n % 7 / 10), n) for name, n in (words | {"other": 70}).items()
        ],
        "by_answerability": [_part("has an answer", f1, 1000), _part("has no answer", f1, 100)],
        "calibration": {
            "bins": [
                {
                    "confidence": tenth / 10 + 0.04,
                    "exact": (tenth / 10) ** 2 * f1 / 25,
                    "num_questions": 110,
                }
                for tenth in range(10)
            ],
            "expected_error": 0.213,
        },
        "worst": [
            {
                "question": "Who painted the mill?",
                "answer": "near Oslo",
                "gold": "Ann of Bergen",
                "f1": 0.0,
                "probability": 0.93,
            },
            {"question": "When?", "answer": "", "gold": "", "f1": 40.0, "probability": 0.51},
        ],
    }


def results_of():
    """Results in which every kind of field is filled."""
    return {
        "schema_version": 1,
        "run_id": "quickstart-1a2b3c4d",
        "seed": 1907,
        "corpus": {
            "records_in": 3000,
            "kept": 2790,
            "held_out": 60,
            "dropped": {"too_short": 100, "duplicate": 40},
            "quarantined": {"bad_encoding": 10},
            "sources": {
                "enwiki-2014": {
                    "documents": 2000,
                    "characters": 9000000,
                    "licences": ["CC-BY-SA-3.0", "CC0-1.0"],
                }
            },
            "train_shards": {"segments": 20000, "tokens": 2400001, "words": 1900000},
            "held_out_shards": {"segments": 400, "tokens": 50000, "words": 40000},
            "vocab_size": 8000,
        },
        "masking": {
            "num_segments": 400,
            "masked_fraction": 0.151,
            "expected_mask_rate": 0.15,
            "span_words": {"expected": [0.5, 0.3, 0.2], "observed": [0.52, 0.29, 0.19]},
            "mean_span_words": 1.67,
            "replacement": {"mask": 0.803, "random": 0.1, "kept": 0.097},
            "sbo_coverage": 0.971,
            "examples": [
                {
                    "tokens": [
                        {"text": "The", "kind": "visible"},
                        {"text": "[MASK]", "kind": "mask", "original": "cat"},
                        {"text": "of", "kind": "random", "original": "dog"},
                        {"text": "mouse", "kind": "kept", "original": "mouse"},
                    ]
                }
            ],
        },
        "pretraining": {
            "steps": 600,
            "tokens": 2400000,
            "num_parameters": 1500000,
            "curve": [
                {
                    "step": step,
                    "loss": 18.0 - step / 100,
                    "mlm_loss": 8.9 - step / 200,
                    "sbo_loss": 9.1 - step / 200,
                    "learning_rate": 1e-4 * (1 - step / 600),
                }
                for step in range(10, 61, 10)
            ],
        },
        "held_out": {
            "mlm_loss": 5.91,
            "sbo_loss": 6.12,
            "unigram_entropy": 6.63,
            "num_tokens": 7600,
            "mask_seed": 1907,
        },
        "qa": [
            {
                "start": start,
                "exact_match": f1 / 2,
                "f1": f1,
                "num_questions": 1100,
                "curve": [{"step": 10, "loss": 4.9}, {"step": 20, "loss": 4.1}],
                "analysis": _analysis(f1),
            }
            for start, f1 in [("pre-trained", 22.4), ("random weights", 8.2)]
        ],
        "registered": [{"name": "spanbert-qa", "version": "1", "alias": "latest-evaluated"}],
        "model": {"num_layers": 2, "dropout": 0.1, "activation": "gelu", "is_tied": True},
        "provenance": {
            "package_version": "0.1.0",
            "git_commit": "abc123",
            "config_digest": "d" * 64,
            "artifacts": {"documents": "a" * 64, "shards": "b" * 64},
            "versions": {"torch": "2.13.0"},
            "hardware": "2 CPU cores, x86_64",
        },
        "config_toml": '[run]\nname = "quickstart"\n',
    }

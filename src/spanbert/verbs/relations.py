"""Verbs of relation extraction: fine-tune, evaluate, predict, score."""

import argparse
from functools import partial

from spanbert.verbs.classification import evaluate, finetune, is_file
from spanbert.verbs.finetuning import START, scores_option
from spanbert.verbs.verb import Verb, config_of, path_option, print_json, say, written_option

_MARKED = "<subject type=PER>Ann</subject> runs <object type=ORG>the mill</object>."


def _predict_relations(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.relations.predict import predict_relations_file, relate_text

    remedy = f"spanbert predict relations --model re '{_MARKED}'"
    about_file = is_file(options, (), remedy)
    folder = model_folder(options.model, config_of(options))
    if about_file:
        predict_relations_file(folder, options.input, options.output, say=say)
        print(options.output)
    else:
        prediction = relate_text(folder, options.text)
        print_json({"relation": prediction.label, "probabilities": prediction.probabilities})


def _score_relations(options: argparse.Namespace) -> None:
    from spanbert.evaluation.relation_files import score_relations

    scores = score_relations(
        options.gold,
        options.predictions,
        metric=options.metric,
        negative=options.negative,
        patches=tuple(options.patch),
        say=say,
    )
    print_json(scores)


VERBS = (
    Verb(
        "finetune relations",
        partial(finetune, kind="relations"),
        "encoder -> a model of the relations between two entities",
        "--config configs/tasks/tacred.toml --start encoder --tokenizer encoder --output tacred",
        paths=("--tokenizer", "--output"),
        options=START,
    ),
    Verb(
        "evaluate relations",
        partial(evaluate, kind="relations"),
        "a relation model on the dev and test files of the settings",
        "--config configs/tasks/tacred.toml --model tacred --output scores.json",
        has_model=True,
        options=scores_option("example"),
    ),
    Verb(
        "predict relations",
        _predict_relations,
        "a sentence with two marked entities, or a file of them -> relations",
        f"--model tacred '{_MARKED}'",
        config="optional",
        has_model=True,
        options={
            "text": {"nargs": "?", "metavar": "SENTENCE", "help": "with <subject> and <object>"},
            "--input": path_option(
                "examples of TACRED, SemEval-2010 task 8 or FewRel, instead of a sentence"
            ),
            "--output": written_option(
                "id and relation of each; .jsonl: with the probabilities of all relations"
            ),
        },
    ),
    Verb(
        "score relations",
        _score_relations,
        "figures of predicted relations, in percent",
        "--gold test.json --predictions relations.tsv",
        paths=("--gold", "--predictions"),
        config="none",
        options={
            "--metric": {
                "choices": ("micro_f1", "semeval", "accuracy"),
                "default": "micro_f1",
                "help": "TACRED's, that of SemEval-2010 task 8, or FewRel's",
            },
            "--negative": {
                "default": "no_relation",
                "metavar": "LABEL",
                "help": "the label of what is no relation; SemEval's is Other",
            },
            "--patch": {
                "action": "append",
                "default": [],
                "metavar": "PATH",
                "help": "other gold labels, of TACREV or Re-TACRED; may be repeated",
            },
        },
    ),
)

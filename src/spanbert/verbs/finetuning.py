"""What verbs of all kinds of task share: fine-tune a model, and score one."""

import argparse
import json
from pathlib import Path
from typing import Any

from spanbert.verbs.data import work_beside
from spanbert.verbs.verb import config_of, path_option, say, written_option

START = {"--start": path_option("model folder; random weights when left out")}


def scores_option(row: str) -> dict[str, dict[str, Any]]:
    """--output of a verb that scores.

    Args:
        row: what its file has a row for.
    """
    return {"--output": written_option(f"all figures as JSON, with a row for each {row}")}


def finetuned(options: argparse.Namespace, kind: str) -> Any:
    """Fine-tune a kind of task by the settings; its `Training`."""
    from spanbert.storage import refuse_occupied
    from spanbert.tasks.kinds import KINDS, recipe_of
    from spanbert.training.leaving import leaving_on_sigterm

    config = config_of(options)
    refuse_occupied(options.output, "model")
    with work_beside(options.output) as work, leaving_on_sigterm(lambda: False, grace_s=0.0):
        return KINDS[kind]().finetune(
            options.output,
            start=options.start,
            tokenizer=options.tokenizer,
            model=config.model,
            config=recipe_of(config, kind),
            seed=config.run.seed,
            work=work,
            say=say,
        )


def evaluated(options: argparse.Namespace, kind: str) -> dict[str, Any]:
    """Score a model of a kind of task on the files of the settings; all goes to --output."""
    from spanbert.registry.folders import model_folder
    from spanbert.storage import write_text_atomic
    from spanbert.tasks.distinct import require_distinct
    from spanbert.tasks.kinds import KINDS, recipe_of

    config = config_of(options)
    recipe = recipe_of(config, kind)
    for path in recipe.files:
        require_distinct(options.output, Path(path))
    model = model_folder(options.model, config)
    show_examples = config.run.show_examples
    result = KINDS[kind]().evaluate(model, recipe, show_examples=show_examples, say=say)
    if options.output:
        write_text_atomic(options.output, json.dumps(result, indent=1) + "\n")
    return result

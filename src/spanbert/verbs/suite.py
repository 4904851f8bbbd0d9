"""The verb that fine-tunes and scores all benchmarks of a suite."""

import argparse

from spanbert.verbs.verb import Verb, config_of


def _evaluate_suite(options: argparse.Namespace) -> None:
    from pipelines.local_suite import plan_of, run_suite, suite_folder_of
    from spanbert.suite.plan import Asked
    from spanbert.suite.recipes import section_of
    from spanbert.suite.table import suite_text
    from spanbert.tasks.kinds import KINDS

    # settings of tasks are a recipe's: alone, without its files, they might be refused
    of_tasks = [one for one in options.set if section_of(one) in KINDS]
    others = [one for one in options.set if one not in of_tasks]
    base = config_of(argparse.Namespace(config=options.config, set=others))
    asked = Asked(
        suite=options.suite,
        data=options.data,
        start=options.start,
        seeds=tuple(dict.fromkeys(options.seeds or [base.run.seed])),
        only=tuple(options.only),
        has_grids=not options.no_grid,
        overrides=tuple(of_tasks),
    )
    plan = plan_of(asked, base)
    folder = suite_folder_of(plan)
    print(f"{plan.id}: {len(plan.cells)} cells in {folder}", flush=True)
    results, failure = run_suite(plan, lambda line: print(f"  {line}", flush=True))
    print(suite_text(results))
    print(f"Table: {folder / 'suite.md'}")
    print(f"MLflow experiment: {plan.config.registry.experiment}", flush=True)
    if failure:
        raise failure


VERBS = (
    Verb(
        "evaluate --suite",
        _evaluate_suite,
        "every benchmark of a suite fine-tuned and scored, beside the paper; goes on where it"
        " stopped",
        "free --data data --start encoder --seeds 1 2 3",
        paths=("--data", "--start"),
        config="optional",
        options={
            "suite": {"metavar": "SUITE", "help": "paper, free, or the path of a TOML file"},
            "--seeds": {"nargs": "+", "type": int, "metavar": "SEED", "help": "of each; run.seed"},
            "--only": {"nargs": "+", "default": [], "metavar": "NAME", "help": "these benchmarks"},
            "--no-grid": {
                "action": "store_true",
                "help": "one setting of each recipe, for a short run: --set qa.epochs=1",
            },
        },
    ),
)

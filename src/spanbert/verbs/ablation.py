"""The verb that compares masking schemes and objectives at equal compute."""

import argparse

from spanbert.verbs.verb import QUICKSTART, Verb, config_of


def _ablate(options: argparse.Namespace) -> None:
    from pipelines.local import ablation_folder_of, run_ablation
    from spanbert.ablation.table import ablation_text
    from spanbert.ablation.variants import Ablation, grid_of

    grid = grid_of(options.schemes, options.objectives, options.seeds, options.tasks)
    ablation = Ablation(config_of(options), grid)
    folder = ablation_folder_of(ablation)
    print(f"{ablation.id}: {len(ablation.cells)} cells in {folder}", flush=True)
    results = run_ablation(ablation, lambda line: print(f"  {line}", flush=True))
    print(ablation_text(results))
    print(f"Table: {folder / 'ablation.md'}")
    print(f"MLflow experiment: {ablation.shared.registry.experiment}")


def _names(text: str) -> dict[str, object]:
    return {"nargs": "+", "required": True, "metavar": "NAME", "help": text}


VERBS = (
    Verb(
        "ablate",
        _ablate,
        "masking schemes and objectives compared at equal compute; goes on where it stopped",
        f"{QUICKSTART} --schemes subword-tokens geometric-spans"
        " --objectives 1seq 1seq-sbo --seeds 1 2 3",
        options={
            "--schemes": _names(
                "subword-tokens whole-words named-entities noun-phrases geometric-spans"
            ),
            "--objectives": _names("2seq-nsp 1seq 1seq-sbo"),
            "--seeds": {"nargs": "+", "required": True, "type": int, "metavar": "SEED"},
            "--tasks": {"nargs": "+", "default": ["qa"], "metavar": "NAME", "help": "qa"},
        },
    ),
)

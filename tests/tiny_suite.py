"""A suite of small benchmarks, of which one diverges and one has a file that is not there."""

from pathlib import Path

import glue_example
import tiny

_RECIPE = """
[qa]
train = ["data/a.json"]
dev = ["data/a.json"]
max_length = 64
window_step = 16
max_question_pieces = 16
epochs = 1
batch_size = 8
learning_rates = [1e-3, 1e-4]
seeds = [7, 8]
"""
_SENTENCES = """
[glue]
task = "sst2"
data = "data/glue"
max_length = 32
epochs = 1
"""
_SUITE = """
title = "Tiny"

[[benchmarks]]
name = "first"
title = "First"
kind = "qa"
recipe = "recipe.toml"
figures = [
    { score = "exact_match", title = "exact match", paper = 80 },
    { score = "f1", title = "F1", paper = 90.5, base = 85.0 },
]
licence = "free"
source = "https://example.org/first"

[[benchmarks]]
name = "bad"
title = "Bad"
kind = "qa"
recipe = "recipe.toml"
settings = ["qa.learning_rates=[]", "qa.learning_rate=1e30"]
figures = [{ score = "f1", title = "F1" }]
licence = "free"
source = "https://example.org/bad"
in_place_of = "Good"

[[benchmarks]]
name = "second"
title = "Second"
kind = "qa"
recipe = "recipe.toml"
dev = ["b.json"]
figures = [{ score = "f1", title = "F1", paper = 50.0 }]
licence = "free"
source = "https://example.org/second"
overlaps = ["first"]

[[benchmarks]]
name = "third"
title = "Third"
kind = "qa"
recipe = "recipe.toml"
dev = ["gone.json"]
figures = [{ score = "f1", title = "F1", paper = 50.0 }]
licence = "LDC"
source = "https://example.org/third"

[[benchmarks]]
name = "sentences"
title = "Sentences"
kind = "glue"
recipe = "sentences.toml"
figures = [{ score = "accuracy", title = "accuracy", paper = 94.8 }]
licence = "free"
source = "https://example.org/sentences"

[[notes]]
text = "A note of the second."
of = ["second"]

[[averages]]
title = "Both"
parts = ["first", "second"]

[[averages]]
title = "Three"
parts = ["first", "second", "third"]
"""


def write_suite(folder: Path) -> Path:
    """Its file, with a recipe and a folder `data` beside it."""
    (folder / "data").mkdir(parents=True)
    tiny.write_questions(folder).rename(folder / "data" / "a.json")
    tiny.write_questions(folder, 10).rename(folder / "data" / "b.json")
    glue_example.write_sst2(folder / "data" / "glue")
    (folder / "recipe.toml").write_text(_RECIPE)
    (folder / "sentences.toml").write_text(_SENTENCES)
    path = folder / "tiny.toml"
    path.write_text(_SUITE)
    return path

"""Our side is in one folder, and the GPU's benchmark runs on a bare machine."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

BARE = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"ray", "mlflow", "kfp", "transformers", "datasets",
                "accelerate", "zstandard", "jinja2", "psutil", "pyarrow", "jaxtyping", "numba"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
import benchmarks.gpu
"""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_one_folder_knows_the_package():
    paths = (ROOT / "benchmarks").rglob("*.py")
    knowing = [path for path in paths if any(n.startswith("spanbert") for n in imported(path))]
    assert {path.parent.name for path in knowing} == {"ours"}


def test_the_gpu_benchmark_imports_with_the_core_alone():
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""}
    command = [sys.executable, "-c", BARE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

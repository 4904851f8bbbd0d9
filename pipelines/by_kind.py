"""Steps of one kind of task, named after it: finetune-qa, evaluate-coref.

A component serves all kinds, but steps, their folders and their pods are named after a component,
and there a person looks for the task.
"""

from dataclasses import replace
from typing import Any

from kfp.dsl.python_component import PythonComponent

from components.evaluate_task import evaluate_task
from components.finetune_task import finetune_task


def finetune(kind: str, **inputs: Any) -> Any:
    """A step of `finetune_task`; it makes a "task_model"."""
    return _named(finetune_task, f"finetune-{kind}")(kind=kind, **inputs)


def evaluate(kind: str, **inputs: Any) -> Any:
    """A step of `evaluate_task`; it makes "scores"."""
    return _named(evaluate_task, f"evaluate-{kind}")(kind=kind, **inputs)


def _named(component: Any, name: str) -> PythonComponent:
    return PythonComponent(replace(component.component_spec, name=name), component.python_func)

"""Steps of one kind of task, named after it (finetune-qa, evaluate-coref), and their order.

A component serves all kinds, but steps, their folders and their pods are named after a component,
and there a person looks for the task.
"""

from dataclasses import replace
from typing import Any

from kfp.dsl.python_component import PythonComponent

# kfp turns a component into a maker of tasks, which its type hints do not say.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false
from components.evaluate_task import evaluate_task
from components.finetune_task import finetune_task
from components.register_model import register_model


def finetune(kind: str, **inputs: Any) -> Any:
    """A step of `finetune_task`; it makes a "task_model"."""
    return _named(finetune_task, f"finetune-{kind}")(kind=kind, **inputs)


def evaluate(kind: str, **inputs: Any) -> Any:
    """A step of `evaluate_task`; it makes "scores"."""
    return _named(evaluate_task, f"evaluate-{kind}")(kind=kind, **inputs)


def registered_branch(
    kind: str, common: dict[str, Any], *, start: str, tokenizer: Any, encoder: Any
) -> dict[str, Any]:
    """The steps from an encoder to a registered model; what a report takes of them."""
    inputs = {"tokenizer": tokenizer, "encoder": encoder}
    model = finetune(kind, **common, start=start, **inputs).outputs["task_model"]
    scores = evaluate(kind, **common, start=start, task_model=model).outputs["scores"]
    registered = register_model(**common, purpose=kind, model=model, scores=scores)
    registered.set_caching_options(False)  # it writes outside its outputs
    registration = registered.outputs["registration"]
    return {f"{kind}_scores": scores, f"{kind}_registration": registration}


def _named(component: Any, name: str) -> PythonComponent:
    return PythonComponent(replace(component.component_spec, name=name), component.python_func)

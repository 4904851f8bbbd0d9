"""Types of entities that a model can tell apart, and what to do about others."""

from collections.abc import Sequence
from dataclasses import replace

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import RelationExample
from spanbert.tasks.relations.problem import RelationProblem
from spanbert.tasks.relations.showing import type_marker


def known_types(problem: RelationProblem, role: str) -> list[str]:
    """The types of a role that have a marker; none where the model is shown none, or any."""
    prefix = type_marker(role, "")
    names = (name.removeprefix(prefix) for name in problem.markers if name.startswith(prefix))
    return [name for name in names if name]


def with_types(example: RelationExample, problem: RelationProblem) -> RelationExample:
    """The example with the only type there is, where a person has left one out.

    Raises:
        DataError: the model tells types apart, and one is left out or is none that it knows.
    """
    entities = {"subject": example.subject, "object": example.object}
    for role, entity in entities.items():
        known = known_types(problem, role)
        if known and entity.type not in known:
            if entity.type or len(known) > 1:
                raise DataError(
                    f"the type of the {role} is missing, or none that the model has learnt",
                    remedy=f"write <{role} type=TYPE> with one of {', '.join(known)}",
                )
            entities[role] = replace(entity, type=known[0])
    return replace(example, **entities)


def unseen_types(examples: Sequence[RelationExample], problem: RelationProblem) -> list[str]:
    """The types in examples that the model has no marker for; it takes them for unknown ones."""
    found: set[str] = set()
    for role in ("subject", "object"):
        known = known_types(problem, role)
        own = {getattr(example, role).type for example in examples}
        found |= own - set(known) if known else set()
    return sorted(found)

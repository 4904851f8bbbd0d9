"""Types that a model has learnt, and what becomes of others."""

from dataclasses import replace

import pytest

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import Entity, RelationExample
from spanbert.tasks.relations.problem import RelationProblem
from spanbert.tasks.relations.showing import marker_names
from spanbert.tasks.relations.types import known_types, unseen_types, with_types


def problem_of(way, subjects, objects):
    names = marker_names(way, subjects, objects)
    markers = {name: number for number, name in enumerate(names)}
    return RelationProblem(("a",), 32, way, markers, "micro_f1", "no_relation")


def example_of(subject, object_):
    return RelationExample("1", "a b", Entity(0, 1, subject), Entity(2, 3, object_))


SEVERAL = problem_of("ner", ["PER", "ORG"], ["CITY"])


def test_known_types_are_those_of_the_markers():
    assert known_types(SEVERAL, "subject") == ["ORG", "PER"]
    assert known_types(SEVERAL, "object") == ["CITY"]
    assert known_types(problem_of("text", ["PER"], ["CITY"]), "subject") == []


def test_the_only_type_may_be_left_out():
    assert with_types(example_of("PER", ""), SEVERAL) == example_of("PER", "CITY")
    for told in (example_of("", "CITY"), example_of("DOG", "CITY"), example_of("PER", "TOWN")):
        with pytest.raises(DataError, match=r"none that the model has learnt -> write <"):
            with_types(told, SEVERAL)


@pytest.mark.parametrize("way", ["text", "typed_markers"])
def test_any_type_will_do_where_types_have_no_markers(way):
    problem = problem_of(way, ["PER"], ["CITY"])
    assert with_types(example_of("DOG", ""), problem) == example_of("DOG", "")
    assert unseen_types([example_of("DOG", "")], problem) == []


def test_types_that_a_file_has_and_the_model_has_not_are_told():
    examples = [example_of("PER", "CITY"), example_of("DOG", "PER"), example_of("ORG", "PER")]
    assert unseen_types(examples, SEVERAL) == ["DOG", "PER"]
    assert unseen_types(examples, replace(SEVERAL, markers={})) == []

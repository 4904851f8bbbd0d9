"""Files that correct TACRED's labels -> examples with other relations, or fewer of them.

TACREV (Alt et al., 2020): a JSON list of objects with `id` and `relation`; what is not in it keeps
its relation. Re-TACRED (Stoica et al., 2021): a JSON object, id -> relation; what is not in it is
left out, so the file of each split is named that is read.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.tasks.classification.problem import ExampleFile
from spanbert.tasks.contents import load_json
from spanbert.tasks.relations.examples import RelationExample

_LEFT_OUT = "example: no patch names it"


@dataclass(frozen=True)
class Patches:
    """What several files say together."""

    relations: dict[str, str]  # by example
    are_complete: bool  # examples that are not in them are left out

    def of(self, file: ExampleFile[RelationExample], path: Path) -> ExampleFile[RelationExample]:
        """The examples with the relations that the patches give them.

        Args:
            path: of the file.

        Raises:
            DataError: no example is left.
        """
        kept = [
            replace(one, relation=self.relations.get(one.id, one.relation))
            for one in file.examples
            if one.id in self.relations or not self.are_complete
        ]
        if not kept:
            cause, remedy = "no patch names an example of it", "name the patch of this split too"
            raise DataError(cause, place=str(path), remedy=remedy)
        num_left_out = len(file.examples) - len(kept)
        left_out = {_LEFT_OUT: num_left_out} if num_left_out else {}
        return ExampleFile(kept, file.skipped | left_out)


def read_patches(paths: tuple[str, ...]) -> Patches:
    """What these files say.

    Raises:
        DataError, IntegrityError, DependencyError: one cannot be read, or is in neither layout.
    """
    relations: dict[str, str] = {}
    are_complete = False
    for path in paths:
        content = load_json(Path(path))
        are_complete = are_complete or isinstance(content, dict)
        relations |= _relations(content, path)
    return Patches(relations, are_complete)


def _relations(content: Any, path: str) -> dict[str, str]:
    try:
        pairs = (
            content.items()
            if isinstance(content, dict)
            else [(one["id"], one["relation"]) for one in content]
        )
        found = dict(pairs)
        if not all(isinstance(text, str) for pair in found.items() for text in pair):
            raise TypeError("an id or a relation is no text")
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"not a patch of TACREV or Re-TACRED ({error})",
            place=path,
            remedy='pass a list of {"id", "relation"}, or an object of id -> relation',
        ) from error
    return found

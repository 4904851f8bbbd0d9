"""spaCy pipelines of rules, whose annotations are known beforehand."""

from pathlib import Path

ENTITIES = {"Ann of Bergen": "PERSON", "Oslo": "GPE", "St. Ives": "GPE", "1907": "DATE"}
NOUN_PHRASES = ("seven unbelievable kites", "the river's source", "an iron-bound chest", "the mill")


def save_rules(folder: Path) -> Path:
    """A pipeline that finds the entities and noun phrases above, and nothing else."""
    import spacy

    nlp = spacy.blank("en")
    entities = nlp.add_pipe("entity_ruler")
    entities.add_patterns([{"label": label, "pattern": text} for text, label in ENTITIES.items()])
    phrases = nlp.add_pipe("span_ruler", config={"spans_key": "noun_phrases"})
    phrases.add_patterns([{"label": "NP", "pattern": text} for text in NOUN_PHRASES])
    nlp.to_disk(folder)
    return folder

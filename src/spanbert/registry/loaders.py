"""What a registered model is for -> the module that loads it, and the end of its name.

`signatures.py` says what each takes and gives.
"""

LOADERS = {
    "encoder": ("spanbert.registry.fill_mask", ""),
    "qa": ("spanbert.registry.question_answering", "-qa"),
    "coref": ("spanbert.registry.coreference", "-coref"),
    "glue": ("spanbert.registry.glue", "-glue"),
    "relations": ("spanbert.registry.relations", "-relations"),
}

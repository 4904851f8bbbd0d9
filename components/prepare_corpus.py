"""sources -> documents artifacts, one to train on and one held out."""

from kfp.dsl import Dataset, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def prepare_corpus(
    config_toml: str,
    run_folder: str,
    sources_digest: str,
    code_digest: str,
    documents: Output[Dataset],
    held_out: Output[Dataset],
) -> int:
    """Clean and de-duplicate the sources; returns the number of documents to train on.

    Args:
        sources_digest, code_digest: of the content of all source files and of the package, so that
            a change of either is not taken for cached.
    """
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.cluster.doing import do_work
    from spanbert.cluster.following import Listener
    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest

    with pipeline_step("prepare-corpus", config_toml, run_folder) as step:
        step.run.log_params(flat({"corpus": asdict(step.config.corpus)}))
        folders = {"documents": Path(documents.path), "held_out": Path(held_out.path)}
        counts = do_work(
            "corpus",
            step.config,
            inputs={},
            outputs=folders,
            work_root=step.run_folder / "work",
            listener=Listener(step.say, step.run.follow, step.run.log_tags),
            version=sources_digest,
        )
        step.say("kept {kept} of {records_in} documents, {held_out} held out".format(**counts))
        step.record(
            {name: float(counts[name]) for name in ("records_in", "kept", "held_out")},
            {"sources": sources_digest}
            | {role: read_manifest(f, "documents").digest for role, f in folders.items()},
        )
    return counts["kept"]

"""The compiled pipeline with a placement: what each pod has, and that the steps stay the same."""

from pathlib import Path

import pytest
import yaml
from google.protobuf import json_format
from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2
from kubernetes.utils.quantity import parse_quantity

from pipelines.compile import compile_pipeline
from spanbert.config import parse_config
from spanbert.errors import ConfigError
from spanbert.tasks.kinds import KINDS

IMAGE = f"registry.example/spanbert@sha256:{'0a' * 32}"
SETTINGS = f"""
[cluster]
image = "{IMAGE}"
mlflow_secret = "mlflow-login"
object_store_secret = "object-store"
node_selector = ["gpu=h100"]
tolerations = ["spot=true:NoSchedule", "gpu"]
shared_memory = "4Gi"
[training]
num_workers = 4
threads_per_worker = 2
use_gpu = true
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("placed")


def compiled(folder, text=SETTINGS, *changes):
    """Specification of the pipeline, and what Kubernetes is told of each executor."""
    compile_pipeline(folder / "p.yaml", parse_config(text, changes))
    spec, platform = yaml.safe_load_all((folder / "p.yaml").read_text())
    json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(platform, pipeline_spec_pb2.PlatformSpec())
    pods = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    for pod in pods.values():
        json_format.ParseDict(pod, kubernetes_executor_config_pb2.KubernetesExecutorConfig())
    return spec, pods


def containers(spec):
    executors = spec["deploymentSpec"]["executors"]
    return {name: executor["container"] for name, executor in executors.items()}


@pytest.fixture(scope="module")
def placed(folder):
    return compiled(folder)


def test_every_pod_has_the_volume(placed):
    spec, pods = placed
    assert set(pods) == set(spec["deploymentSpec"]["executors"])
    for pod in pods.values():
        (mount,) = pod["pvcMount"]
        assert (mount["constant"], mount["mountPath"]) == ("spanbert-work", "/spanbert")


def test_every_pod_knows_who_it_is_and_is_not_root(placed):
    _, pods = placed
    for pod in pods.values():
        known = {env["name"]: env["fieldPath"] for env in pod["fieldPathAsEnv"]}
        assert known == {
            "SPANBERT_POD_NAME": "metadata.name",
            "SPANBERT_POD_UID": "metadata.uid",
            "SPANBERT_KFP_RUN_ID": "metadata.labels['pipeline/runid']",
        }
        assert pod["securityContext"] == {"runAsNonRoot": True}


def test_every_task_is_found_by_a_label_of_its_own(placed):
    spec, pods = placed
    labels = [pod["podMetadata"]["labels"]["spanbert/step"] for pod in pods.values()]
    assert sorted(labels) == sorted(spec["root"]["dag"]["tasks"])


def test_every_container_has_the_image_and_limits(placed):
    spec, _ = placed
    for name, container in containers(spec).items():
        assert container["image"] == IMAGE
        memory = "16Gi" if "pretrain" in name.split("-") else "8Gi"
        assert container["resources"]["resourceMemoryLimit"] == memory
        assert container["resources"]["resourceCpuLimit"]


def test_secrets_are_named_and_their_values_are_nowhere(placed):
    spec, pods = placed
    for pod in pods.values():
        (login,) = pod["secretAsEnv"]
        assert login["secretName"] == "mlflow-login"
        pairs = {pair["secretKey"]: pair["envVar"] for pair in login["keyToEnv"]}
        assert pairs == {
            "username": "MLFLOW_TRACKING_USERNAME",
            "password": "MLFLOW_TRACKING_PASSWORD",
        }
        (store,) = pod["secretAsVolume"]
        assert store["secretName"] == "object-store"
    for container in containers(spec).values():
        (variable,) = container["env"]
        assert variable["name"] == "AWS_SHARED_CREDENTIALS_FILE"
        assert variable["value"] == store["mountPath"] + "/credentials"


def test_secrets_that_are_not_set_are_not_asked_for(folder):
    spec, pods = compiled(folder, "")
    assert not any("secretAsEnv" in pod or "secretAsVolume" in pod for pod in pods.values())
    assert not any("env" in container for container in containers(spec).values())


def test_ray_in_the_step_has_processors_gpus_and_shared_memory_for_its_workers(placed):
    spec, pods = placed
    resources = containers(spec)["exec-pretrain"]["resources"]
    assert resources["resourceCpuLimit"] == "9"
    accelerator = resources["accelerator"]
    assert accelerator["resourceType"] == "nvidia.com/gpu"
    assert accelerator["resourceCount"] == "4"
    (memory,) = pods["exec-pretrain"]["emptyDirMounts"]
    assert (memory["mountPath"], memory["medium"], memory["sizeLimit"]) == (
        "/dev/shm",
        "Memory",
        "4Gi",
    )


TUNING_STEPS = {
    f"exec-{step}" for step in ("finetune-qa", "finetune-qa-2", "evaluate-qa", "evaluate-qa-2")
}


def test_workers_and_fine_tuning_alone_are_placed_by_labels_and_tolerations(placed):
    _, pods = placed
    on_gpus = {"exec-pretrain", *TUNING_STEPS}
    for name in on_gpus:
        assert pods[name]["nodeSelector"] == {"labels": {"gpu": "h100"}}
        assert pods[name]["tolerations"] == [
            {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"},
            {"key": "gpu", "operator": "Exists"},
        ]
    others = [pod for name, pod in pods.items() if name not in on_gpus]
    assert not any("nodeSelector" in pod or "tolerations" in pod for pod in others)


def gpus(spec):
    """How many GPUs each executor has, of those that have some."""
    found = {name: container["resources"] for name, container in containers(spec).items()}
    return {n: r["accelerator"]["resourceCount"] for n, r in found.items() if "accelerator" in r}


@pytest.mark.parametrize("ray", ["in-step", "kuberay"])
def test_fine_tuning_and_its_evaluation_have_a_gpu_each_where_training_has_some(folder, ray):
    spec, _ = compiled(folder, SETTINGS, f"cluster.ray={ray}")
    trained = {"exec-pretrain": "4"} if ray == "in-step" else {}
    assert gpus(spec) == dict.fromkeys(TUNING_STEPS, "1") | trained
    for name in TUNING_STEPS:
        assert containers(spec)[name]["resources"]["resourceCpuLimit"] == "2"
    spec, pods = compiled(folder, SETTINGS, f"cluster.ray={ray}", "training.use_gpu=false")
    assert gpus(spec) == {}
    assert not any("nodeSelector" in pods[name] for name in TUNING_STEPS)


def test_fine_tuning_alone_has_its_gpu_too(folder):
    settings = ("training.start=/spanbert/encoder", "training.num_workers=1")
    spec, _ = compiled(folder, SETTINGS, *settings)
    assert gpus(spec) == {"exec-finetune-qa": "1", "exec-evaluate-qa": "1"}


def test_every_kind_of_task_has_a_gpu_for_each_of_its_steps(folder):
    named = [f'{kind}.train=["/spanbert/a"]' for kind in KINDS]
    spec, _ = compiled(folder, SETTINGS, 'corpus.sources=["/spanbert/a"]', *named)
    steps = {f"exec-{verb}-{kind}" for verb in ("finetune", "evaluate") for kind in KINDS}
    steps |= {f"{step}-2" for step in steps}
    assert gpus(spec) == dict.fromkeys(steps, "1") | {"exec-pretrain": "4"}


TEXT_STEPS = ["exec-prepare-corpus", "exec-build-shards"]


@pytest.mark.parametrize("step", TEXT_STEPS)
def test_text_in_the_step_has_processors_and_memory_for_its_workers(folder, step):
    tolerations = 'cluster.tolerations=["spot", "nvidia.com/gpu"]'
    spec, pods = compiled(folder, SETTINGS, "corpus.num_workers=6", tolerations)
    resources = containers(spec)[step]["resources"]
    assert (resources["resourceCpuLimit"], resources["resourceMemoryLimit"]) == ("7", "14Gi")
    assert "accelerator" not in resources
    (memory,) = pods[step]["emptyDirMounts"]
    assert memory["mountPath"] == "/dev/shm"
    assert "nodeSelector" not in pods[step]
    assert pods[step]["tolerations"] == [{"key": "spot", "operator": "Exists"}]


@pytest.mark.parametrize("step", [*TEXT_STEPS, "exec-pretrain"])
def test_a_step_that_waits_for_ray_elsewhere_is_small(folder, step):
    spec, pods = compiled(folder, SETTINGS, "cluster.ray=kuberay", "corpus.num_workers=6")
    resources = containers(spec)[step]["resources"]
    assert resources["resourceCpuLimit"] == "2"
    assert "accelerator" not in resources
    assert "emptyDirMounts" not in pods[step]


def test_the_steps_are_those_of_a_run_on_this_machine(placed, folder):
    spec, _ = placed
    compile_pipeline(folder / "plain.yaml")
    (plain,) = yaml.safe_load_all((folder / "plain.yaml").read_text())
    assert spec["root"]["dag"] == plain["root"]["dag"]
    assert spec["components"] == plain["components"]


def test_all_parameters_but_the_sources_have_defaults(placed):
    spec, _ = placed
    inputs = spec["root"]["inputDefinitions"]["parameters"]
    config = parse_config(inputs["config_toml"]["defaultValue"])
    assert config.digest == parse_config(SETTINGS).digest
    assert inputs["run_folder"]["defaultValue"] == f"/spanbert/runs/{config.run_id}"
    assert {name for name, rule in inputs.items() if "defaultValue" not in rule} == {
        "sources_digest"
    }


@pytest.mark.parametrize(
    "setting", ["step_memory=1.5Gi", "step_cpus=2Gi", "head_memory=500m", "corpus_worker_memory=2"]
)
def test_what_is_no_quantity_is_told_with_its_setting(folder, setting):
    with pytest.raises(ConfigError, match=f"cluster.{setting.partition('=')[0]}"):
        compiled(folder, SETTINGS, f"cluster.{setting}")


@pytest.mark.parametrize(
    "setting",
    [
        "image=''",
        "image=spanbert@sha256:0123",
        f"image=spanbert@sha256:{'0' * 63}G",
        "image=https://registry.example/spanbert",
        "image='registry.example/span bert'",
        "volume_path=/spanbert/..",
        "volume_path=/",
        "gpu_resource=gpu",
        "gpu_resource='nvidia.com/gpu: 1'",
        'node_selector=["gpu=h100", "zone=a", "gpu=a100"]',
    ],
)
def test_what_is_no_place_or_name_is_told_with_its_setting(setting):
    with pytest.raises(ConfigError, match=f"cluster.{setting.partition('=')[0]}"):
        parse_config("", [f"cluster.{setting}"])


@pytest.mark.parametrize(
    "image",
    ["spanbert", "spanbert:dev", "localhost:5000/a/b_c:v1.2", IMAGE, "r/s:v@" + IMAGE[-71:]],
)
def test_images_are_named_as_docker_names_them(image):
    assert parse_config("", [f"cluster.image={image}"]).cluster.image == image


def test_pods_of_a_laptop_that_run_at_once_leave_room_for_kfp(folder):
    spec, _ = compiled(folder, (Path(__file__).parents[2] / "configs/laptop.toml").read_text())
    asked = {name: container["resources"] for name, container in containers(spec).items()}
    cpus = {name: parse_quantity(r["resourceCpuLimit"]) for name, r in asked.items()}
    memory = {name: parse_quantity(r["resourceMemoryLimit"]) for name, r in asked.items()}
    # fine-tuning from random weights waits for nothing that pre-training makes
    together = ("exec-pretrain", "exec-finetune-qa-2")
    assert sum(cpus[name] for name in together) == 2.5
    assert sum(memory[name] for name in together) == 7 * 2**30
    assert max(memory.values()) <= memory["exec-pretrain"]

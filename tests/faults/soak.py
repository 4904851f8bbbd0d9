"""Half an hour of random faults, and then the weights of an undisturbed run (F58).

    python tests/faults/soak.py --minutes 30 --steps 12000 --seed 1

Trains once undisturbed. Then trains the same while its driver and workers are killed, stopped and
asked to leave every 20 to 60 seconds, and while MLflow and the object store behind a fault proxy
refuse, answer late or are away. Prints one JSON object: what was done to it, how fast it came back,
goodput, and whether weights, figures and the mirror are what they should be. Exit code 1 where not.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

import group
import s3fs
import tiny
from faults.command import Command
from faults.proxy import FaultProxy
from faults.servers import mlflow_server
from mlflow import MlflowClient
from moto.server import ThreadedMotoServer

from spanbert.checkpoints.remote import RemoteCheckpoints
from spanbert.corpus.documents import write_documents
from spanbert.objects import ObjectStore
from spanbert.shards.writer import write_shards
from spanbert.tokenizer.artifact import build_tokenizer

LOG_EVERY = 20
FINAL = (0, 2, 3, 4, 5, 65, 93)  # exit codes after which no retry helps
OUTAGES = ("500", "503", "429", "reset", "slow", "short", "down")


def artifacts_in(folder):
    """Shards and a tokenizer."""
    tiny.write_corpus(folder)
    config = tiny.config(folder)
    write_documents(folder / "documents", folder / "held", config.corpus)
    build_tokenizer(folder / "documents", folder / "tokenizer", config.tokenizer)
    shards = folder / "shards"
    write_shards(folder / "documents", folder / "tokenizer", shards, config.shards)
    return SimpleNamespace(shards=shards, tokenizer=folder / "tokenizer")


class Weather:
    """Outages of services, one after another, in a thread."""

    def __init__(self, proxies, chance):
        self._proxies, self._chance = proxies, chance
        self._ended, self.outages = threading.Event(), 0
        self._thread = threading.Thread(target=self._blow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _blow(self):
        while not self._ended.wait(self._chance.uniform(5, 20)):
            proxy, fault = self._chance.choice(self._proxies), self._chance.choice(OUTAGES)
            self.outages += 1
            if fault == "down":
                proxy.stop()
            else:
                proxy.always = fault
            self._ended.wait(self._chance.uniform(3, 15))
            proxy.always = ""
            if fault == "down":
                proxy.start()


class Victim:
    """The command that is killed and started again until it has finished."""

    def __init__(self, command, chance):
        self.command, self._chance = command, chance
        self.faults, self.recoveries_s, self.codes = {}, [], []
        self._process = None

    def live(self, end_s):
        """Disturb it until `end_s` (monotonic), then let it finish; returns its last exit code."""
        self._start()
        while time.monotonic() < end_s and not self._is_finished():
            if self._wait(self._chance.uniform(20, 60)):
                self._hit()
        while not self._is_finished():
            self._wait(10)
        self.codes.append(self._process.returncode)
        return self.codes[-1]

    def _start(self):
        log = (self.command.folder / "log").open("a")
        self._process = self.command.start(output=log)

    def _is_finished(self):
        """Whether it has ended for good; where a retry helps it is given again, as a user would."""
        code = self._process.poll()
        if code is None:
            return False
        if code in FINAL:
            return True
        self.codes.append(code)
        self._start()
        return False

    def _wait(self, seconds):
        """Wait, and see that it lives; True where it trains."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            if self._is_finished():
                return False
            time.sleep(0.2)
        return bool(self.command.steps())

    def _hit(self):
        kinds = {"driver killed": self._kill_driver, "worker killed": self._kill_worker,
                 "worker stopped": self._stop_worker, "asked to leave": self._ask}  # fmt: skip
        name = self._chance.choice(sorted(kinds))
        reached, hit_s = self.command.steps()[-1], time.monotonic()
        with contextlib.suppress(OSError, TypeError):  # it was starting, or had just ended
            kinds[name]()
            self.faults[name] = self.faults.get(name, 0) + 1
            self._time_recovery(reached, hit_s)

    def _time_recovery(self, reached, hit_s):
        while not self._is_finished() and self.command.steps()[-1] <= reached + LOG_EVERY:
            if time.monotonic() - hit_s > 180:
                return
            time.sleep(0.1)
        self.recoveries_s.append(time.monotonic() - hit_s)

    def _kill_driver(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _kill_worker(self):
        os.kill(self.command.beat(self._chance.randint(0, 1))["pid"], signal.SIGKILL)

    def _stop_worker(self):
        os.kill(self.command.beat(self._chance.randint(0, 1))["pid"], signal.SIGSTOP)

    def _ask(self):
        self._process.send_signal(signal.SIGTERM)


def main(options):
    folder = Path(tempfile.mkdtemp(prefix="spanbert-soak-"))
    made, chance = artifacts_in(folder), random.Random(options.seed)
    overrides = (
        "training.num_workers=2",
        f"training.steps={options.steps}",
        f"training.log_every_steps={LOG_EVERY}",
        "training.checkpoint_every_steps=200",
        "training.hang_timeout_s=8",
        "training.max_failures=50",
    )
    calm = Command(made, folder / "calm", *overrides)
    began_s = time.monotonic()
    code, told = calm.run(limit_s=3000)
    assert code == 0, told
    calm_s = time.monotonic() - began_s
    os.environ |= {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "soak",
                   "AWS_DEFAULT_REGION": "us-east-1"}  # fmt: skip
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    (folder / "server").mkdir()
    with (
        mlflow_server(folder / "server") as port,
        FaultProxy(port, slow_s=7) as tracking,
        FaultProxy(moto.get_host_and_port()[1], slow_s=7) as objects,
    ):
        os.environ["AWS_ENDPOINT_URL"] = objects.url
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("soak")
        places = (
            f"registry.tracking_uri='{tracking.url}'",
            "training.checkpoint_url='s3://soak/a'",
        )
        wild = Command(made, folder / "wild", *overrides, *places)
        victim, began_s = Victim(wild, chance), time.monotonic()
        with Weather([tracking, objects], chance) as weather:
            code = victim.live(began_s + options.minutes * 60 - calm_s)
        wild_s = time.monotonic() - began_s
        sync = wild.sync()
        points = points_of(tracking.url)
        mirror = RemoteCheckpoints(ObjectStore(f"s3://soak/a/{wild.work.name}"), 3)
        is_mirrored = options.steps in mirror.steps()
    moto.stop()
    expected = list(range(LOG_EVERY, options.steps + 1, LOG_EVERY))
    recoveries = sorted(victim.recoveries_s)
    result = {
        "minutes": round((wild_s + calm_s) / 60, 1),
        "steps": options.steps,
        "faults": victim.faults,
        "outages": weather.outages,
        "exit_codes": {str(c): victim.codes.count(c) for c in sorted(set(victim.codes))},
        "recovery_p50_s": round(statistics.median(recoveries), 1) if recoveries else None,
        "recovery_p95_s": round(recoveries[int(0.95 * (len(recoveries) - 1))], 1)
        if recoveries
        else None,
        "goodput": round(calm_s / wild_s, 2),
        "undisturbed_s": round(calm_s),
        "disturbed_s": round(wild_s),
        "ended_well": code == 0,
        "same_weights": calm.weights() == wild.weights(),
        "figures_once": wild.steps() == expected,
        "points_once": points == expected,
        "mirrored": is_mirrored,
        "sync": sync,
        "exactness": group.exactness(wild.inputs, options.steps),
    }
    print(json.dumps(result, indent=1))
    return (
        0
        if all(result[k] for k in ("ended_well", "same_weights", "figures_once", "points_once"))
        else 1
    )


def points_of(url):
    """Steps of the loss that the server has, each as often as it has it."""
    client = MlflowClient(url, url)
    (experiment,) = [e for e in client.search_experiments() if e.name == "spanbert"]
    (run,) = [r for r in client.search_runs([experiment.experiment_id])
              if r.info.run_name == "pretrain"]  # fmt: skip
    return sorted(point.step for point in client.get_metric_history(run.info.run_id, "loss"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(main(parser.parse_args()))

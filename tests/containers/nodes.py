"""Two nodes of a Ray cluster: containers on one network, each with room for one worker."""

import secrets

UID = 54321
SUBNET, HEAD = "172.30.99.0/24", "172.30.99.2"
ADDRESS = f"http://{HEAD}:8265"  # of Ray's job API


class Nodes:
    """Containers on one network that see one folder."""

    def __init__(self, engine, image, folder):
        self.engine, self.image, self.folder = engine, image, folder
        self.token = folder / "token"
        self.token.write_text(secrets.token_hex(32))
        self.token.chmod(0o444)
        engine.call("network", "create", "--subnet", SUBNET, "spanbert-ray")

    def start(self, name, address, *words):
        arguments = ["--detach", "--name", name, "--network", "spanbert-ray", "--ip", address]
        arguments += ["--cpus", "1", "--memory", "6g", "--shm-size", "1g", "--user", f"{UID}:0"]
        arguments += ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]
        arguments += ["--volume", f"{self.folder}:{self.folder}"]
        arguments += ["--env", "RAY_AUTH_MODE=token", "--env", f"RAY_AUTH_TOKEN_PATH={self.token}"]
        ray = ["ray", "start", "--block", "--num-cpus", "1", "--disable-usage-stats"]
        self.engine.call("run", *arguments, self.image, *ray, *words)

    def start_head(self):
        self.start("head", HEAD, "--head", "--dashboard-host", "0.0.0.0")

    def start_worker(self, number):
        self.start(f"worker-{number}", f"172.30.99.{10 + number}", "--address", f"{HEAD}:6379")

    def kill(self, name):
        self.engine.call("kill", name)

    def remove(self):
        names = self.engine.call("ps", "-aq").stdout.split()
        for name in names:
            self.engine.call("rm", "-f", name, check=False)
        self.engine.call("network", "rm", "spanbert-ray", check=False)

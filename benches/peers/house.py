"""The programs that are compared: each is started on a free port of the loopback, and stopped with the harness."""

import atexit
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

POSTGRES = Path("/usr/lib/postgresql/15/bin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command, env=None, log=None):
    """A program that ends with this one."""
    out = open(log, "w") if log else subprocess.DEVNULL
    child = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **(env or {})})
    atexit.register(lambda: (child.terminate(), child.wait(20)))
    return child


def wait_for(url, every_s=0.1):
    for _ in range(int(120 / every_s)):
        try:
            return urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(every_s)
    raise SystemExit(f"{url} does not answer")


class Vigie:
    """`vigie serve` over a store, which knows a token that may read and write."""

    def __init__(self, program, store, folder):
        self.program, self.store = program, f"sqlite:{store}"
        self.token = self.run("token", "create", "--role", "dispatcher").strip()
        self.admin = self.run("token", "create", "--role", "admin").strip()
        self.url = f"http://127.0.0.1:{free_port()}"
        listen = self.url.removeprefix("http://")
        limits = ["--rate-address", "0", "--rate-account", "0"]
        start([program, "serve", "--store", self.store, "--listen", listen, *limits], log=folder / "vigie.log")
        wait_for(f"{self.url}/readyz")

    def run(self, *args):
        return subprocess.run([self.program, *args, "--store", self.store], check=True, capture_output=True, text=True).stdout

    def ask(self, path, method="GET", body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, method=method, data=body, headers=headers)
        return urllib.request.urlopen(request).read()


class InProcess:
    """Vigie's own functions on one thread: `benches/in_process.rs`."""

    def __init__(self, program, store):
        env = {**os.environ, "RAYON_NUM_THREADS": "1"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.child = subprocess.Popen([program, f"sqlite:{store}"], text=True, env=env, **pipes)
        atexit.register(self.child.kill)

    def say(self, *words):
        self.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        return float(self.child.stdout.readline())


class Postgres:
    """A cluster of its own, with PostGIS."""

    def __init__(self, folder):
        self.folder, self.port = folder / "postgres", free_port()
        self.folder.mkdir()
        # PostgreSQL does not run as root.
        self.by = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.by:
            folder.chmod(0o755)
            shutil.chown(self.folder, "postgres")
        data = self.folder / "data"
        self.do("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        settings = f"-p {self.port} -k '' -c shared_buffers=1GB -c work_mem=256MB -c max_parallel_workers_per_gather=0 -c jit=off"
        self.do("pg_ctl", "-D", data, "-w", "-o", settings, "-l", self.folder / "log", "start")
        atexit.register(lambda: self.do("pg_ctl", "-D", data, "-m", "immediate", "stop"))
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def do(self, program, *args):
        subprocess.run([*self.by, POSTGRES / program, *args], check=True, stdout=subprocess.DEVNULL)

    def connect(self):
        import psycopg

        return psycopg.connect(self.url, autocommit=True)


class Redis:
    """A server that keeps nothing."""

    def __init__(self):
        self.port = free_port()
        start(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.1)

    def say(self, *words):
        told = subprocess.run(["redis-cli", "-p", str(self.port), *map(str, words)], check=True, capture_output=True, text=True)
        return told.stdout.split()

    def benchmark(self, *words, requests=60_000, clients=4):
        """Seconds an answer takes of its throughput."""
        command = ["redis-benchmark", "-p", str(self.port), "-c", str(clients), "-n", str(requests), "-q", *map(str, words)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rate = told.replace("\r", "\n").strip().splitlines()[-1].split("requests per second")[0].split()[-1]
        return 1 / float(rate)

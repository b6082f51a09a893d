"""The cluster that the app starts by itself: one for all, found again, closed to strangers."""

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from vizcore.compute import ClusterError, Jobs, Settings, State
from vizcore.compute.address import Address, read_address, sole_cluster, write_address
from vizcore.compute.cluster import Cluster, listens, start_embedded

sys.path.insert(0, str(Path(__file__).parent))
from conftest import QUIET, Embedded, eventually  # noqa: E402
from counting import Counting  # noqa: E402

pytestmark = pytest.mark.xdist_group("compute")


@pytest.fixture
def embedded(tmp_path, importable):
    there = Embedded(tmp_path / "runs")
    yield there
    there.stop()


def connected(settings):
    opened = Cluster(settings)
    opened.client()
    return opened


ASK = """
from vizcore.compute import Settings
from vizcore.compute.cluster import Cluster
cluster = Cluster(Settings.from_environment())
print(cluster.client().scheduler_info()["id"], flush=True)
input()
"""


def test_web_servers_that_start_together_share_one_cluster(embedded):
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", ASK],
            env={**os.environ, **embedded.settings.to_environment()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ids = {server.stdout.readline() for server in servers}
    later = connected(embedded.settings)
    ids.add(later.client().scheduler_info()["id"] + "\n")
    for server in servers:
        server.communicate("\n")
    later.close()
    assert len(ids) == 1


def test_only_this_machine_and_only_the_owner_of_the_key_can_reach_it(embedded):
    cluster = connected(embedded.settings)
    found = read_address(embedded.settings.runs)
    holder = psutil.Process(found.pid)
    listening = [
        connection.laddr.ip
        for process in [holder, *holder.children(recursive=True)]
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3 and {*listening} == {"127.0.0.1"}
    file = embedded.settings.runs / "cluster.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(embedded.settings.runs.stat().st_mode) == 0o700
    assert greeting(found, found.key)
    with pytest.raises(ssl.SSLError):
        greeting(found, None)
    cluster.close()


def greeting(found, key):
    """Return the first bytes that a scheduler sends to who has, or has not, its key."""
    context = ssl.create_default_context(cadata=found.certificate)
    context.check_hostname = False
    if key:
        context = found.security.get_connection_args("client")["ssl_context"]
    host, port = found.address.removeprefix("tls://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=60) as plain,
        context.wrap_socket(plain) as secure,
    ):
        return secure.recv(1)


def test_workers_are_told_apart_and_may_use_all_cores_and_memory(embedded):
    cluster = connected(replace(embedded.settings, inference_workers=2))
    workers = cluster.client().scheduler_info()["workers"].values()
    kinds = sorted((worker["name"], worker["resources"]) for worker in workers)
    assert kinds == [
        ("inference-0", {"inference": 1}),
        ("inference-1", {"inference": 1}),
        ("training-0", {"training": 1}),
    ]
    for name in ("OMP_NUM_THREADS", "MALLOC_TRIM_THRESHOLD_"):
        assert cluster.call(os.getenv, name) == os.environ.get(name)
    cluster.close()


def test_a_left_over_address_is_seen_through(embedded):
    embedded.settings.runs.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    write_address(embedded.settings.runs, Address(f"tls://127.0.0.1:{port}", 1, "", ""))
    cluster = connected(embedded.settings)
    assert read_address(embedded.settings.runs).pid != 1
    cluster.close()


def test_a_strangers_server_at_the_old_port_is_seen_through(embedded):
    old = connected(embedded.settings)
    address = read_address(embedded.settings.runs)
    old.close()
    embedded.stop()
    port = int(address.address.rsplit(":", 1)[1])
    stranger = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    eventually(lambda: listens(address.address), "the stranger")
    cluster = connected(embedded.settings)
    stranger.kill()
    stranger.wait()
    assert read_address(embedded.settings.runs).pid != address.pid
    cluster.close()


def test_it_ends_when_nobody_needs_it(embedded):
    settings = replace(embedded.settings, linger=2)
    cluster = connected(settings)
    holder = psutil.Process(read_address(settings.runs).pid)
    workers = holder.children(recursive=True)
    assert cluster.call(os.getpid)
    cluster.close()
    eventually(lambda: not holder.is_running() or holder.status() == "zombie", "its end")
    assert psutil.wait_procs(workers, 30)[1] == []
    assert read_address(settings.runs) is None


def test_one_that_is_about_to_end_is_waited_for_and_another_started(embedded):
    folder = embedded.settings.runs
    folder.mkdir()
    with ThreadPoolExecutor() as pool:
        with sole_cluster(folder):
            connecting = pool.submit(connected, embedded.settings)
            log = folder / "cluster.log"
            eventually(lambda: log.exists() and "already" in log.read_text(), "its giving way")
        connecting.result().close()


def test_it_ends_when_it_is_told(embedded):
    connected(embedded.settings).close()
    pid = read_address(embedded.settings.runs).pid
    workers = psutil.Process(pid).children(recursive=True)
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: read_address(embedded.settings.runs) is None, "its end")
    assert psutil.wait_procs(workers, 30)[1] == []


def test_a_cluster_that_does_not_start_is_a_sentence(embedded):
    settings = replace(embedded.settings, training_memory="a lot")
    cluster = Cluster(settings)
    for _ in range(2):
        with pytest.raises(ClusterError, match="does not start"):
            cluster.client()


def test_trying_again_and_again_leaves_no_threads(tmp_path, monkeypatch):
    monkeypatch.setattr("vizcore.compute.cluster.RETRY_SECONDS", 0)
    monkeypatch.setattr("vizcore.compute.cluster.CONNECT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        cluster = Cluster(replace(QUIET, runs=tmp_path, scheduler=f"tcp://127.0.0.1:{port}"))
        threads = []
        for _ in range(3):
            with pytest.raises(ClusterError, match="cannot be reached"):
                cluster.client()
            threads.append(threading.active_count())
        eventually(lambda: threading.active_count() <= threads[0], "the end of threads", 20)
    cluster.close()


def test_runs_wait_where_an_operators_cluster_is_down(tmp_path, visitor):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    settings = replace(QUIET, runs=tmp_path, scheduler=f"tcp://127.0.0.1:{port}")
    jobs = Jobs(settings)
    run = jobs.submit(Counting(), visitor)
    look = jobs.look(run.id)
    assert look.position == 1 and "cannot be reached" in look.trouble
    jobs.close()


def test_looking_at_pages_starts_nothing(tmp_path):
    settings = Settings(runs=tmp_path / "runs")
    Jobs(settings).close()
    assert read_address(settings.runs) is None
    assert not (settings.runs / "cluster.log").exists()


def test_nothing_is_forced_on_a_run_that_ended_in_time_and_was_deleted(tmp_path, visitor):
    jobs = Jobs(replace(QUIET, runs=tmp_path))
    jobs.runs.create(visitor, "", "counting:Counting", {}, Counting().cost())
    run = jobs.runs.claim("ticket", "worker")
    jobs.runs.end(run, State.CANCELLED)
    jobs.runs.delete(run.id, visitor)
    jobs._force(run)
    jobs.close()
    assert read_address(tmp_path) is None  # no cluster was asked for


def test_importing_it_brings_no_tensorflow():
    asked = "import sys, vizcore.compute; print({'tensorflow', 'keras'} & {*sys.modules})"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert answer.stdout.strip() == "set()"


def test_a_second_cluster_of_a_folder_gives_way(embedded):
    connected(embedded.settings).close()
    second = start_embedded(embedded.settings)
    assert second.wait(60) == 0
    assert "running already" in (embedded.settings.runs / "cluster.log").read_text()

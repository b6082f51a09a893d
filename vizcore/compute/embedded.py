"""The embedded cluster: a scheduler and its workers, all of this machine and no other.

It outlives the web server that started it, so that a restart costs no training, and ends by
itself when nobody has been connected and nothing has been left to do for a while.
"""

import asyncio
import contextlib
import os
import signal

import dask
from distributed import Nanny, Scheduler
from distributed.security import Security

from vizcore.compute.address import Address, remove_address, sole_cluster, write_address

HOST = "127.0.0.1"

_CONFIG = {
    # A task whose worker dies is tried again, and a ticket then once more to say what happened.
    "distributed.scheduler.allowed-failures": 2,
    # A laptop that slept would find its workers struck off; those that die are noticed anyhow.
    "distributed.scheduler.worker-ttl": None,
    # All is on this machine; who does not answer by then has died in this moment.
    "distributed.comm.timeouts.connect": "5s",
    # Nothing of this cluster is to be read by HTTP.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Dask keeps numerical libraries to one thread; here one worker has the machine to itself. Dask
    # also has freed memory given back at once, and a training step would need it in a moment.
    "distributed.nanny.pre-spawn-environ": {},
    # Nobody reads the profile for which Dask would stop a training thread a hundred times a second.
    "distributed.worker.profile.enabled": False,
    # A worker short of memory would pause and never say so; one that takes too much is ended.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
}


async def serve(settings):
    """Run the embedded cluster of a folder until it is no longer needed, or is told to end.

    Returns
    -------
    bool
        False, at once, where the folder has one already.
    """
    folder = settings.runs
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with sole_cluster(folder) as alone, dask.config.set(_CONFIG):
        if alone:
            await _serve(settings, folder)
        return alone


async def _serve(settings, folder):
    security = Security.temporary()
    common = {"host": HOST, "security": security, "dashboard_address": f"{HOST}:0"}
    async with contextlib.AsyncExitStack() as stack:
        scheduler = await stack.enter_async_context(
            Scheduler(protocol="tls", port=0, dashboard=False, **common)
        )
        workers = [
            Nanny(
                scheduler.address,
                name=name,
                nthreads=1,
                resources={kind: 1},
                memory_limit=memory,
                local_directory=str(folder / "scratch"),
                preload=["vizcore.compute.preload"],
                protocol="tls",
                dashboard=False,
                **common,
            )
            for name, kind, memory in _workers(settings)
        ]
        await asyncio.gather(*(stack.enter_async_context(worker) for worker in workers))
        certificate, key = security.tls_client_cert, security.tls_client_key
        write_address(folder, Address(scheduler.address, os.getpid(), certificate, key))
        stack.callback(remove_address, folder)
        await _until_told_or_idle(scheduler, settings.linger)


def _workers(settings):
    """List name, kind and memory limit of each worker."""
    kinds = [
        ("inference", settings.inference_workers, settings.inference_memory),
        ("training", settings.training_workers, settings.training_memory),
    ]
    return [(f"{kind}-{i}", kind, memory) for kind, n, memory in kinds for i in range(n)]


async def _until_told_or_idle(scheduler, linger):
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    ended = asyncio.ensure_future(scheduler.finished())
    idle = asyncio.ensure_future(_until_idle(scheduler, linger))
    waiting = [asyncio.ensure_future(told.wait()), ended, idle]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


async def _until_idle(scheduler, linger, tick=0.5):
    """Return when there was no client and no task for so many seconds awake."""
    quiet = 0.0
    while quiet < linger:
        await asyncio.sleep(tick)
        needed = scheduler.tasks or {*scheduler.clients} - {"fire-and-forget"}
        quiet = 0.0 if needed else quiet + tick

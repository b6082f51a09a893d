"""What a training worker does: take the next run, carry it out, say how it ended."""

import functools
import traceback

from distributed import get_worker

from vizcore.compute.job import Context, restore
from vizcore.compute.runs import Disowned, Runs, State
from vizcore.compute.settings import Settings

TOPIC = "vizcore-progress"
"""Where Dask carries the progress events of all runs."""

LONGEST_NOTE = 300

_to_stop = set()


def serve(ticket, place):
    """Carry out the run that is next when a worker gets to this ticket.

    Tickets carry no run: who is next is decided as late as possible, from the table. They carry
    the `Settings.place` of who issued them, lest a worker with another table finds nothing to do.
    """
    worker = get_worker()
    settings = Settings.from_environment()
    if settings.place != place:
        worker.log_event(TOPIC, {"astray": worker.address})
        return
    runs = _open_runs(settings)
    run = runs.claim(ticket, worker.address)
    if run:
        carry_out(run, runs, lambda event: worker.log_event(TOPIC, {"run": run.id, **event}))
        _to_stop.discard(ticket)


def stop(ticket):
    """Let the job under this ticket see at its next batch that it should stop."""
    _to_stop.add(ticket)


def carry_out(run, runs, tell):
    """Do a run's job as far as it goes, and record how it ended."""
    context = Context(
        runs.folder(run.id),
        run.epochs_done,
        run.checkpoint,
        functools.partial(runs.commit_epoch, run),
        tell,
        lambda: run.ticket in _to_stop,
    )
    try:
        metrics = restore(run.job, run.settings).run(context)
    except Disowned:
        return
    except Exception as error:
        (context.folder / "error.txt").write_text(traceback.format_exc(), "utf-8")
        runs.end(run, State.FAILED, _sentence(error))
    else:
        if context.stopped and context.epochs_done < run.epochs:
            runs.end(run, State.CANCELLED, f"Cancelled{_after(context.epochs_done)}.")
        else:
            runs.end(run, State.FINISHED, run.note, metrics)


@functools.cache
def _open_runs(settings):
    return Runs(settings)


def _sentence(error):
    """Tell an error in one line; that of a ValueError was written for the visitor."""
    text = (str(error).strip().splitlines() or [""])[0][:LONGEST_NOTE]
    if isinstance(error, ValueError) and text:
        return text
    return f"The job failed: {type(error).__name__}{': ' if text else ''}{text}"


def _after(epochs):
    return f" after epoch {epochs}" if epochs else " before its first epoch was finished"

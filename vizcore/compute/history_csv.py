"""A run's figures as a table that spreadsheets open."""

import csv
import io


def history_csv(history):
    """Write a row of figures for each epoch.

    Parameters
    ----------
    history : sequence of vizcore.compute.runs.Epoch

    Returns
    -------
    str
        What was not measured, or is no number, is left empty.

    Examples
    --------
    >>> from vizcore.compute.runs import Epoch
    >>> print(history_csv([Epoch(1, 0.0, {"loss": 2.5}), Epoch(2, 1.0, {"loss": None})]))
    epoch,loss
    1,2.5
    2,
    <BLANKLINE>
    """
    names = list(dict.fromkeys(name for epoch in history for name in epoch.metrics))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *names])
    writer.writerows([one.number, *map(one.metrics.get, names)] for one in history)
    return text.getvalue()

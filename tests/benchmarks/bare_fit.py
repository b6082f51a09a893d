"""What training costs without the app: a plain script around `model.fit`, for bench_training.py.

It reads a line of JSON, trains as that says, and writes the samples a second after the first epoch,
again and again, until its input ends.
"""

import json
import os
import sys
import time

import keras
import numpy as np

from vizcore.nets.architectures import Architecture, build


def fitted(file, network, precision, batch, epochs, validation):
    """Train; return samples a second from the end of the first epoch to the end of the last."""
    keras.config.set_dtype_policy(precision)
    with np.load(file) as data:
        x, y = data["x_train"][..., None].astype("float32") / 255, data["y_train"].astype("int64")
    ends = []
    model = build(Architecture.from_text(network))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        x[validation:],
        y[validation:],
        batch_size=batch,
        epochs=epochs,
        validation_data=(x[:validation], y[:validation]),
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.time()))
        ],
        verbose=0,
    )
    return (epochs - 1) * (len(x) - validation) / (ends[-1] - ends[0])


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(10)  # as training workers have it
    for line in sys.stdin:
        print(fitted(**json.loads(line)), flush=True)

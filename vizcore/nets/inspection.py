"""Inside a network: its kernels, and what each layer makes of a picture.

Keras runs in a worker, so it is imported inside the functions.
"""

import numpy as np


def first_kernels(model):
    """Return the kernels of the first convolution, (rows, columns, channels, filters), or None.

    Parameters
    ----------
    model : keras.Model
    """
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return np.asarray(layer.kernel, np.float32)
    return None


def feature_maps(model, x, names=None):
    """Return what layers give for one input.

    Parameters
    ----------
    model : keras.Model
        A functional one.
    x : ndarray, (H, W, C)
    names : sequence of str, optional
        The layers; by default every layer but the input.

    Returns
    -------
    dict of str to ndarray
        Layer name → its output without the batch axis, float32.
    """
    import keras

    names = names or [layer.name for layer in model.layers[1:]]
    inner = keras.Model(model.input, {name: model.get_layer(name).output for name in names})
    given = inner(np.asarray(x, np.float32)[None], training=False)
    return {name: np.asarray(given[name], np.float32)[0] for name in names}

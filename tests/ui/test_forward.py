"""What the browser is given of a forward pass is the core's."""

import json

import numpy as np
import pytest

from vizcore.lessons.forward import CLASSES
from vizcore.ops.forward import STAGES
from vizcore.ui.forward import as_data
from vizcore.ui.forward_settings import ForwardSettings

START = ForwardSettings()


@pytest.mark.parametrize(
    "settings",
    [START, START.reshaped(size=8, filters=3), START.reshaped(size=6, filters=2, partial=False)],
)
def test_the_data_are_the_cores(settings):
    trace = settings.trace()
    data = json.loads(json.dumps(as_data(trace)))
    assert list(data["stages"]) == list(STAGES)
    for name, before in zip(STAGES, (None, *STAGES), strict=False):
        values, stage = trace.values(name), data["stages"][name]
        assert tuple(stage["shape"]) == values.shape
        assert np.array_equal(stage["values"], values.ravel())
        for kind, told in (("sources", trace.sources), ("parts", trace.parts)):
            for cell, found in zip(np.ndindex(values.shape), stage[kind], strict=bool(before)):
                shape = trace.values(before).shape
                places = [tuple(map(int, np.unravel_index(i, shape))) for i in found]
                assert places == told(name, cell)
    for cell, window in zip(np.ndindex(trace.pooling.output.shape), data["windows"], strict=True):
        largest = max(trace.relu.ravel()[window])
        assert largest == trace.pooling.output[cell]
        assert len(window) == len(trace.pool_window(cell))


def test_weights_lie_as_the_script_reads_them():
    settings = START.reshaped(filters=2)
    trace, data = settings.trace(), as_data(settings.trace())
    assert np.array_equal(data["kernel"][1], trace.convolution.kernel[:, :, 0, 1].ravel())
    assert data["bias"] == [0, 0]
    for k, of in np.ndindex(trace.weights.shape):
        assert data["weights"][k * len(CLASSES) + of] == trace.weights[k, of]
    assert data["denseBias"] == trace.bias.tolist()
    assert data["ranking"] == [trace.ranking(of) for of in range(len(CLASSES))]

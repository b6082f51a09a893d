"""What a network shows of itself, held against `vizcore.ops`."""

import numpy as np
import pytest

from vizcore.nets.architectures import Architecture, build
from vizcore.nets.inspection import feature_maps, first_kernels
from vizcore.ops import conv2d, dense, pool2d, relu, softmax

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_feature_maps_are_those_of_our_own_arithmetic():
    architecture = Architecture.from_text("8x6x2-conv_3_3-relu-max_2-flatten-dense_4-softmax")
    model = build(architecture, seed=1)
    x = np.random.default_rng(0).normal(size=(8, 6, 2)).astype(np.float32)
    maps = feature_maps(model, x)
    kernel, bias, weights, offset = (np.asarray(one) for one in model.get_weights())
    assert np.array_equal(first_kernels(model), kernel)
    ours = [conv2d(x, kernel, bias)]
    ours.append(relu(ours[-1]))
    ours.append(pool2d(ours[-1], 2))
    ours.append(ours[-1].ravel())
    ours.append(dense(ours[-1], weights, offset))
    ours.append(softmax(ours[-1]))
    assert len(maps) == len(ours)
    for theirs, one in zip(maps.values(), ours, strict=True):
        np.testing.assert_allclose(theirs, one, atol=1e-5)
    assert feature_maps(model, x, ["pool1"])["pool1"].shape == (3, 2, 3)


def test_a_network_without_convolution_has_no_first_kernels():
    assert first_kernels(build(Architecture.from_text("4x4x1-flatten-dense_2"))) is None

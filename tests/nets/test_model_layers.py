"""What Keras writes of a layer, as layers of ours."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from vizcore.nets.layers import (
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    Depthwise,
    Dropout,
    Flatten,
    GlobalAverage,
    GlobalMax,
    LeakyRelu,
    MaxPool,
    Relu,
    Sigmoid,
    Softmax,
    Tanh,
)
from vizcore.nets.model_layers import (
    LayerError,
    Scale,
    Shape,
    Start,
    Sum,
    Turn,
    Zeros,
    picture_shape,
    quoted,
    read_layer,
)

sys.path.insert(0, str(Path(__file__).parent))
from keras_files import FLOAT32, conv, dense, layer, pool, start  # noqa: E402

NORM = {"axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True}
DEPTHWISE = {"depth_multiplier": 1, "kernel_size": [5, 5], "strides": [2, 2], "use_bias": False}


def read(written):
    return [part.made for part in read_layer(written, Counter())]


def refusal(written):
    with pytest.raises(LayerError) as error:
        read(written)
    text = str(error.value)
    assert text[0].isupper() and text.endswith(".") and len(text) < 400 and text.isascii()
    return text


@pytest.mark.parametrize(
    ("written", "made"),
    [
        (start((28, 28, 3)), [Start((28, 28, 3))]),
        (start((28, 28)), [Start((28, 28))]),
        (conv(4, 3, activation="linear"), [Conv(4, 3)]),
        (conv(4, 3), [Conv(4, 3), Relu()]),
        (
            conv(8, 3, strides=[2, 2], padding="same", groups=2, use_bias=False),
            [Conv(8, 3, 2, "same", 1, 2, False), Relu()],
        ),
        (conv(8, 3, dilation_rate=[2, 2]), [Conv(8, 3, dilation=2), Relu()]),
        (layer("DepthwiseConv2D", "d", **DEPTHWISE), [Depthwise(5, 2, bias=False)]),
        (pool(3, strides=[2, 2], padding="same"), [MaxPool(3, 2, "same")]),
        (pool(3, strides=None), [MaxPool(3, 3)]),
        (layer("AveragePooling2D", "p", pool_size=[2, 2], strides=[2, 2]), [AveragePool(2)]),
        (layer("BatchNormalization", "n", **NORM, renorm=False), [BatchNorm()]),
        (layer("BatchNormalization", "n", **{**NORM, "axis": 3}), [BatchNorm()]),
        (layer("Activation", "a", activation="linear"), []),
        (layer("Activation", "a", activation="relu"), [Relu()]),
        (layer("Activation", "a", activation="tanh"), [Tanh()]),
        (layer("Activation", "a", activation="sigmoid"), [Sigmoid()]),
        (layer("Activation", "a", activation="leaky_relu"), [LeakyRelu(0.2)]),
        (layer("ReLU", "a", max_value=None, negative_slope=0.0, threshold=0.0), [Relu()]),
        (layer("LeakyReLU", "a", negative_slope=0.3), [LeakyRelu(0.3)]),
        (layer("Softmax", "a", axis=-1), [Softmax()]),
        (layer("Dropout", "d", rate=0.25, seed=3, noise_shape=None), [Dropout(0.25)]),
        (layer("Flatten", "f", data_format="channels_last"), [Flatten()]),
        (layer("GlobalMaxPooling2D", "g", keepdims=False), [GlobalMax()]),
        (layer("GlobalAveragePooling2D", "g"), [GlobalAverage()]),
        (dense(10), [Dense(10), Softmax()]),
        (dense(10, activation="linear", quantization_config=None), [Dense(10)]),
        (layer("ZeroPadding2D", "z", padding=[[1, 2], [3, 4]]), [Zeros(1, 2, 3, 4)]),
        (layer("ZeroPadding2D", "z", padding=[1, 2]), [Zeros(1, 1, 2, 2)]),
        (layer("ZeroPadding2D", "z", padding=1), [Zeros(1, 1, 1, 1)]),
        (layer("Permute", "p", dims=[1, 3, 2]), [Turn((1, 3, 2))]),
        (layer("Add", "a"), [Sum()]),
        (layer("Rescaling", "r", scale=1 / 255, offset=0), [Scale(1 / 255, 0.0)]),
        (layer("Reshape", "r", target_shape=[28, 28, 1]), [Shape((28, 28, 1))]),
    ],
)
def test_a_layer_is_read(written, made):
    assert read(written) == made


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_weights_of_32_bits_are_read_whatever_is_computed_with(name):
    for dtype in (name, {**FLOAT32, "config": {"name": name}}):
        assert read(dense(3, activation="linear", dtype=dtype)) == [Dense(3)]


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "int8_from_float32", None, 7, {}, []])
def test_other_weights_are_refused(dtype):
    assert "computes in" in refusal(dense(3, dtype=dtype))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (conv(kernel_size=[3, 5]), "kernel_size must be one number for rows and columns"),
        (conv(kernel_size=[3, 3, 3]), "kernel_size must be one number"),
        (conv(kernel_size=[3.0, 3.0]), "kernel_size must be one number"),
        (conv(kernel_size=None), "kernel_size must be one number"),
        (conv(filters=None), "filters must be a whole number, not None"),
        (conv(filters=2.0), "filters must be a whole number, not 2.0"),
        (conv(filters=0), "filters of convolution must be 1 to 99,999, not 0"),
        (conv(filters=6, groups=4), "must divide among its 4 groups"),
        (conv(padding=3), "padding must be 'valid' or 'same', not 3"),
        (conv(padding="causal"), "padding must be 'valid' or 'same', not 'causal'"),
        (conv(data_format="channels_first"), "data_format must be"),
        (conv(strides=[2, 2], dilation_rate=[2, 2]), "not both"),
        (conv(use_bias=None), "use_bias must be True or False"),
        (conv(activation="elu"), "activation must be 'linear' or 'relu' or"),
        (conv(activation={"module": "builtins"}), "not a description"),
        (conv(lora_rank=4), "its argument 'lora_rank' is not known"),
        (layer("DepthwiseConv2D", "d", **{**DEPTHWISE, "depth_multiplier": 2}), "multiplier"),
        (layer("BatchNormalization", "n", **{**NORM, "epsilon": 1e-5}), "epsilon must be 0.001"),
        (layer("BatchNormalization", "n", **{**NORM, "axis": 1}), "axis must be"),
        (layer("BatchNormalization", "n", **{**NORM, "scale": False}), "scale must be True"),
        (layer("BatchNormalization", "n", **NORM, renorm=True), "renorm must be False"),
        (layer("ReLU", "a", max_value=6.0), "max_value must be None, not 6.0"),
        (layer("LeakyReLU", "a", negative_slope=1.5), "slope of leaky ReLU must be"),
        (layer("Softmax", "a", axis=1), "axis must be -1"),
        (layer("Dropout", "d", rate=1.0), "rate of dropout must be"),
        (layer("Dropout", "d", rate=10**40), "rate of dropout must be"),
        (layer("GlobalMaxPooling2D", "g", keepdims=True), "keepdims must be False"),
        (layer("ZeroPadding2D", "z", padding=[1, 2, 3]), "padding must be a number of cells"),
        (layer("ZeroPadding2D", "z", padding=[-1, -1]), "padding must be a number of cells"),
        (layer("ZeroPadding2D", "z"), "padding must be whole numbers, not None"),
        (dense(10, activation=["relu"]), "not ['relu']"),
        (layer("Rescaling", "r", scale=[0.1, 0.2]), "scale must be a number, not [0.1, 0.2]"),
        (start((28, None, 1)), "its input must be rows, columns and channels"),
        (start((784,)), "its input must be rows, columns and channels"),
    ],
)
def test_what_cannot_be_said_is_refused(written, reason):
    said = refusal(written)
    assert reason in said and repr(written["config"]["name"]) in said


@pytest.mark.parametrize("kind", ["Lambda", "LSTM", "Conv2DTranspose", "Sequential", "x" * 1000])
def test_other_layers_are_named_with_what_is_read_instead(kind):
    said = refusal(layer(kind, "its name"))
    assert f"'its name' ({kind[:40]})" in said and "Conv2D, Dense" in said


def test_a_name_is_quoted_plain_and_short():
    assert quoted("<b>ä\n") == r"'<b>\xe4\n'"
    assert quoted("a" * 100) == repr("a" * 40)
    assert quoted(3) == quoted(None) == "without a name"


def test_classes_of_others_with_a_name_of_keras_are_refused():
    for change in ({"module": "mine"}, {"module": None}, {"registered_name": "mine>Conv2D"}):
        assert "is not of keras.layers" in refusal({**conv(), **change})
    assert read({**conv(), "registered_name": "Conv2D"}) == read(conv())


@pytest.mark.parametrize("written", [{}, {"class_name": 3}, {"class_name": "Dense", "config": 3}])
def test_what_is_no_layer_is_refused(written):
    assert "in a way that Keras does not" in refusal(written)


def test_keras_counts_the_layers_of_each_kind():
    counted = Counter()
    kinds = [conv(), dense(), conv(), layer("BatchNormalization", "n", **NORM), conv(), dense()]
    parts = [part for one in kinds for part in read_layer(one, counted)]
    assert [part.place for part in parts if part.place] == [
        *("conv2d", "dense", "conv2d_1", "batch_normalization", "conv2d_2", "dense_1")
    ]
    assert all(not part.place for part in parts if isinstance(part.made, (Relu, Softmax)))


def test_any_batch_size_is_read():
    assert picture_shape([None, 8, 8, 1]) == picture_shape([32, 8, 8, 1]) == (8, 8, 1)
    for shape in (None, [], [None], [None, 8], [None, 8, 8.0, 1], [None, 8, True, 1], [8] * 5):
        with pytest.raises(ValueError):
            picture_shape(shape)

"""Networks by name, as data: the input, then each layer, as `Architecture.to_text` writes them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A network that has a name.

    Attributes
    ----------
    title : str
        What a menu calls it.
    about : str
        What it is and where it comes from, in a sentence or two.
    text : str
        As `vizcore.nets.architectures.Architecture` writes it.
    """

    title: str
    about: str
    text: str


def _stack(*parts):
    return "-".join(parts)


def _five_convolutions(classes):
    """Return the five-convolution network of the slides for 28×28 grey pictures."""
    return _stack(
        "28x28x1",
        "conv_32_3-relu-max_2-dropout_0.2",
        "conv_64_3_psame-relu-max_2-dropout_0.25",
        "conv_128_3_psame-relu-max_2-dropout_0.3",
        "conv_256_3_psame-relu-dropout_0.4",
        "conv_512_3_psame-relu-dropout_0.5",
        "flatten-dense_256-relu-dropout_0.35",
        "dense_128-relu-dropout_0.25",
        f"dense_{classes}-softmax",
    )


def _plain(depth):
    """Return the plain network of He et al. for CIFAR-10, 6n + 2 layers deep."""
    n = (depth - 2) // 6
    layers = ["32x32x3", _normed(16)]
    for filters, first in ((16, ""), (32, "_s2"), (64, "_s2")):
        layers += [_normed(filters, first), *[_normed(filters)] * (2 * n - 1)]
    return _stack(*layers, "globalaverage-dense_10-softmax")


def _resnet(depth):
    """Return the residual network of He et al. for CIFAR-10, whose shortcuts cost nothing."""
    n = (depth - 2) // 6
    layers = ["32x32x3", _normed(16), *["residual_16"] * n]
    for filters in (32, 64):
        layers += [f"residual_{filters}_s2_cpad", *[f"residual_{filters}"] * (n - 1)]
    return _stack(*layers, "globalaverage-dense_10-softmax")


def _normed(filters, stride=""):
    return f"conv_{filters}_3{stride}_psame_b0-norm-relu"


def _vgg_stage(filters):
    return f"conv_{filters}_3_psame-relu-conv_{filters}_3_psame-relu-max_2"


PRESETS = {
    "simplest-cnn": Preset(
        "The simplest CNN",
        "One convolution, activation, pooling, dense: the least that deserves the name.",
        "28x28x1-conv_8_3-relu-max_2-flatten-dense_10-softmax",
    ),
    "nine-layers": Preset(
        "Nine layers",
        "Convolution, ReLU and pooling twice, then flatten, dense, ReLU. The slide gives the order "
        "of the layers; their sizes are ours.",
        _stack(
            "32x32x3-conv_12_3_psame-relu-max_2",
            "conv_24_3_psame-relu-max_2-flatten-dense_10-relu",
        ),
    ),
    "volumes": Preset(
        "Volumes",
        "The volumes of a sample network: 32×32×3 to five classes.",
        "32x32x3-conv_8_3_psame-relu-max_2-flatten-dense_5",
    ),
    "mnist-mlp": Preset(
        "MNIST, no convolution",
        "A multilayer perceptron: every pixel goes into every one of 128 neurons.",
        "28x28x1-flatten-dense_128-relu-dropout_0.2-dense_10-softmax",
    ),
    "mnist-five-conv": Preset(
        "MNIST, five convolutions",
        "The network that the slides train on handwritten digits.",
        _five_convolutions(10),
    ),
    "cifar-six-conv": Preset(
        "CIFAR-10, six convolutions",
        "The network that the slides train on small colour photographs.",
        _stack(
            "32x32x3",
            "conv_64_3-relu-conv_64_3-relu-max_2-dropout_0.25",
            "conv_128_3_psame-relu-conv_128_3_psame-relu-max_2-dropout_0.25",
            "conv_256_3_psame-relu-conv_256_3_psame-relu-max_2-dropout_0.35",
            "flatten-dense_256-relu-dropout_0.35-dense_128-relu-dropout_0.25-dense_10-softmax",
        ),
    ),
    "slides-64": Preset(
        "64×64 photographs, two classes",
        "Two convolutions for 64×64 colour photographs, and one sigmoid that says yes or no.",
        "64x64x3-conv_32_3-relu-max_2-conv_32_3-relu-max_2-flatten-dense_128-relu-dense_1-sigmoid",
    ),
    "organs": Preset(
        "Organs, five classes",
        "The five-convolution network for grey 28×28 pictures of organs: liver, heart, kidney, "
        "spleen, others. Only the last layer has changed.",
        _five_convolutions(5),
    ),
    "alexnet": Preset(
        "AlexNet, 2012",
        "Krizhevsky, Sutskever and Hinton's network for ImageNet, on 227×227×3, with the two "
        "groups that its second, fourth and fifth convolution had on two graphics cards. Its local "
        "response normalisation, without parameters, is left out.",
        _stack(
            "227x227x3",
            "conv_96_11_s4-relu-max_3_s2",
            "conv_256_5_p2_g2-relu-max_3_s2",
            "conv_384_3_p1-relu",
            "conv_384_3_p1_g2-relu",
            "conv_256_3_p1_g2-relu-max_3_s2",
            "flatten-dense_4096-relu-dropout_0.5-dense_4096-relu-dropout_0.5",
            "dense_1000-softmax",
        ),
    ),
    "small-vgg": Preset(
        "Small VGG",
        "Pairs of 3×3 convolutions that keep the size, then pooling, three times over: the plan of "
        "Simonyan and Zisserman's VGG, in small.",
        _stack(
            "32x32x3",
            *map(_vgg_stage, (32, 64, 128)),
            "flatten-dense_128-relu-dropout_0.5-dense_10-softmax",
        ),
    ),
    "tiny": Preset(
        "Tiny VGG",
        "Ten filters a layer: CNN Explainer draws this network at 64×64×3; here it takes 32×32×3.",
        "32x32x3-conv_10_3-relu-conv_10_3-relu-max_2"
        "-conv_10_3-relu-conv_10_3-relu-max_2-flatten-dense_10-softmax",
    ),
    "residual": Preset(
        "A small residual network",
        "Three residual blocks; the last two halve the map and double the channels, so that their "
        "shortcuts need a 1×1 convolution.",
        _stack(
            "32x32x3",
            _normed(16),
            "residual_16-residual_32_s2-residual_64_s2",
            "globalaverage-dense_10-softmax",
        ),
    ),
    "fast": Preset(
        "Fast, ours",
        "Ours, for the best accuracy a second on small grey pictures: the maps shrink early, where "
        "they cost most, and batch normalisation comes behind pooling, where it costs least.",
        _stack(
            "28x28x1",
            "conv_24_3-max_2-relu",
            "conv_64_3_b0-max_2-norm-relu",
            "conv_128_3_psame_b0-norm-relu",
            "flatten-dense_10-softmax",
        ),
    ),
    "residual-block": Preset(
        "One residual block",
        "Two convolutions with a shortcut around them.",
        "32x32x16-residual_16",
    ),
    "plain-pair": Preset(
        "The same two convolutions without a shortcut",
        "What a residual block is without its shortcut.",
        _stack("32x32x16", _normed(16), _normed(16)),
    ),
    "plain-20": Preset(
        "Plain, 20 layers",
        "He et al.'s plain network for CIFAR-10 with n = 3: 19 convolutions and a dense layer.",
        _plain(20),
    ),
    "plain-56": Preset(
        "Plain, 56 layers",
        "He et al.'s plain network for CIFAR-10 with n = 9: 55 convolutions and a dense layer.",
        _plain(56),
    ),
    "resnet-20": Preset(
        "With shortcuts, 20 layers",
        "He et al.'s residual network for CIFAR-10 with n = 3: the plain one with nine shortcuts "
        "that cost no parameters.",
        _resnet(20),
    ),
    "resnet-56": Preset(
        "With shortcuts, 56 layers",
        "He et al.'s residual network for CIFAR-10 with n = 9: the plain one with 27 shortcuts "
        "that cost no parameters.",
        _resnet(56),
    ),
    "shrinking-fast": Preset(
        "Maps that shrink too fast",
        "Large kernels, strides and pooling leave one cell after four layers.",
        "32x32x3-conv_16_5_s2-max_2-conv_16_5-max_2-flatten-dense_10",
    ),
    "shrinking-slowly": Preset(
        "Maps that shrink slowly",
        "Small kernels with padding: only pooling makes the maps smaller.",
        "32x32x3-conv_16_3_psame-max_2-conv_16_3_psame-max_2-flatten-dense_10",
    ),
}
"""Slug → `Preset`."""

import pytest

from vizcore.figures.layer_words import described
from vizcore.nets.layers import layer_from_text


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("conv_1_3", "1 filter 3×3"),
        ("conv_96_11_s4", "96 filters 11×11, stride 4"),
        ("conv_256_5_p2_g2", "256 filters 5×5, padding 2, 2 groups"),
        ("conv_16_3_psame_b0", "16 filters 3×3, padding same, no bias"),
        ("conv_16_3_d2", "16 filters 3×3, dilation 2"),
        ("depthwise_3_s2", "3×3, stride 2"),
        ("max_3_s2", "max 3×3, stride 2"),
        ("average_2_psame", "average 2×2, stride 2, padding same"),
        ("globalaverage", "average of each channel"),
        ("globalmax", "max of each channel"),
        ("norm", "batch normalisation"),
        ("relu", ""),
        ("leaky_a0.2", "slope 0.2"),
        ("dropout_0.25", "25%"),
        ("residual_32_s2", "32 filters 3×3, stride 2"),
        ("residual_32_s2_n0_cpad", "32 filters 3×3, stride 2, "
         "no batch normalisation, shortcut padded with zeros"),
        ("dense_4096", "4,096 units"),
        ("dense_1_b0", "1 unit, no bias"),
    ],
)  # fmt: skip
def test_a_layer_is_described_in_a_phrase(text, phrase):
    assert described(layer_from_text(text)) == phrase

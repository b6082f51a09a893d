import numpy as np

from vizcore.ui.overlay import OPACITY, Panel, contents

LEVELS = np.uint8([[[10], [20]]])
SALIENCY = Panel("Saliency", np.float64([[0, 3]]), "Slope")
OCCLUSION = Panel("Occlusion", np.float64([[-0.5, 0.25]]), "Falls by")


def test_a_picture_and_its_maps_travel_as_they_are():
    header, levels, first, second = contents(LEVELS, [SALIENCY, OCCLUSION], "Looks")
    assert levels == bytes([10, 20])
    assert np.frombuffer(first, "<f4").tolist() == [0, 3]
    assert np.frombuffer(second, "<f4").tolist() == [-0.5, 0.25]
    assert (header["shape"], header["opacity"], header["label"]) == ((1, 2, 1), OPACITY, "Looks")
    assert header["panels"] == [
        {"title": "Saliency", "unit": "Slope", "limit": 3.0},
        {"title": "Occlusion", "unit": "Falls by", "limit": 0.5},
    ]


def test_another_map_is_another_stamp():
    one, other = (contents(LEVELS, [panel], "Looks")[0]["stamp"] for panel in (SALIENCY, OCCLUSION))
    assert one != other

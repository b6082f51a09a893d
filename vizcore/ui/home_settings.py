"""What a visitor sets on the home page."""

from dataclasses import dataclass

SLIDE_FILTERS = [
    "edge_laplacian8",
    "edge_laplacian4",
    "edge_diagonal",
    "sharpen",
    "box_blur",
    "gaussian_blur",
    "identity",
]


@dataclass(frozen=True)
class HomeSettings:
    """What can be set on the home page: the filter."""

    filter: str = SLIDE_FILTERS[0]

    def __post_init__(self):
        if self.filter not in SLIDE_FILTERS:
            raise ValueError("there is no such filter on this page.")

"""What a visitor sets on the page *Classify*, as one object and in a link."""

from dataclasses import dataclass

from vizcore.imaging.seeing import Steps
from vizcore.ui.network_settings import NetworkSettings, named

CAMERA = "camera"
"""The picture that is the visitor's own shot."""


@dataclass(frozen=True)
class ClassifySettings:
    """The page's settings.

    Attributes
    ----------
    model : str
        As in `NetworkSettings`; or `OWN_MODEL`, the visitor's own file.
    picture : str
        As in `NetworkSettings`; or `CAMERA`. A drawing and a sample travel in a link, an upload
        and a shot do not.
    steps : Steps
        What is done to the picture before the network sees it.
    normalise : bool
        Whether its levels are brought to the scale that the network learned from.
    """

    model: str = "digits"
    picture: str = "sample-0"
    steps: Steps = Steps()
    normalise: bool = True

    def __post_init__(self):
        NetworkSettings(self.model)
        if self.picture != CAMERA:
            NetworkSettings(picture=self.picture)
        if self.picture != named(self.picture):
            raise ValueError("here the steps of a picture are a setting of their own.")

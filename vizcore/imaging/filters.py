"""Every filter that can be chosen by name, with the parameters it can be given.

A filter is what a menu offers: one fixed kernel, a kernel made from parameters, or the two kernels
of a gradient magnitude.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vizcore.imaging.kernels import (
    KERNELS,
    box_kernel,
    gaussian_kernel,
    log_kernel,
    motion_kernel,
)


@dataclass(frozen=True)
class Parameter:
    """A number that a filter takes.

    Attributes
    ----------
    name, unit, about : str
        What the control says.
    low, high, step, default : int or float
        Whole numbers where the default is whole.
    """

    name: str
    low: float
    high: float
    step: float
    default: float
    unit: str = ""
    about: str = ""


@dataclass(frozen=True)
class Filter:
    """A filter of the menu.

    Attributes
    ----------
    title, family, about : str
    make : callable
        Parameter values to a tuple of one kernel, or of two for a gradient magnitude.
    parameters : tuple of Parameter
    """

    title: str
    family: str
    about: str
    make: Callable
    parameters: tuple = ()

    def kernels(self, values=()):
        """Make the kernels for these parameter values.

        Parameters
        ----------
        values : sequence of float
            One for each parameter, or none for the defaults.

        Returns
        -------
        tuple of ndarray

        Raises
        ------
        ValueError
            When a value is outside its parameter's range, or no whole number where it must be.
        """
        values = tuple(values) or tuple(one.default for one in self.parameters)
        if len(values) != len(self.parameters):
            raise ValueError(
                f"“{self.title}” takes {len(self.parameters)} numbers, not {len(values)}."
            )
        for one, value in zip(self.parameters, values, strict=True):
            if not one.low <= value <= one.high:
                raise ValueError(
                    f"{one.name} of “{self.title}” must lie between {one.low} and {one.high}, "
                    f"not at {value}."
                )
            if isinstance(one.default, int) and value % 1:
                raise ValueError(
                    f"{one.name} of “{self.title}” must be a whole number, not {value}."
                )
        return self.make(*values)


def unsharp_kernel(size, sigma, amount):
    """Unsharp masking as one kernel: (1 + amount) · identity − amount · Gaussian.

    Examples
    --------
    >>> float(unsharp_kernel(3, 1.0, 0.5).sum().round(12))
    1.0
    """
    kernel = -amount * gaussian_kernel(size, sigma)
    kernel[size // 2, size // 2] += 1 + amount
    return kernel


def _fixed(key):
    kernel = KERNELS[key]
    return Filter(kernel.title, kernel.family, kernel.about, lambda: (kernel.weights,))


def _magnitude(title, operator):
    pair = (KERNELS[f"{operator}_x"].weights, KERNELS[f"{operator}_y"].weights)
    about = (
        f"The strength of the edge at each pixel, whichever way it runs: the length √(a² + b²) of "
        f"the two {title} responses. Bright where the picture changes fast, black where it is even."
    )
    return Filter(f"{title} magnitude", "Gradients", about, lambda: pair)


_SIZE = Parameter("Size", 3, 15, 2, 5, "pixels", "Rows and columns of the kernel")
_SIGMA = Parameter("Sigma", 0.3, 5.0, 0.1, 1.0, "pixels", "Width of the bell curve")

FILTERS = {
    **{key: _fixed(key) for key in KERNELS},
    "sobel": _magnitude("Sobel", "sobel"),
    "prewitt": _magnitude("Prewitt", "prewitt"),
    "scharr": _magnitude("Scharr", "scharr"),
    "box": Filter(
        "Box blur, any size",
        "Blur",
        "Every output pixel is the plain average of the pixels under the kernel. "
        "The larger the box, the softer the picture.",
        lambda rows, columns: (box_kernel(int(rows), int(columns)),),
        (
            Parameter("Rows", 1, 15, 1, 5, "pixels", "Height of the box"),
            Parameter("Columns", 1, 15, 1, 5, "pixels", "Width of the box"),
        ),
    ),
    "gaussian": Filter(
        "Gaussian blur, any size",
        "Blur",
        "An average in which near pixels count more than far ones, by a bell curve. "
        "It softens without the box's hard corners.",
        lambda size, sigma: (gaussian_kernel(int(size), sigma),),
        (_SIZE, _SIGMA),
    ),
    "motion": Filter(
        "Motion blur, any length",
        "Blur",
        "Averages along a line, as if the camera had moved during the exposure. "
        "Edges across the motion smear, edges along it stay.",
        lambda size, angle: (motion_kernel(int(size), angle),),
        (
            Parameter("Length", 3, 15, 2, 9, "pixels", "Length of the line"),
            Parameter("Angle", 0, 175, 5, 0, "degrees", "0 is level; it turns anticlockwise"),
        ),
    ),
    "log": Filter(
        "Laplacian of Gaussian, any size",
        "Edges",
        "Blurs first, then looks for places that differ from their surroundings, in one kernel. "
        "The wider the bell curve, the coarser the edges and blobs it finds.",
        lambda size, sigma: (log_kernel(int(size), sigma),),
        (Parameter("Size", 3, 15, 2, 9, "pixels", _SIZE.about), _SIGMA),
    ),
    "unsharp": Filter(
        "Unsharp mask",
        "Sharpen",
        "Adds back what a blur takes away: picture + amount · (picture − blurred picture). "
        "Edges gain contrast, and beyond them a bright and a dark rim appear.",
        lambda size, sigma, amount: (unsharp_kernel(int(size), sigma, amount),),
        (_SIZE, _SIGMA, Parameter("Amount", 0.1, 5.0, 0.1, 1.0, "×", "How much is added back")),
    ),
}
"""Key → `Filter`: all of `KERNELS`, the gradient magnitudes, and the adjustable ones."""

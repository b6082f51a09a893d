"""Photographs: uploads, kernels by name, filtering, and how a response is shown."""

from vizcore.imaging.decode import MAX_BYTES, MAX_PIXELS, ImageError, decode_image
from vizcore.imaging.display import MAPPINGS, clipped_fraction, to_display
from vizcore.imaging.encode import fit_within, to_jpeg, to_png
from vizcore.imaging.filtering import (
    GRADIENT_OPERATORS,
    filter_image,
    gradient_magnitude,
    to_gray,
    unsharp_mask,
)
from vizcore.imaging.kernels import (
    KERNELS,
    Kernel,
    as_kernel,
    box_kernel,
    gaussian_kernel,
    is_separable,
    kernel_facts,
    log_kernel,
    motion_kernel,
    separate,
)
from vizcore.imaging.samples import SAMPLES, Sample

__all__ = [
    "GRADIENT_OPERATORS",
    "KERNELS",
    "MAPPINGS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "SAMPLES",
    "ImageError",
    "Kernel",
    "Sample",
    "as_kernel",
    "box_kernel",
    "clipped_fraction",
    "decode_image",
    "filter_image",
    "fit_within",
    "gaussian_kernel",
    "gradient_magnitude",
    "is_separable",
    "kernel_facts",
    "log_kernel",
    "motion_kernel",
    "separate",
    "to_display",
    "to_gray",
    "to_jpeg",
    "to_png",
    "unsharp_mask",
]

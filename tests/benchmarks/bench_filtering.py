"""Time `filter_image` beside OpenCV, SciPy and Pillow, all in one run.

    python tests/benchmarks/bench_filtering.py

Each line is one picture and kernel: medians of interleaved repetitions, and how many times as long
as a bare ``cv2.filter2D`` each took. Pillow takes kernels of at most 5×5, and bytes.
"""

import sys
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parents[2]))
from vizcore.imaging import MAPPINGS, filter_image, to_display  # noqa: E402

SHAPES = {"1 MP": (1000, 1000, 3), "12 MP": (3000, 4000, 3)}
SECONDS = 6  # for each line and contestant, at most; a slow one gets fewer repetitions


def medians(contestants, repetitions=15):
    times = {name: [] for name in contestants}
    for _ in range(repetitions):
        for name, run in contestants.items():
            if sum(times[name]) < SECONDS:
                start = time.perf_counter()
                run()
                times[name].append(time.perf_counter() - start)
    return {name: float(np.median(taken)) for name, taken in times.items()}


def contestants(image, weights):
    runs = {
        "cv2.filter2D": lambda: cv2.filter2D(image, cv2.CV_32F, weights),
        "filter_image": lambda: filter_image(image, weights),
        "SciPy": lambda: ndimage.correlate(
            image, weights[..., np.newaxis], output=np.float32, mode="constant"
        ),
    }
    if image.dtype == np.uint8 and weights.shape[0] <= 5:
        picture = Image.fromarray(image)
        kernel = ImageFilter.Kernel(weights.shape, weights.ravel().tolist(), 1)
        runs["Pillow"] = lambda: picture.filter(kernel)
    return runs


def main():
    rng = np.random.default_rng(0)
    for label, shape in SHAPES.items():
        photo = rng.integers(0, 256, shape).astype(np.uint8)
        for dtype in (np.uint8, np.float32):
            for side in (3, 7):
                weights = rng.normal(size=(side, side))
                taken = medians(contestants(photo.astype(dtype), weights / np.abs(weights).sum()))
                bare = taken["cv2.filter2D"]
                cells = (f"{n} {t * 1e3:.1f} ms ({t / bare:.2f}×)" for n, t in taken.items())
                print(
                    f"{label} {np.dtype(dtype).name} {side}×{side}:", ", ".join(cells), flush=True
                )
        response = filter_image(photo, [[0, 1, 0], [1, -4, 1], [0, 1, 0]])
        shown = medians({m: partial(to_display, response, m) for m in MAPPINGS}, 5)
        print(f"{label} to_display:", ", ".join(f"{m} {t * 1e3:.1f} ms" for m, t in shown.items()))


if __name__ == "__main__":
    main()

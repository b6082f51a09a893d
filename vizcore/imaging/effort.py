"""What decoding a picture will cost, told from its header: for who has many to decode."""

from vizcore.imaging.containers import Container, reader_of

_DEEP, _SEEN_THROUGH = 16, (4, 6)
_SCANS_A_PASS = 8
_RUN_LENGTHS = (b"\1", b"\2")


def decoding_effort(data: bytes) -> int:
    """Return how many pixels `decode_image` would fill, those that take longer counted oftener.

    A pixel of three bytes counts once. One with transparency counts 3 times and one of 16 bits a
    channel 8 times, as they are laid on white in wide numbers; one of a WebP 5 times; one of a
    JPEG as often as its scans draw the picture anew; and one of a BMP in run lengths 12 times, as
    does a byte of it. What is no picture, or a broken one, costs nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from vizcore.imaging.encode import to_png
    >>> decoding_effort(to_png(np.zeros((20, 30), np.uint8))), decoding_effort(b"no picture")
    (600, 0)
    """
    found = reader_of(data)
    try:
        container = found[1](data) if found else None
    except Exception:  # a broken file may fail at any of its fields
        container = None
    if container is None:
        return 0
    pixels = container.width * container.height
    return 12 * max(pixels, len(data)) if _in_runs(container) else pixels * _weight(container)


def _in_runs(container: Container) -> bool:
    return container.format == "BMP" and container.data[30:31] in _RUN_LENGTHS


def _weight(container: Container) -> int:
    if container.format == "JPEG":
        return 1 + container.data.count(b"\xff\xda") // _SCANS_A_PASS
    if container.format == "WebP":
        return 5
    if container.depth == _DEEP:
        return 8
    return 3 if container.colour in _SEEN_THROUGH or container.transparent else 1

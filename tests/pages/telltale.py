"""A photo whose file tells where, when and by whom it was taken, in every place for such things."""

import io

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

SECRET = b"Behind the old mill"
"""Written in each of those places."""

_MAKE, _DATE, _GPS, _GPS_AREA = 0x010F, 0x0132, 0x8825, 0x1C


def telltale(file_format, shape=(20, 31, 3)):
    """Return the bytes of a JPEG, PNG or WebP of noise."""
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    exif = Image.Exif()
    exif[_MAKE], exif[_DATE] = SECRET.decode(), SECRET.decode()
    exif.get_ifd(_GPS).update({1: "N", 2: (52.0, 3.0, 7.5), _GPS_AREA: SECRET})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    beside = {"exif": exif, "xmp": b"<x:xmpmeta>" + SECRET, "icc_profile": profile}
    if file_format == "JPEG":
        beside["comment"] = SECRET
    if file_format == "PNG":
        beside["pnginfo"] = PngInfo()
        beside["pnginfo"].add_text("Comment", SECRET.decode())
        beside["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET.decode())
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format, **beside)
    return file.getvalue()


def png_chunks(data):
    """Return the kinds of a PNG's chunks."""
    at, kinds = 8, set()
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        kinds.add(data[at + 4 : at + 8])
        at += 12 + length
    return kinds

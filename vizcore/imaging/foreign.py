"""Files that are not one of the five formats: what they are, and what their owner can do."""

# First bytes, what they mean, what to do. Sources: the formats' specifications and the
# "magic" database of file(1).
_SIGNATURES = (
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIU\0", b"IIRO"), "a TIFF or camera raw picture"),
    ((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), "a JPEG 2000 picture"),
    ((b"\0\0\0\x0cJXL ", b"\xff\x0a"), "a JPEG XL picture"),
    ((b"8BPS",), "a Photoshop document"),
    ((b"gimp xcf",), "a GIMP document"),
    ((b"\0\0\1\0", b"\0\0\2\0"), "an icon or a cursor"),
    ((b"DDS ", b"BLP1", b"BLP2"), "a game texture"),
    ((b"%!PS", b"\xc5\xd0\xd3\xc6"), "a PostScript drawing"),
    ((b"qoif",), "a QOI picture"),
    ((b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7"), "a Netpbm picture"),
)
_NOT_PICTURES = (
    ((b"\x1a\x45\xdf\xa3", b"FLV", b"\0\0\1\xba", b"\0\0\1\xb3"), "a video"),
    ((b"ID3", b"OggS", b"fLaC"), "a sound file"),
    ((b"PK\3\4", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"), "an archive or an office document"),
)
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif"}
_EXPORT = "open it in an image viewer and export it as PNG or JPEG, then choose that file."
_CHOOSE = "choose a PNG, JPEG, WebP, GIF or BMP picture instead."


def describe_foreign(data: bytes) -> str:
    r"""Say in one sentence what a file of another kind is and how to get a picture from it.

    >>> describe_foreign(b"MM\0*")  # doctest: +ELLIPSIS
    'This is a TIFF or camera raw picture, which cannot be read here: open it in an image viewer...
    >>> describe_foreign(b"hello")
    'This file is not a picture we can read: choose a PNG, JPEG, WebP, GIF or BMP picture instead.'
    """
    if data[4:8] == b"ftyp":
        return _describe_ftyp(data)
    if b"PNG" in data[:8] or b"IHDR" in data[:20]:
        return "This PNG file was damaged on its way: download or export it again."
    if data.startswith(b"%PDF"):
        return f"This is a PDF document, not a picture: export the page as PNG, or {_CHOOSE}"
    text = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return f"This is a web page, not a picture: save the picture itself, or {_CHOOSE}"
    if b"<svg" in text and text.startswith(b"<"):
        return f"This is an SVG drawing, which cannot be read here: {_EXPORT}"
    if data.startswith(b"RIFF"):
        return f"This is a video or a sound file, not a picture: {_CHOOSE}"
    for starts, name in _SIGNATURES:
        if data.startswith(starts):
            return f"This is {name}, which cannot be read here: {_EXPORT}"
    for starts, name in _NOT_PICTURES:
        if data.startswith(starts):
            return f"This is {name}, not a picture: {_CHOOSE}"
    return f"This file is not a picture we can read: {_CHOOSE}"


def _describe_ftyp(data: bytes) -> str:
    """Tell HEIC, AVIF and video apart by their brands (ISO/IEC 14496-12, section 4.3)."""
    brands = {data[at : at + 4] for at in range(8, min(int.from_bytes(data[:4]), 256), 4)}
    brands.add(data[8:12])
    if brands & {b"avif", b"avis"}:
        return f"This is an AVIF picture, which cannot be read here: {_EXPORT}"
    if brands & _HEIC_BRANDS:
        return (
            "This is a HEIC picture, which cannot be read here: share or export it as JPEG, or on"
            " an iPhone choose Settings → Camera → Formats → Most Compatible and take it again."
        )
    return f"This is a video, not a picture: take a screenshot of one frame, or {_CHOOSE}"

"""Numbers as people type and read them: 3, −0.5, 1/9."""

import math
import re

LARGEST = 1e6
"""Beyond this a kernel cell is a slip of the finger, and float32 pictures lose their digits."""

# Each digit can be matched in one way only, so that a long text is refused at once.
_PLAIN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_NUMBER = re.compile(rf"({_PLAIN})(?:/({_PLAIN}))?")


def parse_number(text):
    """The value of an integer, a decimal or a fraction as typed.

    Parameters
    ----------
    text : str
        ``3``, ``-0.5``, ``−2`` (true minus), ``0,25`` (decimal comma) or ``1/9``.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When the text is no such number, divides by zero, or exceeds ``LARGEST``.

    Examples
    --------
    >>> parse_number(" 1/4 "), parse_number("−2"), parse_number("0,5")
    (0.25, -2.0, 0.5)
    """
    match = _NUMBER.fullmatch(normal_text(text))
    if match is None:
        raise ValueError(f"{quoted(text)} is not a number. Type something like 3, −0.5 or 1/9.")
    above, below = float(match[1]), float(match[2] or 1)
    if below == 0:
        raise ValueError(f"{quoted(text)} divides by zero. Type something like 3, −0.5 or 1/9.")
    if not abs(above / below) <= LARGEST:
        raise ValueError(f"{quoted(text)} is too large: numbers up to ±1,000,000 fit here.")
    return above / below


def normal_text(text):
    """The typed text in the one spelling that links and settings keep.

    Examples
    --------
    >>> normal_text(" −1 / 9"), normal_text("0,5")
    ('-1/9', '0.5')
    """
    return re.sub(r"\s+", "", text).replace("−", "-").replace(",", ".")


def quoted(text):
    """Text from outside as a message repeats it: short, and as code, lest it act as Markdown.

    Examples
    --------
    >>> quoted("1e3"), quoted("`[here] (https://example.org)")
    ('`1e3`', '`[here] (https://example.org)`')
    """
    plain = " ".join(text.replace("`", "").split())
    return f"`{plain[:40]}…`" if len(plain) > 40 else f"`{plain or ' '}`"


def short_text(value):
    """A weight as an editor shows it: whole numbers whole, others with six digits.

    Examples
    --------
    >>> short_text(-1.0), short_text(1 / 9), short_text(-0.0)
    ('-1', '0.111111', '0')
    """
    text = f"{value:.6g}"
    if "e" in text:
        text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def readable(value, digits=2):
    """A number as a sentence shows it: true minus sign, at most ``digits`` decimals.

    Examples
    --------
    >>> readable(-34.0), readable(0.125), readable(12345.6)
    ('−34', '0.12', '12,345.6')
    """
    if not math.isfinite(value):
        return str(value)
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")

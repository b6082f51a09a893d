"""How much visitors may upload: the environment."""

import logging
import os
from dataclasses import dataclass, field, fields
from functools import cache

from vizcore.imaging.decode import MAX_BYTES

MB = 2**20


def _variable(name, default):
    return field(default=default, metadata={"variable": f"VIZCORE_{name}"})


@dataclass(frozen=True)
class UploadLimits:
    """What an operator can set, each by one variable of the environment, in MB of 2²⁰ bytes.

    A picture is besides held to what `vizcore.imaging.decode_image` reads, 10 MB and 24
    megapixels, and any file to Streamlit's ``server.maxUploadSize``.

    Attributes
    ----------
    file : int
        ``VIZCORE_UPLOAD_FILE``: MB of one file.
    visitor : int
        ``VIZCORE_UPLOAD_VISITOR``: MB of one visitor: the files, and what is kept of them beside.
    server : int
        ``VIZCORE_UPLOAD_SERVER``: MB of all visitors together.
    files : int
        ``VIZCORE_UPLOAD_FILES``: files of one visitor.

    Examples
    --------
    >>> UploadLimits.from_environment({"VIZCORE_UPLOAD_VISITOR": "100"}).visitor
    100
    """

    file: int = _variable("UPLOAD_FILE", MAX_BYTES // MB)
    visitor: int = _variable("UPLOAD_VISITOR", 60)
    server: int = _variable("UPLOAD_SERVER", 512)
    files: int = _variable("UPLOAD_FILES", 200)

    @classmethod
    def from_environment(cls, environ=os.environ):
        """Read the variables that are set.

        Raises
        ------
        ValueError
            Naming the variable that is not a whole number from 1.
        """
        values = {}
        for each in fields(cls):
            variable = each.metadata["variable"]
            if text := environ.get(variable):
                if not text.isascii() or not text.isdigit() or int(text) < 1:
                    raise ValueError(f"{variable} must be a whole number from 1. Received: {text}")
                values[each.name] = int(text)
        return cls(**values)


@cache
def upload_limits():
    """Return the limits of this server; where the environment is wrong, the log says so."""
    try:
        return UploadLimits.from_environment()
    except ValueError as error:
        logging.getLogger(__name__).error("%s The defaults count.", error)
        return UploadLimits()

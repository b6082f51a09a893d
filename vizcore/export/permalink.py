"""Settings as an address and as a file: a link that reproduces the screen.

A page's settings are one frozen dataclass. A field that stands at its default is left out, so
that links stay short. The fields are text, whole numbers, numbers, switches, or classes of their
own with ``to_text`` and ``from_text``.

Where the other settings follow from some of them, a settings class has a classmethod ``usual``: it
takes the fields that are given, by name, and returns the settings that name no other.
"""

import dataclasses
import json
from urllib.parse import urlencode

LONGEST_LINK = 2000
"""Characters that every browser, chat and mail program passes on."""


class LinkError(ValueError):
    """A link or settings file that cannot be followed; the text is for the visitor."""


def to_query(settings, *, complete=False):
    """The settings as query parameters, defaults left out.

    Parameters
    ----------
    settings : dataclass instance
    complete : bool
        Keep the defaults: for a link between pages, where nothing named would leave the other page
        as the visitor had it.

    Returns
    -------
    dict of str to str
    """
    given = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    usual = _usual(type(settings), given)
    return {
        name: _to_text(value)
        for name, value in given.items()
        if complete or value != getattr(usual, name)
    }


def from_query(kind, query):
    """The settings that query parameters name.

    Parameters
    ----------
    kind : type
        The settings dataclass; its ``__post_init__`` refuses impossible values with a
        ``ValueError`` whose text names them.
    query : mapping of str to str
        Parameters that are no field of ``kind`` are passed over, as other programs add their own.

    Returns
    -------
    kind

    Raises
    ------
    LinkError
        When a value cannot be read or is impossible.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}
    try:
        given = {k: _from_text(fields[k], v) for k, v in query.items() if k in fields}
        return dataclasses.replace(_usual(kind, given), **given)
    except LinkError:
        raise
    except ValueError as error:
        raise LinkError(f"This link cannot be followed: {error}") from None


def link_length(base, settings):
    """Characters of the link to these settings, its base address included."""
    query = urlencode(to_query(settings))
    return len(base) + 1 + len(query)


def to_file(page, settings):
    """The settings as a small JSON file that ``from_file`` reads back.

    Parameters
    ----------
    page : str
        The page they belong to.
    settings : dataclass instance

    Returns
    -------
    bytes
    """
    document = {"page": page, "settings": to_query(settings)}
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


def from_file(page, kind, data):
    """The settings in a file that ``to_file`` wrote.

    Raises
    ------
    LinkError
        When the file is not one of ours, or belongs to another page.
    """
    try:
        document = json.loads(data)
        query = document["settings"]
        owner = document["page"]
        "".join((owner, *query, *query.values())).encode()  # Fails unless all are whole texts.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LinkError(
            "This is not a settings file. Choose a .json file that “Save settings” made here."
        ) from None
    if owner != page:
        raise LinkError("These settings belong to another page. Open them there.")
    return from_query(kind, query)


def _usual(kind, given):
    return kind.usual(given) if hasattr(kind, "usual") else kind()


def _default(field):
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory()


def _to_text(value):
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.to_text() if hasattr(value, "to_text") else str(value)


def _from_text(field, text):
    default = _default(field)
    if isinstance(default, bool):
        if text not in ("0", "1"):
            raise LinkError(f"This link cannot be followed: {field.name} must be 0 or 1.")
        return text == "1"
    if hasattr(default, "from_text"):
        return type(default).from_text(text)
    try:
        return type(default)(text)
    except ValueError:
        raise LinkError(f"This link cannot be followed: {field.name} must be a number.") from None

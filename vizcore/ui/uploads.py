"""What a page takes of the files that its visitor hands in, and what it says of the others."""

import streamlit as st

from vizcore.ui.upload_limits import MB, upload_limits
from vizcore.ui.upload_store import REFUSED, visitors_store

PROMISE = """\
- They are sent to this server, which keeps them in its memory and shows them to nobody else.
- Within five minutes after you have closed the page they are gone.
- What you download here is made of pixels alone: the place, the time and the camera that a photo’s
  file may name are not in it.
- Only a dataset that you make of pictures, and a run that learns from it, are written to a disk,
  until you delete them or their time is over. Who has the link of such a run sees the pictures
  that it shows."""
"""What happens with a visitor's pictures, true in every word; tests hold it to that."""


class UploadError(ValueError):
    """A file that is not taken; the text tells its visitor why and what to do."""


def admit(files):
    """Take the files that an uploader or a camera holds, as far as the limits allow.

    Every page that takes files asks here; `vizcore.ui.upload_store` has held the limits already
    where the files arrived.

    Parameters
    ----------
    files : UploadedFile, list of UploadedFile, or None

    Returns
    -------
    taken : list of (str, bytes)
        Each file's name and content.
    refused : list of str
        For each of the others a sentence; with the file's name in it, so to be shown by
        `vizcore.ui.plain.plain`.
    """
    if files is None:
        return [], []
    taken, refused = [], []
    for file in files if isinstance(files, list) else [files]:
        if reason := _reason_against(file):
            refused.append(_sentence(reason, f"“{file.name}”"))
        else:
            taken.append((file.name, file.getvalue()))
    return taken, refused


def hold(what, size):
    """Count what a page keeps of uploads beside the files themselves, such as decoded pictures.

    Parameters
    ----------
    what : str
        A name for it; of the same name, the last size counts.
    size : int
        Its bytes; 0 once it is let go.

    Raises
    ------
    UploadError
        Where it is more than the visitor or the server may keep: then the last size counts on.
    """
    store, visitor = visitors_store()
    if store and (reason := store.hold(visitor, what, size)):
        raise UploadError(_sentence(reason, "This"))


def count(what, size):
    """Count what is kept in any case, as there is only one of it, and small; as `hold` does."""
    store, visitor = visitors_store()
    if store:
        store.count(visitor, what, size)


def promise():
    """Offer to tell what happens with a visitor's pictures; beside every uploader of pictures."""
    with st.popover("What happens with your pictures", type="tertiary"):
        st.markdown(PROMISE)


def _reason_against(file):
    if file.type and file.type.startswith(REFUSED):
        return file.type.removeprefix(REFUSED)
    return "file" if file.size > upload_limits().file * MB else None


def _sentence(reason, what):
    limits = upload_limits()
    return {
        "file": f"{what} was not taken: a file may have {limits.file} MB at most. Save it "
        "smaller; a photo, for instance, as a JPEG.",
        "files": f"{what} was not taken: a visitor may have {limits.files} files here at a time. "
        "Remove some that you no longer need.",
        "visitor": f"{what} was not taken: with it your uploads would be more than "
        f"{limits.visitor} MB, the most that one visitor may have here at a time. Remove some "
        "that you no longer need, or reload the page to begin anew.",
    }.get(
        reason,
        f"{what} was not taken: the visitors of this server have used up its space for uploads. "
        "Try again in some minutes, when somebody has left.",
    )

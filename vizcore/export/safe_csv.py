"""Tables for spreadsheets in which no text is taken for a formula."""

import csv
import io

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""What a text begins with that Excel, LibreOffice or Google Sheets may carry out."""


def safe_csv(rows):
    """Write a table as CSV; texts that a spreadsheet could take for a formula get an apostrophe.

    The method is that of OWASP, *CSV injection*,
    https://owasp.org/www-community/attacks/CSV_Injection. Numbers are left as they are.

    Parameters
    ----------
    rows : iterable of sequence
        Of texts and numbers; None is left empty.

    Returns
    -------
    bytes
        UTF-8, begun by the mark by which Excel knows it.

    Examples
    --------
    >>> safe_csv([("file", "share"), ("=1+1.png", -0.5)]).decode("utf-8-sig").split()
    ['file,share', "'=1+1.png,-0.5"]
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _safe(cell):
    if isinstance(cell, str) and cell.lstrip(" \u00a0\u3000").startswith(_FORMULA):
        return f"'{cell}"
    return cell

"""Who a visitor is: whoever holds a random token. No names, no passwords.

The browser keeps the token in a cookie; the server keeps only its digest, so that nobody who
reads the database can act as a visitor. A run belongs to the digest that asked for it.
"""

import hashlib
import re
import secrets

COOKIE = "visitor"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token():
    """Make a token of 256 random bits, as 43 characters that a cookie can hold.

    >>> len(new_token())
    43
    """
    return secrets.token_urlsafe(32)


def visitor_of(token):
    """Return the visitor's digest, or None where the token is none of ours.

    >>> visitor_of("A" * 43)[:12]
    '0f007385b6f9'
    >>> visitor_of("guess") is None
    True
    """
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).hexdigest()

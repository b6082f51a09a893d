"""Where the embedded cluster is found: a file that only its owner may read, and a lock.

The lock is the operating system's, so it ends with the cluster's process however that ends.
"""

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from distributed.security import Security

_ADDRESS = "cluster.json"
_LOCK = "cluster.lock"


@dataclass(frozen=True)
class Address:
    """How to reach an embedded cluster.

    Attributes
    ----------
    address : str
        ``tls://127.0.0.1:port``.
    pid : int
        Its process.
    certificate, key : str
        PEM texts. Whoever may speak to a Dask scheduler may run code, and every user of this
        machine can reach the port: so it speaks only to who holds the key.
    """

    address: str
    pid: int
    certificate: str
    key: str

    @property
    def security(self):
        """What a client needs to speak to it."""
        return Security(
            require_encryption=True,
            tls_ca_file=self.certificate,
            tls_client_cert=self.certificate,
            tls_client_key=self.key,
        )


def write_address(folder: Path, address: Address):
    """Let others find the cluster; at no time is there half a file."""
    draft = folder / f"{_ADDRESS}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(address), file)
    draft.replace(folder / _ADDRESS)


def read_address(folder: Path):
    """Return the address of the last cluster that was here, alive or not, or None."""
    try:
        return Address(**json.loads((folder / _ADDRESS).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def remove_address(folder: Path):
    """Let nobody look for the cluster any more."""
    (folder / _ADDRESS).unlink(missing_ok=True)


@contextmanager
def sole_cluster(folder: Path):
    """Give whether this process is the only cluster of a folder; it stays so within the block."""
    with open(folder / _LOCK, "a+") as file:
        try:
            _lock(file)
        except OSError:
            yield False
        else:
            yield True


def is_served(folder: Path):
    """Return whether a cluster holds the folder, be it about to start or about to end."""
    with sole_cluster(folder) as alone:
        return not alone


def _lock(file):
    """Take the lock of a file, or raise OSError at once."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""``python -m vizcore.compute``: the embedded cluster, as the app starts it by itself.

Prints nothing unless something is wrong. Ctrl-C or SIGTERM ends it; a run that is then in
progress can be resumed after its last finished epoch.
"""

import argparse
import asyncio

from vizcore.compute import embedded
from vizcore.compute.settings import Settings


def main():
    """Serve until it is no longer needed."""
    argparse.ArgumentParser("python -m vizcore.compute", description=__doc__).parse_args()
    if not asyncio.run(embedded.serve(Settings.from_environment())):
        print("The cluster of this folder is running already.")


if __name__ == "__main__":
    main()

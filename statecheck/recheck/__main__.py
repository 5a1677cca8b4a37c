"""Run the re-checker: ``python -m recheck DIR``, beside this folder."""

import signal
import sys

if __name__ == "__main__":
    if hasattr(signal, "pthread_sigmask"):
        # Until the command is there to report it, Ctrl-C waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from .command import main

    sys.exit(main())

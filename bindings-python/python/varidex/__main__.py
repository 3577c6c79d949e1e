"""The program `varidex`: the same as the one written in Rust."""

import signal
import sys

from varidex._varidex import run_program


def main() -> int:
    """Runs the program with the arguments of the process."""
    # Ctrl-C ends it as it ends any program; commands that write take it themselves, to clean up
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_program(["varidex", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

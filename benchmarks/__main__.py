"""Runs the benchmarks that are named, or all of them, on servers of their own."""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.ground import ground

NOT_BENCHMARKS = {"__init__", "__main__", "ground"}


def main(chosen: list[str]) -> int:
    known = sorted({path.stem for path in Path(__file__).parent.glob("*.py")} - NOT_BENCHMARKS)
    if unknown := sorted(set(chosen) - set(known)):
        print(f"Neznámé měření: {', '.join(unknown)}. Jsou tu: {', '.join(known)}.", file=sys.stderr)
        return 2
    with ground():
        for name in chosen or known:
            # Only now: the modules import models, which need settings, which need servers.
            import_module(f"benchmarks.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

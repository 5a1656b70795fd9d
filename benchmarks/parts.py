"""How well `tinyml train parts` does on surfaces that do not come with the course.

    python benchmarks/parts.py [NAME ...] [--seed 0] [--epochs N]

Each surface of `surfaces.py` is written to a temporary folder; a model is trained on its pictures
as `tinyml train parts --data` does, and its C is measured on pictures of other lots.
"""

import argparse
import tempfile
import time
from pathlib import Path

from surfaces import SURFACES

from tinyml_course.tasks.pipeline import evaluate_run, train_task


def main() -> None:
    """Train and measure on every surface."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SURFACES)}")
    parser.add_argument("--seed", type=int, default=0, help="of pictures and training")
    parser.add_argument("--epochs", type=int, help="passes, instead of the recipe's number")
    given = parser.parse_args()
    print(f"{'':<28}{'balanced':>9}{'AUROC':>7}{'seconds':>9}")
    for name in given.names or SURFACES:
        with tempfile.TemporaryDirectory() as folder:
            train, test = SURFACES[name].write(Path(folder), given.seed)
            started = time.monotonic()
            run = train_task("parts", train, seed=given.seed, epochs=given.epochs, progress=False)
            took = time.monotonic() - started
            found = evaluate_run(run, test)
        auroc = f"{found['auroc']:.3f}" if "auroc" in found else "-"
        print(f"{name:<28}{found['balanced_accuracy']:>9.3f}{auroc:>7}{took:>9.0f}", flush=True)


if __name__ == "__main__":
    main()

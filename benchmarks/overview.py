"""Draw the README's picture: one recording on its way to a board.

python benchmarks/overview.py [--run data/models/keywords] [--out docs/overview.png]
"""

import argparse
from pathlib import Path

import numpy as np

import tinyml_course as tc
from tinyml_course.cache import writing
from tinyml_course.plots import BLUE, GREY, ORANGE, draw_map, new_figure

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run one test clip through features, model and board, and draw each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=ROOT / "data/models/keywords")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/overview.png")
    arguments = parser.parse_args()
    run = tc.load_run(arguments.run)
    test = tc.load_dataset("keywords", split="test")
    clip = test.x[np.flatnonzero(test.y == run.labels.index("yes"))[0]]
    features = run.features(clip)[0]
    compiled = tc.compile_model(run.tflite, name="keywords")
    board = tc.simulate(compiled, features=run.features, x=clip[None])
    scores = (board.outputs.ravel().astype(float) + 128) / 256

    figure, axes = new_figure(1, 4, width=13, height=2.9, widths=(1.1, 1.1, 0.9, 1.3))
    wave, below, heard, needs = axes[0]
    wave.plot(np.arange(len(clip)) / 16_000, clip, color=BLUE, linewidth=0.6)
    wave.set(title='a recording: "yes"', xlabel="seconds", yticks=[], xlim=(0, 1))
    draw_map(below, features, 1.0)
    below.set(title="integer features, 49 x 10", yticks=[], ylabel="")
    order = np.argsort(scores)[-5:]
    colours = [ORANGE if index == scores.argmax() else GREY for index in order]
    heard.barh([run.labels[index] for index in order], scores[order], color=colours)
    heard.set(title="scores of the int8 network", xlim=(0, 1), xticks=[0, 0.5, 1])
    draw_needs(needs, board)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with writing(arguments.out) as draft:
        figure.savefig(draft, dpi=110, metadata={"Software": None})
    print(f"{arguments.out}: {board.board.name}, {board.compiler}")


def draw_needs(axes: object, board: tc.Simulation) -> None:
    """Draw how much of the board's memories and of real time the program takes."""
    hop = board.hop_latency_ms or 0.0
    busy = (board.latency_ms + 8 * hop) / 160  # an inference every eighth hop of 20 ms
    rows = {
        f"flash {board.flash_bytes / 1024:.0f} KB": board.flash_bytes / board.flash_limit_bytes,
        f"RAM {board.ram_bytes / 1024:.1f} KB": board.ram_bytes / board.ram_limit_bytes,
        f"processor {busy:.0%}": busy,
    }
    names = list(rows)[::-1]
    axes.barh(names, [1] * len(rows), color="0.93")
    axes.barh(names, [rows[name] for name in names], color=ORANGE)
    axes.set(title=f"what it needs of the {board.board.chip}", xlim=(0, 1), xticks=[0, 0.5, 1])
    axes.set_xticklabels(["0", "half", "all"])


if __name__ == "__main__":
    main()

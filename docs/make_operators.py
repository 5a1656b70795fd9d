"""Write `docs/operators.md`, the page of supported operators, from the compiler's own rules.

Run it with `make operators`.
"""

from itertools import groupby
from pathlib import Path

from tinyml_course.compiler.reading.rules import RULES, sentence

PAGE = Path(__file__).with_name("operators.md")
_INTRODUCTION = """\
# Supported operators

<!-- Written from tinyml_course/compiler/reading/rules.py; write it again with `make operators`. -->

The compiler reads these operators of a `.tflite` file and gives the same bits as TFLite Micro. What
breaks one of an operator's rules is refused with the same sentence; so is any operator not listed.
The batch is 1 and every shape is known when the model is compiled.
"""


def page() -> str:
    """Return the text of the page: operators that keep the same rules share a row."""
    kinds = sorted(RULES, key=lambda kind: [sentence(rule) for rule in RULES[kind]])
    groups = [
        (sorted(kind.kind for kind in members), rules)
        for rules, members in groupby(kinds, key=RULES.__getitem__)
    ]
    rows = [
        f"| {', '.join(f'`{name}`' for name in names)} | {'<br>'.join(map(sentence, rules))} |"
        for names, rules in sorted(groups, key=lambda group: group[0])
    ]
    table = "\n".join(["| operators | what they ask for |", "|---|---|", *rows])
    return f"{_INTRODUCTION}\n{len(RULES)} operators:\n\n{table}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")

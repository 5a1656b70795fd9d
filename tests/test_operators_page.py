"""The page of supported operators says what the compiler's rules say."""

import runpy
from pathlib import Path

from tinyml_course.compiler.reading.rules import RULES, sentence

DOCS = Path(__file__).parents[1] / "docs"
PAGE = runpy.run_path(str(DOCS / "make_operators.py"))["page"]()


def test_the_page_is_fresh():
    written = (DOCS / "operators.md").read_text(encoding="utf-8")
    assert written == PAGE, "docs/operators.md is old: run `make operators`"


def test_every_operator_stands_on_the_page_once_with_all_its_sentences():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    for kind, rules in RULES.items():
        (row,) = (line for line in rows if f"`{kind.kind}`" in line)
        assert row.endswith(f"| {'<br>'.join(map(sentence, rules))} |")


def test_every_rule_has_a_sentence():
    for rules in RULES.values():
        assert all(sentence(rule).endswith(".") for rule in rules)

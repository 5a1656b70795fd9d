"""Model cards hold what they were told, and what the model says of itself."""

import hashlib

import pytest

from tinyml_course.errors import InputError
from tinyml_course.lessons import model_dir
from tinyml_course.run import load_run
from tinyml_course.tasks.model_card import write_model_card

RUN = load_run(model_dir("parts"))
TOLD = {
    "title": "Rings",
    "use": "To sort rings.",
    "data": "Rendered rings.",
    "measures": {"escapes, test lots": "1.0 %"},
    "limits": ["Oil on the part.", "Other light."],
}


def test_card_holds_what_it_was_told_and_the_model_s_own_figures(tmp_path):
    text = write_model_card(RUN, tmp_path / "card.md", **TOLD).read_text()
    digest = hashlib.sha256(RUN.tflite).hexdigest()
    for part in (
        "# Rings\n", "To sort rings.", "Rendered rings.", "| escapes, test lots | 1.0 % |",
        "- Oil on the part.\n- Other light.", digest[:16], f"{len(RUN.tflite):,} bytes",
        f"{RUN.metrics['parameters']:,} parameters", "ok, defect",
    ):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("missing", [{"measures": {}}, {"limits": []}])
def test_card_without_measure_or_limit_is_refused(missing, tmp_path):
    with pytest.raises(InputError, match="every model has both"):
        write_model_card(RUN, tmp_path / "card.md", **(TOLD | missing))

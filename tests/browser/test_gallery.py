"""All widgets: each control has a name and a key, each picture words, each colour its contrast."""

import gallery
import lab
import pytest

pytestmark = pytest.mark.slow

NAMED = {
    "button", "slider", "radio", "radiogroup", "group", "textbox", "searchbox", "meter", "image",
    "img", "region", "table",
}  # fmt: skip
WITHOUT = {"table"}  # roles that may go without a name: what holds them is named

CONTRASTS = """() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    return Array.from(brush.getImageData(0, 0, 1, 1).data, (v) => v / 255);
  };
  const luminance = (rgb) => rgb.slice(0, 3).map((v) => v <= 0.04045 ? v / 12.92
    : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return luminance(colour);
    }
    return 1;
  };
  const ratio = (node, colour) => {
    const [a, b] = [luminance(rgba(colour)), behind(node)].sort((x, y) => x - y);
    return (b + 0.05) / (a + 0.05);
  };
  const seen = [...document.querySelectorAll(".tinyml, .tinyml *")]
    .filter((node) => node.checkVisibility());
  const words = seen.filter((node) =>
    [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  const drawn = ["line", "bar", "over", "window", "dot"];
  return [
    ...words.map((node) => {
      const style = getComputedStyle(node);
      const colour = node instanceof SVGElement ? style.fill : style.color;
      const start = node.textContent.trim().slice(0, 30);
      return [`words "${start}"`, ratio(node, colour), 4.5, parseFloat(style.fontSize)];
    }),
    ...seen.filter((node) => drawn.some((kind) => node.classList.contains(kind))).map((node) => {
      const style = getComputedStyle(node);
      const colour = node.classList.contains("line") ? style.stroke : style.fill;
      return [`drawn ${node.getAttribute("class")}`, ratio(node, colour), 3, 11];
    }),
  ];
}"""

FOCUSED = """() => {
  const node = document.activeElement;
  if (!node.closest(".tinyml")) return null;
  const style = getComputedStyle(node);
  const radio = node.type === "radio" ? node.name : "";
  window.ids ??= new Map();
  const key = radio || node;
  if (!window.ids.has(key)) window.ids.set(key, window.ids.size);
  const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [window.ids.get(key), isSeen];
}"""

CONTROLS = """() => {
  const found = [...document.querySelectorAll(
    ".tinyml :is(button, input, summary, [tabindex])")].filter((node) => node.checkVisibility());
  return new Set(found.map((node) => node.type === "radio" ? node.name : node)).size;
}"""


@pytest.fixture(scope="module")
def page():
    with lab.chromium_page() as one:
        yield one


@pytest.fixture(params=gallery.GALLERY)
def widget(request, tmp_path):
    return gallery.GALLERY[request.param](tmp_path)


def tree(page):
    """Return (role, name) of all a screen reader meets."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in nodes
        if not node["ignored"]
    ]


def test_everything_has_a_name_and_is_reached_by_tab(page, widget):
    gallery.hang(page, widget, gallery.LIGHT)
    met = [(role, name) for role, name in tree(page) if role in NAMED - WITHOUT]
    assert met
    assert [role for role, name in met if not name] == []
    assert not {name for role, name in met if role in ("image", "img") and name.endswith(": ")}

    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused in reached:  # past the last one
            break
        reached.append(focused)
    order = [place for place, _ in reached]
    assert order == list(range(page.evaluate(CONTROLS)))  # each once, in order
    assert all(is_seen for _, is_seen in reached)


@pytest.mark.parametrize("theme", [gallery.LIGHT, gallery.DARK])
def test_words_and_drawings_stand_out_and_fit_a_narrow_page(page, widget, theme):
    page.set_viewport_size({"width": 500, "height": 900})
    gallery.hang(page, widget, theme)
    shown = page.evaluate(CONTRASTS)
    assert shown
    assert [one for one in shown if one[1] < one[2]] == []
    assert [one for one in shown if one[3] < 11] == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    "name", ["CostSlider", "FrameScrubber", "ThresholdSlider", "WindowSliders"]
)
def test_slider_moves_by_keys_and_its_pictures_are_told_anew(page, tmp_path, name):
    shown = gallery.hang(page, gallery.GALLERY[name](tmp_path), gallery.LIGHT)
    slider, said = shown.get_by_role("slider").first, shown.locator("output")
    told = "nodes => nodes.map((node) => node.getAttribute('aria-label'))"
    before = shown.locator("svg").evaluate_all(told), said.inner_text()
    slider.focus()
    for key in ("Home", "ArrowRight"):
        page.keyboard.press(key)
    assert slider.input_value() == "1"
    assert said.get_attribute("aria-busy") == "true"  # not spoken until the slider rests
    after = shown.locator("svg").evaluate_all(told), said.inner_text()
    assert after[0][-1] != before[0][-1]
    assert after[1] != before[1]
    page.wait_for_function("!document.querySelector('.tinyml output').hasAttribute('aria-busy')")


VANISHING = """
navigator.serial.requestPort = async () => ({
  open: async () => {},
  close: async () => {},
  readable: new ReadableStream({ start(stream) { window.board = stream; } }),
  writable: new WritableStream({ write() {} }),
});
setInterval(() => window.board?.enqueue(new TextEncoder().encode("0.1,0.2,1.0\\r\\n")), 20);
"""


def test_board_that_vanishes_ends_the_take_at_once_and_says_what_to_do(page, tmp_path):
    board = page.context.browser.new_page()
    board.add_init_script(VANISHING)
    shown = gallery.hang(board, gallery.GALLERY["MotionRecorder"](tmp_path), gallery.LIGHT)
    said = shown.locator("output").first
    shown.get_by_role("button", name="Connect a board").click()
    said.get_by_text("Ready.").wait_for()
    board.keyboard.press("Enter")
    said.get_by_text("make the gesture now").wait_for()
    board.evaluate("window.board.error(new Error('unplugged')); window.board = undefined;")
    said.get_by_text("The board is gone. Connect it again.").wait_for()
    assert "What was kept before is safe." in said.inner_text()
    assert shown.get_by_role("button", name="Connect a board").is_enabled()
    board.close()

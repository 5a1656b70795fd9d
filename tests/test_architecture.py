"""Imports run one way, and the right half of the course never reaches TensorFlow."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tinyml_course"

# What each part may import. Later parts stand on earlier ones, never the other way round.
MAY_IMPORT = {
    "errors": set(),
    "boards": {"errors"},
    "cache": {"errors"},
    "datasets": {"errors", "cache"},
    "features": {"errors", "cache", "datasets"},
    "compiler": {"errors"},
    "simulator": {"errors", "boards", "cache", "compiler"},
    "sketch": {"errors", "boards", "compiler"},
    "device": {"errors", "boards", "cache", "datasets", "compiler", "sketch"},
    "backend": {"errors"},
    "compression": {"errors", "backend", "datasets", "features"},
    "training": {"errors", "backend", "datasets", "features", "compression", "compiler"},
}
# The way of a model through the compiler: each folder stands on those before it.
COMPILER_ORDER = ("numerics", "oracle", "reading", "simplifying", "planning", "emitting")
COMPILER_DOORS = {"codegen", "inspect", "reference"}
ON_TOP = {"__init__", "__main__", "cli", "tasks", "run", "demo", "lessons", "plots", "widgets"}
RIGHT_HALF = ("compiler", "simulator", "sketch", "device")
HEAVY = {
    "tensorflow",
    "keras",
    "librosa",
    "matplotlib",
    "ipywidgets",
    "anywidget",
    "scipy",
    "sklearn",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imported_names(tree: ast.AST, path: Path) -> set[str]:
    """Return absolute dotted names of everything a module imports, at any depth."""
    names: set[str] = set()
    package = ("tinyml_course", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def parts_imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = [n.split(".") for n in imported_names(tree, path) if n.startswith("tinyml_course.")]
    known = set(MAY_IMPORT) | ON_TOP
    return {name[1] for name in own if name[1] in known} - {part_of(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_imports_only_what_stands_below_it(path):
    part = part_of(path)
    if part in ON_TOP:
        return
    assert part in MAY_IMPORT, f"{part} has no place in the order: add it to MAY_IMPORT"
    assert parts_imported(path) <= MAY_IMPORT[part]


@pytest.mark.parametrize("folder", COMPILER_ORDER)
def test_folder_of_the_compiler_stands_on_those_before_it(folder):
    above = {*COMPILER_ORDER[COMPILER_ORDER.index(folder) + 1 :], *COMPILER_DOORS}
    for path in (PACKAGE / "compiler" / folder).glob("*.py"):
        names = imported_names(ast.parse(path.read_text(encoding="utf-8")), path)
        own = {name.split(".")[2] for name in names if name.startswith("tinyml_course.compiler.")}
        assert not own & above, f"{path} imports from above"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_leaves_alone_what_another_keeps_to_itself(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = [name for name in imported_names(tree, path) if name.startswith("tinyml_course.")]
    assert not [name for name in own if re.search(r"\._[a-z]", name)]


def test_no_modules_import_each_other_in_a_ring():
    places = {module_name(path): path for path in MODULES}
    imports = {}
    for name, path in places.items():
        names = imported_names(ast.parse(path.read_text(encoding="utf-8")), path)
        modules = {each if each in places else each.rpartition(".")[0] for each in names}
        imports[name] = modules & places.keys() - {"tinyml_course"}
    graphlib.TopologicalSorter(imports).prepare()  # names the ring, if there is one


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_right_half_never_imports_tensorflow(path):
    if part_of(path) not in RIGHT_HALF:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tops = {name.split(".")[0] for name in imported_names(tree, path)}
    assert not tops & {"tensorflow", "keras"}


def test_whole_package_starts_without_heavy_packages():
    code = (
        "import sys, tinyml_course as tc, tinyml_course.cli\n"
        "for name in ('compile_model', 'simulate', 'Mfcc', 'load_dataset', 'reference'):\n"
        "    getattr(tc, name)\n"
        f"print(sorted(set({sorted(HEAVY)!r}) & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_module_explains_itself_and_stays_short():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{path} has no docstring"
        assert text.count("\n") <= 450, f"{path} is too long to read"


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "config", "registry"])
def test_no_drawer_for_odds_and_ends(name):
    assert not list(PACKAGE.rglob(f"{name}.py"))

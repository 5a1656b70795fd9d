"""A random forest as C: tables of nodes and votes, and one call."""

from __future__ import annotations

from tinyml_course.compiler.emitting.printing import array, struct, wrap
from tinyml_course.compiler.forest import KINDS, RandomForest
from tinyml_course.compiler.graph import Graph
from tinyml_course.compiler.steps import Emission, Step

_NODE_BYTES = 6  # 5 where structs are packed
_TOTAL_BYTES, _FEATURE_BYTES = 4, 2  # of a class, of a feature


def random_forest(graph: Graph, op: RandomForest, emission: Emission) -> Step:
    """Ask every tree, and add up the votes of the leaves."""
    forest = op.forest
    classes, axes = forest.votes.shape[1], forest.input_shape[-1]
    name = f"op{op.index}"
    nodes = wrap(
        f"{{{threshold}, {other}, {feature}}}"
        for threshold, other, feature in zip(
            forest.threshold, forest.other, forest.feature, strict=True
        )
    )
    layer = struct(
        "tinyml_forest",
        f"{name}_forest",
        {
            "rows": forest.input_shape[0],
            "axes": axes,
            "trees": len(forest.root),
            "classes": classes,
            "root": f"{name}_root",
            "node": f"{name}_node",
            "votes": f"{name}_votes",
        },
    )
    return Step(
        op,
        (f"tinyml_ask_forest(&{name}_forest, {{in0}}, {{scratch}}, {{out0}});",),
        (
            array(f"{name}_root", forest.root, "(trees), indices of nodes"),
            f"static const TINYML_FLASH tinyml_forest_node {name}_node[{len(forest.feature)}] = "
            f"{{\n{nodes}\n}};\n",
            array(f"{name}_votes", forest.votes, "(leaves, classes), 255 for all together"),
            layer,
        ),
        forest.root.nbytes + _NODE_BYTES * len(forest.feature) + forest.votes.nbytes,
        files=("tinyml_forest.c",),
        scratch_bytes=_TOTAL_BYTES * classes + _FEATURE_BYTES * KINDS * axes,
        headers=("tinyml_forest.h",),
    )

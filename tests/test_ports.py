"""Corner cases of a model's inputs and outputs: oracle, host and board agree."""

import numpy as np
import pytest
from tflite_models import Network, random_input

from tinyml_course.compiler.codegen import compile_model
from tinyml_course.compiler.reference import reference
from tinyml_course.simulator.emulated import board_model
from tinyml_course.simulator.host import host_model


def input_is_an_output():
    net = Network()
    x = net.input((1, 6))
    return net, (net.dense(x, 3), x)


def same_tensor_twice():
    net = Network()
    y = net.dense(net.input((1, 6)), 3)
    return net, (y, y)


def unused_input():
    net = Network()
    y = net.dense(net.input((1, 6)), 3)
    net.input((1, 5))
    return net, (y,)


def input_between_others_is_an_output():
    net = Network()
    x, z = net.input((1, 4)), net.input((1, 4))
    return net, (net.binary("ADD", x, z), z, x)


def output_is_read_on():
    net = Network()
    y = net.conv2d(net.input((1, 5, 5, 2)), 3)
    return net, (y, net.conv2d(y, 2, (1, 1)))


PORTS = [
    input_is_an_output,
    same_tensor_twice,
    unused_input,
    input_between_others_is_an_output,
    output_is_read_on,
]


@pytest.mark.parametrize("optimize", ["balanced", "speed", "memory", "size"])
@pytest.mark.parametrize("ports", PORTS)
def test_corner_case_of_the_ports(ports, optimize):
    net, outputs = ports()
    model = net.build(*outputs)
    inputs = random_input(net, 3)
    wanted = reference(model)(*inputs)
    compiled = compile_model(model, "ports", optimize)
    for found in (host_model(compiled)(*inputs), board_model(compiled)(*inputs)):
        pairs = zip(several(found), several(wanted), strict=True)
        for number, (ours, theirs) in enumerate(pairs):
            np.testing.assert_array_equal(
                np.asarray(ours).ravel(), np.asarray(theirs).ravel(), err_msg=f"output {number}"
            )
    if ports is input_is_an_output:
        np.testing.assert_array_equal(np.asarray(several(wanted)[1]).ravel(), inputs[0].ravel())


def several(outputs):
    return outputs if isinstance(outputs, tuple) else (outputs,)

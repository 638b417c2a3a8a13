"""A trained network as a graph of constants, whatever it was built with: pictures in, the maps of any layer out.

A frozen graph is what the chapter's Inception comes as, and what a Keras network becomes by `freeze`: so one way of
loading, cutting and differentiating serves all of them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from engine.errors import DamagedSource
from engine.models.quick_gradients import use_quick_gradients

CONVOLUTIONS = {"Conv2D", "DepthwiseConv2dNative"}

HARMLESS = {
    *CONVOLUTIONS,
    *("Placeholder", "Const", "Identity", "NoOp", "CheckNumerics", "StopGradient", "Cast"),
    *("BiasAdd", "Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Neg", "Rsqrt", "Sqrt", "Square"),
    *("Relu", "Relu6", "Elu", "Sigmoid", "Tanh", "Softmax", "LRN", "MaxPool", "AvgPool", "Mean", "MatMul"),
    *("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "BatchNormWithGlobalNormalization", "Transpose"),
    *("Concat", "ConcatV2", "Reshape", "Squeeze", "ExpandDims", "Shape", "Pack", "Slice", "StridedSlice"),
}
"""A graph is a program. What it may do here is arithmetic: no files, no Python, nothing that makes much of little."""

MOST_NODES = 10_000
MOST_NUMBERS = 200_000_000
"""Of all constants; Inception's have 7 million."""


@dataclass(frozen=True, slots=True, eq=False)
class Frozen:
    """layers: channels of each layer's maps by its name, in the order of the network.

    graph: reads a float tensor called `picture`, [n, height, width, 3] in the network's own range, and writes a tensor
    for each layer, named in `tensors`; `preprocess` makes that range from RGB of 0 to 255. classes: the layer whose
    channels are ImageNet's classes, or an empty text.
    """

    graph: tf.compat.v1.GraphDef
    picture: str
    preprocess: Callable[[tf.Tensor], tf.Tensor]
    tensors: Mapping[str, str]
    layers: Mapping[str, int]
    classes: str = ""

    @tf.autograph.experimental.do_not_convert
    def maps(self, pictures: tf.Tensor, names: Sequence[str]) -> list[tf.Tensor]:
        """For pictures float32 [n, height, width, 3] of 0 to 255 the float32 maps [n, rows, columns, channels].

        To be called while a `tf.function` is traced. Only what the named layers need becomes part of it. Classes have
        one row and column.
        """
        wanted = [self.tensors[name] for name in names]
        part = _needed(self.graph, [_node_of(tensor) for tensor in wanted])
        ready = tf.cast(self.preprocess(pictures), _dtype_of(self.graph, self.picture))
        found = tf.graph_util.import_graph_def(part, {self.picture: ready}, wanted, name="network")
        return [_as_maps(tf.cast(tensor, tf.float32)) for tensor in found]


def freeze(
    model: keras.Model,
    layers: Mapping[str, str],
    preprocess: Callable[[tf.Tensor], tf.Tensor],
    classes: str = "",
    precision: str = "float32",
) -> Frozen:
    """`model`, of pictures [n, height, width, channels] of any size, with its weights as they are now.

    layers: name on the screen -> name of the model's layer; precision: float32, or bfloat16 for weights and maps.
    """
    outputs = {name: model.get_layer(layer).output for name, layer in layers.items()}
    cut = _in_precision(keras.Model(model.inputs[0], list(outputs.values())), precision)

    @tf.function(input_signature=[tf.TensorSpec([None, *model.inputs[0].shape[1:]], precision)])
    def forward(pictures: tf.Tensor) -> list[tf.Tensor]:
        return cut(pictures, training=False)

    concrete = convert_variables_to_constants_v2(forward.get_concrete_function())
    graph = concrete.graph.as_graph_def()
    use_quick_gradients(graph)
    tensors = {name: tensor.name for name, tensor in zip(outputs, concrete.outputs, strict=True)}
    channels = {name: int(output.shape[-1]) for name, output in outputs.items()}
    return Frozen(graph, concrete.inputs[0].name, preprocess, tensors, channels, classes)


def read_graph(content: bytes, picture: str, preprocess: Callable[[tf.Tensor], tf.Tensor]) -> Frozen:
    """The frozen graph in `content`, as `tf.GraphDef` was saved before TensorFlow 2: its layers are its convolutions.

    Each is called by the name of its bias, as the chapter calls `mixed4d_3x3_bottleneck_pre_relu`, and its maps are
    those with the bias, before any activation. Raises `DamagedSource` where it is no such graph.
    """
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(content)
        _check_harmless(graph)
        shapes = _shapes(graph, picture)
    except DamagedSource:
        raise
    # A damaged graph fails in TensorFlow with errors of any kind.
    except Exception as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise DamagedSource(f"The file is no frozen TensorFlow graph with an input {picture!r} ({reason}).") from None
    layers = _convolutions(graph, shapes)
    if not layers:
        raise DamagedSource("The graph holds no convolution, so there is nothing to dream of.")
    use_quick_gradients(graph)
    tensors = {name: f"{node}:0" for name, node in layers.items()}
    channels = {name: shapes[node] for name, node in layers.items()}
    return Frozen(graph, f"{picture}:0", preprocess, tensors, channels)


def _check_harmless(graph: tf.compat.v1.GraphDef) -> None:
    """Raise `DamagedSource` for a graph that does more than arithmetic, or says that it is larger than it is."""
    if len(graph.node) > MOST_NODES or graph.library.function:
        raise DamagedSource(f"The graph has {len(graph.node):,} nodes or functions of its own; it was not read.")
    if strange := sorted({node.op for node in graph.node} - HARMLESS):
        raise DamagedSource(f"The graph asks for {strange[0][:60]!r}, which no such network needs; it was not read.")
    constants = [node.attr["value"].tensor.tensor_shape.dim for node in graph.node if node.op == "Const"]
    sizes = [[dim.size for dim in dims] for dims in constants]
    if any(size < 0 for dims in sizes for size in dims) or sum(map(math.prod, sizes)) > MOST_NUMBERS:
        raise DamagedSource(f"The graph's constants have more than {MOST_NUMBERS:,} numbers; it was not read.")


def _needed(graph: tf.compat.v1.GraphDef, outputs: Sequence[str]) -> tf.compat.v1.GraphDef:
    """The nodes of `graph` that the nodes `outputs` are computed from."""
    nodes, waiting, kept = {node.name: node for node in graph.node}, list(outputs), set[str]()
    while waiting:
        if (name := waiting.pop()) not in kept:
            kept.add(name)
            waiting.extend(_node_of(source) for source in nodes[name].input)
    part = tf.compat.v1.GraphDef(versions=graph.versions)
    part.node.extend(node for node in graph.node if node.name in kept)
    return part


def _node_of(tensor: str) -> str:
    return tensor.split(":")[0].lstrip("^")


def _in_precision(model: keras.Model, precision: str) -> keras.Model:
    if precision == "float32":
        return model
    made = keras.models.clone_model(
        model, clone_function=lambda layer: type(layer).from_config({**layer.get_config(), "dtype": precision})
    )
    made.set_weights(model.get_weights())
    return made


def _shapes(graph: tf.compat.v1.GraphDef, picture: str) -> dict[str, int]:
    """The channels of every node's first output, where they are known."""
    with tf.Graph().as_default() as scratch:
        pictures = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3])
        tf.graph_util.import_graph_def(graph, {f"{picture}:0": pictures}, name="")
    outputs = {operation.name: operation.outputs for operation in scratch.get_operations()}
    sizes = {name: found[0].shape for name, found in outputs.items() if found and found[0].shape.rank in (2, 4)}
    return {name: int(shape[-1]) for name, shape in sizes.items() if shape[-1]}


def _convolutions(graph: tf.compat.v1.GraphDef, shapes: Mapping[str, int]) -> dict[str, str]:
    """Name of each convolution -> the node with its bias, which the chapter's graph names `<name>_pre_relu`."""
    biased = {node.input[0]: node.name for node in graph.node if node.op in ("BiasAdd", "Add", "AddV2") and node.input}
    found = [biased.get(node.name, node.name) for node in graph.node if node.op in CONVOLUTIONS]
    return {node.removesuffix("/conv"): node for node in found if node in shapes}


def _dtype_of(graph: tf.compat.v1.GraphDef, picture: str) -> tf.DType:
    node = next(node for node in graph.node if node.name == _node_of(picture))
    return tf.dtypes.as_dtype(node.attr["dtype"].type)


def _as_maps(values: tf.Tensor) -> tf.Tensor:
    return values if values.shape.rank == 4 else values[:, tf.newaxis, tf.newaxis, :]

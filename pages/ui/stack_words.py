"""The network's parts in the words of the screen."""

from engine.models.efficientnet_parts import Part, reaches


def label(group: str) -> str:
    """Of a group of layers: "Stem", "Block 3", "Head"."""
    return group.replace("block", "Block ").capitalize()


def kind(part: Part) -> str:
    """What the part does in its block, in one word."""
    return part.name.partition("_")[2].capitalize() or ("Project" if part.signed else "Convolution")


def kind_and_size(part: Part) -> str:
    """The kind with the size of the kernel, as in "Depthwise 5×5"."""
    return f"{kind(part)} {part.layer.kernel}×{part.layer.kernel}"


def facts(part: Part) -> dict[str, str]:
    """The numbers of a part by what they are called."""
    reach = reaches()[part]
    stride = f", stride {part.layer.stride}" if part.layer.stride > 1 else ""
    after = "no activation, so values are signed" if part.signed else "then ReLU6"
    return {
        "Output": f"{reach.height}×{reach.width}×{reach.channels}",
        "Receptive field": f"{reach.field}×{reach.field} px",
        "Step between windows": f"{reach.jump} px",
        "Parameters": f"{reach.parameters:,}",
        "Multiply–adds": f"{reach.multiply_adds / 1e6:,.1f} M",
        "Layer": f"{part.layer.kernel}×{part.layer.kernel}{stride}, {after}",
    }


def about_kernel(part: Part) -> str:
    """What is to be seen in the kernel of one map, or why there is nothing."""
    if part.layer.kernel == 1:
        return (
            "1×1: each place is a weighted sum of the same place in all maps before. It sees no neighbours, so there "
            "is no pattern to draw."
        )
    if part.layer.kind == "depthwise":
        return "This kernel slides over the map of the same number in the layer before, and over no other."
    return "A plane for each colour of the picture. Their products are added up, with a bias."

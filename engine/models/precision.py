"""The numbers in which a network trains: activations short where that is fast, weights float32 always."""


def dtype_policy(precision: str) -> str:
    """Keras's policy for activations in float32 or bfloat16."""
    return "mixed_bfloat16" if precision == "bfloat16" else "float32"

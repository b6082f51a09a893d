"""How many bits training computes with: half of them where the processor is built for it."""

from functools import cache
from pathlib import Path

_FLAGS = {"avx512_bf16", "amx_bf16"}
"""What Linux calls the instructions that multiply bfloat16."""


@cache
def processor_flags(path="/proc/cpuinfo"):
    """Return what Linux says that the processor can do; nothing where it does not say.

    Examples
    --------
    >>> processor_flags("/nowhere")
    frozenset()
    """
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return frozenset()
    found = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(found.split(":")[-1].split())


def policy(precision, flags=None):
    """Return the Keras dtype policy of a precision.

    Parameters
    ----------
    precision : str
        ``"auto"``, ``"float32"`` or ``"bfloat16"``. Automatic means bfloat16 where the processor
        has instructions for it, and float32 elsewhere, where it would be slower.
    flags : set of str, optional
        By default this processor's.

    Examples
    --------
    >>> policy("auto", {"avx2"}), policy("auto", {"avx2", "avx512_bf16"})
    ('float32', 'mixed_bfloat16')
    """
    helps = _FLAGS & (processor_flags() if flags is None else flags)
    return (
        "mixed_bfloat16" if precision == "bfloat16" or precision == "auto" and helps else "float32"
    )

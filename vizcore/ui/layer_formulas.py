"""What is said about a row of a layer table, in formulas with its numbers."""

from vizcore.figures.layer_words import counted
from vizcore.nets.layers import BatchNorm, Conv, Dense, Depthwise, Residual


def formulas(row, before):
    """Work out what a row says.

    Parameters
    ----------
    row : vizcore.nets.architectures.Row
    before : Row or None
        The row before it.

    Returns
    -------
    list of (str, str)
        What is worked out, and how, with this row's numbers.
    """
    return [
        *_sizes(row),
        ("Parameters", _parameters(row)),
        ("Multiply-adds", _worked(row.placed.multiply_adds_text, row.multiply_adds)),
        *_fields(row, before),
    ]


def _sizes(row):
    lines = []
    for number, windows in enumerate(row.placed.windows):
        step = f", convolution {number + 1}" if len(row.placed.windows) > 1 else ""
        rows, columns = (axis.formula for axis in windows)
        if rows == columns:
            lines.append((f"Rows and columns{step}", rows))
        else:
            lines += [(f"Rows{step}", rows), (f"Columns{step}", columns)]
    if row.layer.kind == "flatten":
        lines.append(("Numbers", _worked(" · ".join(map(str, row.input)), row.shape[0])))
    elif len(row.shape) == 1 and len(row.input) == 3:
        lines.append(("Numbers", f"{row.shape[0]:,}: one for each channel"))
    elif isinstance(row.layer, Dense):
        lines.append(("Numbers", f"{row.shape[0]:,}: one for each unit"))
    elif isinstance(row.layer, (Conv, Residual)):
        lines.append(("Channels", f"{row.shape[2]}: one for each filter"))
    elif row.placed.windows:
        lines.append(("Channels", f"{row.shape[2]}: each is treated by itself"))
    else:
        lines.append(("Shape", "as before: each number is treated where it is"))
    return lines


def _parameters(row):
    if not row.parameters:
        return "0: there is nothing to learn"
    text = _worked(row.placed.parameters_text, row.parameters)
    if isinstance(row.layer, BatchNorm):
        return f"{text}, half of them learned (scale, shift), half kept (mean, variance)"
    if row.trainable < row.parameters:
        return f"{text}, of which {row.trainable:,} are learned"
    if isinstance(row.layer, (Conv, Depthwise, Dense)) and row.layer.bias:
        return f"{text}; the 1 is the bias"
    return text


def _fields(row, before):
    if row.placed.reads_all:
        high, wide = row.field
        return [("Receptive field", f"{high}×{wide}: all that reaches this layer")]
    if not row.placed.windows:
        return [("Receptive field", "as before: each number sees what the one before it saw")]
    field, jump = (before.field, before.jump) if before else ((1, 1), (1, 1))
    lines = []
    for axis, name in enumerate(("rows", "columns")):
        cells, step, terms = field[axis], jump[axis], []
        for windows in row.placed.windows:
            terms.append(f"({windows[axis].span} − 1)·{step}")
            step *= windows[axis].stride
        text = f"{cells} + {' + '.join(terms)} = {row.field[axis]} {name}"
        lines.append((f"Receptive field, {name}", text))
    if field[0] == field[1] and row.field[0] == row.field[1]:
        lines = [("Receptive field", lines[0][1].replace(" rows", " rows and columns"))]
    down, across = row.jump
    step = counted(down, "pixel") + (f" and {across}" if across != down else "")
    return [*lines, ("Step", f"{step} from one cell's view to the next one's")]


def _worked(text, result):
    return f"{result:,}" if text == str(result) else f"{text} = {result:,}"

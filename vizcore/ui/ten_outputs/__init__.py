"""Ten outputs beside the one-hot digit: bars, squared differences, every output to be typed."""

from vizcore.ui.assets import register
from vizcore.ui.edits import edits

_component = register("ten_outputs", "fields")


def ten_outputs(outputs, digit, cost, *, on_edit, visit, key):
    """Draw the outputs of a network against what is right.

    Parameters
    ----------
    outputs : vizcore.ui.activation_settings.Numbers
    digit : int
        What is right.
    cost : vizcore.lessons.activations.Cost
    on_edit : callable
        Called with ``{"row", "place", "text"}``, or ``{"digit"}`` when another one was chosen as
        right, before the page runs again. It comes from a browser, unchecked.
    visit : int
        Another number makes the browser show these outputs instead of what is being typed.
    key : str
        The component's key on the page.
    """
    done, edited = edits(key, on_edit)
    values = outputs.values.tolist()
    most = [digit for digit, value in enumerate(values) if value == max(values)]
    _component(
        key=key,
        data={
            "outputs": list(outputs),
            "values": values,
            "digit": digit,
            # Where all are alike, none is larger than another.
            "largest": most if len(most) < len(values) else [],
            "squares": cost.squares.tolist(),
            "visit": visit,
            "done": done,
        },
        on_edits_change=edited,
    )

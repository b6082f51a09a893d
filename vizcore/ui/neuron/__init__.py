"""One neuron: inputs times weights, added up with the bias, through an activation."""

from vizcore.ui.assets import register
from vizcore.ui.edits import edits

_component = register("neuron", "fields")


def neuron(settings, *, title, curve, formulas, on_edit, visit, key):
    """Draw a neuron with its numbers, which can be typed over.

    Parameters
    ----------
    settings : vizcore.ui.activation_settings.ActivationSettings
    title : str
        The activation's name.
    curve : ndarray, (n, 2)
        Points of the activation's curve, for the small picture of it.
    formulas : list of str
        The arithmetic, written out.
    on_edit : callable
        Called with ``{"row", "place", "text"}`` before the page runs again. It comes from a
        browser, unchecked.
    visit : int
        Another number makes the browser show these numbers instead of what is being typed.
    key : str
        The component's key on the page.
    """
    done, edited = edits(key, on_edit)
    total = settings.total
    _component(
        key=key,
        data={
            "inputs": list(settings.inputs),
            "weights": list(settings.weights),
            "bias": list(settings.bias),
            "products": (settings.inputs.values * settings.weights.values).tolist(),
            "offset": float(settings.bias.values[0]),
            "total": total,
            "output": float(settings.activate(total)),
            "title": title,
            "curve": curve.tolist(),
            "formulas": formulas,
            "visit": visit,
            "done": done,
        },
        on_edits_change=edited,
    )

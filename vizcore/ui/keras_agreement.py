"""Whether Keras agrees with the numbers on screen: asked beside the page, which never waits."""

from functools import partial

import numpy as np
import streamlit as st

from vizcore.compute.cluster import ClusterError
from vizcore.compute.keras_check import agreement
from vizcore.compute.networks import NetworkError
from vizcore.ui.answers import answer
from vizcore.ui.numbers import readable

LARGEST_DIFFERENCE = 1e-4
"""That rounding explains; of numbers above 1, as a share of the largest of their operation."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def agreement_line(key, network, levels):
    """Tell how far Keras's numbers are from ours, as soon as a worker has said so.

    Parameters
    ----------
    key : str
        The network's, as `vizcore.compute.networks.open_network` takes it.
    network : vizcore.nets.network.Network
    levels : ndarray of uint8, shape (H, W, C)
        The picture at the size of the network's input.
    """
    answer(
        "network.keras",
        (key, network.digest, levels.tobytes()),
        partial(_asked, key, levels),
        partial(_show, network, levels),
        meanwhile="Keras is being asked for the same numbers …",
        grace=0,  # another picture is drawn before anything waits
        warn=st.markdown,
    )


def told(differences, sizes=None):
    """Return a sentence on the differences, and whether they are as small as they should be.

    Parameters
    ----------
    differences : dict of str to float
        As `agreement` returns them; not empty.
    sizes : dict of str to float, optional
        The largest absolute number of each operation.

    Examples
    --------
    >>> told({"conv1": 1.2e-6, "relu1": 3e-7})
    ('Keras agrees in every layer: the largest difference is 1.2·10⁻⁶, at conv1.', True)
    """
    # What is no number is the worst of all.
    apart = {name: np.nan_to_num(one, nan=np.inf) for name, one in differences.items()}
    units = {name: max(1, (sizes or {}).get(name, 1)) for name in differences}
    worst = max(apart, key=lambda name: apart[name] / units[name])
    most = LARGEST_DIFFERENCE * units[worst]
    if apart[worst] > most:
        said = f"Keras does not agree: at {worst} the difference is"
        said += f" {written(differences[worst])}, more than"
        return f"{said} the {written(most)} that rounding explains.", False
    worst = max(apart, key=apart.get)
    difference = differences[worst]
    if not difference:
        return "Keras agrees in every layer: there is no difference.", True
    said = f"Keras agrees in every layer: the largest difference is {written(difference)}, at "
    reach = f", where numbers reach {written(units[worst])}" * (difference > LARGEST_DIFFERENCE)
    return f"{said}{worst}{reach}.", True


def written(value):
    """Write a number with what counts of it; what is none as it is called.

    Examples
    --------
    >>> written(1.234e-6), written(0.5), written(1e30), written(float("nan"))
    ('1.2·10⁻⁶', '0.5', '1·10³⁰', 'no number')
    """
    if not np.isfinite(value):
        return "no number"
    if not value or 1e-3 <= abs(value) < 1e6:
        return readable(value, 3)
    digits, power = f"{value:.1e}".split("e")
    return f"{readable(float(digits))}·10{str(int(power)).translate(_SUPERSCRIPTS)}"


def _asked(key, levels):
    try:
        return agreement(key, levels)
    except (ClusterError, NetworkError) as error:
        raise ClusterError(f"Keras could not be asked: {error}") from None


def _show(network, levels, differences):
    small = all(one <= LARGEST_DIFFERENCE for one in differences.values())
    said, agrees = told(differences, None if small else _sizes(network, levels))
    st.markdown(said) if agrees else st.warning(said)


def _sizes(network, levels):
    given = network.activations(levels)
    return {name: float(np.abs(one).max()) for name, one in given.items()}

"""A small dense net twice: whole, and thinned by dropout."""

from vizcore.ui.assets import register

_component = register("thinned_net")


def thinned_net(inputs, kernels, nets, *, rate, training, key):
    """Draw a net side by side with itself under dropout, every activation in its node.

    Parameters
    ----------
    inputs : ndarray, (n,)
    kernels : sequence of ndarray, (n, m)
        The weights, layer by layer.
    nets : dict
        Caption to a list of `vizcore.ops.dropout.Layer`: what happened in each net.
    rate : float
        The chance of a hidden node to be dropped.
    training : bool
        Whether the last net is trained, so that kept nodes are scaled.
    key : str
        The component's key on the page.
    """
    _component(
        key=key,
        data={
            "inputs": inputs.tolist(),
            "kernels": [kernel.tolist() for kernel in kernels],
            "nets": [
                {
                    "caption": caption,
                    "scaled": training and place == len(nets) - 1,
                    "layers": [
                        {
                            "sums": layer.sums.tolist(),
                            "active": layer.active.tolist(),
                            "kept": layer.kept.tolist(),
                            "output": layer.output.tolist(),
                        }
                        for layer in layers
                    ],
                }
                for place, (caption, layers) in enumerate(nets.items())
            ],
            "rate": rate,
        },
    )

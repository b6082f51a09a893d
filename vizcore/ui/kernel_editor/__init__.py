"""An editor for kernels that never turns bad text into 0 and never loses a minus."""

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("kernel_editor")


def kernel_editor(kernel, *, owner, changed, on_kernel, on_reset, key):
    """Edit a kernel's cells, divisor and bias in place.

    Parameters
    ----------
    kernel : dict
        ``cells`` (rows of number texts), ``divisor`` and ``bias`` (number texts), and ``edit``,
        the number of the edit that these texts answer, or None.
    owner : str
        What is being edited; a new owner's kernel replaces what has been typed.
    changed : bool
        Whether there is something to reset.
    on_kernel : callable
        Called with the new kernel, same keys, before the page runs again. It comes from a
        browser: its texts are not yet checked.
    on_reset : callable
        Called without arguments.
    key : str
        The component's key on the page.
    """
    import streamlit as st

    @whole
    def taken():
        kernel = st.session_state[key]["kernel"]
        on_reset() if "reset" in kernel else on_kernel(kernel)

    _component(
        key=key,
        data={**kernel, "owner": owner, "changed": changed},
        on_kernel_change=taken,
    )

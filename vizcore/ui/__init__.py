"""Streamlit glue: the frame of a page, its state, its controls and its browser components."""

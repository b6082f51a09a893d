"""The core of the convolution visualizer: arithmetic, photographs, pictures and pages."""

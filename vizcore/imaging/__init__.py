"""Photographs: decoding uploads, kernels by name, filtering, sample pictures."""

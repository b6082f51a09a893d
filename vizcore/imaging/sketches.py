"""Small pictures of things, drawn by this program: they may be passed on, unlike CIFAR-10."""

import cv2
import numpy as np

from vizcore.imaging.geometry import resize
from vizcore.imaging.samples import Sample

SIDE = 32
_FINE = 8  # Each pixel is the mean of so many by so many.
_SKY, _SEA, _GRASS, _ROAD = (150, 195, 235), (40, 90, 140), (95, 140, 70), (120, 120, 125)
_DARK, _PALE = (35, 35, 40), (235, 235, 230)


class _Canvas:
    """A picture of 32×32 units, painted shape by shape; units may be fractions."""

    def __init__(self, top, bottom, horizon):
        self.pixels = np.empty((SIDE * _FINE, SIDE * _FINE, 3), np.uint8)
        self.pixels[:] = top
        self.pixels[round(horizon * _FINE) :] = bottom

    def shape(self, colour, *points):
        """Fill a polygon; points are (x, y)."""
        corners = np.array([[round(n * _FINE) for n in point] for point in points], np.int32)
        cv2.fillPoly(self.pixels, [corners], colour, cv2.LINE_AA)
        return self

    def disc(self, colour, x, y, wide, high=None):
        """Fill an ellipse by its centre and half its width and height."""
        axes = round(wide * _FINE), round((high or wide) * _FINE)
        place = round(x * _FINE), round(y * _FINE)
        cv2.ellipse(self.pixels, place, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
        return self

    def box(self, colour, left, top, right, bottom):
        """Fill a rectangle."""
        return self.shape(colour, (left, top), (right, top), (right, bottom), (left, bottom))

    def done(self):
        """Return the picture, uint8 (32, 32, 3)."""
        return resize(self.pixels, SIDE, SIDE)


def _ship():
    canvas = _Canvas(_SKY, _SEA, 21)
    canvas.box(_PALE, 9, 11, 23, 17).box(_PALE, 12, 8, 20, 11).box((190, 45, 40), 14, 4, 17, 8)
    for x in (10.5, 13.5, 16.5, 19.5):
        canvas.box(_DARK, x, 13, x + 1.5, 14.5)
    canvas.shape(_DARK, (2, 17), (30, 17), (26, 24), (6, 24))
    return canvas.shape((170, 50, 45), (5, 22), (27, 22), (26, 24), (6, 24)).done()


def _aeroplane():
    canvas = _Canvas(_SKY, _SKY, SIDE)
    canvas.shape((150, 155, 165), (13, 15), (19, 15), (11, 27), (8, 27))
    canvas.shape((165, 170, 180), (15, 14), (20, 14), (15, 6), (13, 6))
    canvas.shape((200, 205, 215), (3, 7), (6, 7), (9, 14), (5, 14))
    canvas.disc(_PALE, 16, 15, 13, 2.6)
    canvas.disc(_DARK, 26.5, 14.2, 1.2, 0.8)
    return canvas.done()


def _car():
    canvas = _Canvas(_SKY, _ROAD, 20)
    red = (190, 35, 35)
    canvas.shape(red, (8, 16), (12, 9), (21, 9), (26, 16))
    canvas.shape((60, 80, 100), (10, 15.5), (13, 10.5), (16, 10.5), (16, 15.5))
    canvas.shape((60, 80, 100), (17, 15.5), (17, 10.5), (20.5, 10.5), (24, 15.5))
    canvas.shape(red, (2, 17), (8, 15), (28, 15), (30, 18), (30, 23), (2, 23))
    for x in (8.5, 23.5):
        canvas.disc(_DARK, x, 23, 3.4).disc((170, 170, 175), x, 23, 1.5)
    return canvas.disc((250, 240, 170), 29, 18.5, 0.9).done()


def _lorry():
    canvas = _Canvas(_SKY, _ROAD, 21)
    canvas.box(_PALE, 2, 6, 20, 22).box((60, 110, 170), 2, 11, 20, 14)
    canvas.shape((45, 85, 150), (21, 10), (26, 10), (30, 16), (30, 23), (21, 23))
    canvas.shape((190, 215, 230), (23, 11.5), (25.5, 11.5), (28, 16), (23, 16))
    canvas.box(_DARK, 2, 22, 30, 24)
    for x in (7, 14, 25.5):
        canvas.disc(_DARK, x, 24.5, 2.8).disc((170, 170, 175), x, 24.5, 1.2)
    return canvas.done()


def _cat():
    canvas = _Canvas((205, 195, 180), (150, 120, 95), 25)
    fur, dark = (205, 140, 70), (150, 90, 40)
    canvas.shape(fur, (6, 3), (14, 10), (6, 15)).shape(fur, (26, 3), (26, 15), (18, 10))
    canvas.shape((230, 175, 160), (7.5, 6), (12, 10), (8, 13))
    canvas.shape((230, 175, 160), (24.5, 6), (24, 13), (20, 10))
    canvas.disc(fur, 16, 17.5, 11.5, 10)
    for x in (12, 16, 20):
        canvas.box(dark, x - 0.7, 8, x + 0.7, 11.5)
    for x in (11.5, 20.5):
        canvas.disc((170, 190, 80), x, 16, 2.2, 1.9).disc(_DARK, x, 16, 0.8, 1.8)
    canvas.disc((245, 230, 215), 13.8, 21.5, 3, 2.4).disc((245, 230, 215), 18.2, 21.5, 3, 2.4)
    return canvas.shape((200, 110, 105), (14.5, 19), (17.5, 19), (16, 21)).done()


def _frog():
    canvas = _Canvas((120, 150, 95), (85, 115, 70), 20)
    green, light = (70, 150, 50), (160, 200, 110)
    canvas.disc((50, 115, 40), 5.5, 22, 4, 5).disc((50, 115, 40), 26.5, 22, 4, 5)
    canvas.disc(green, 16, 18, 11, 8.5).disc(light, 16, 22, 8, 4.5)
    for x in (10, 22):
        canvas.disc(green, x, 9.5, 3.6).disc((225, 200, 70), x, 9, 2.4).disc(_DARK, x, 9, 1.1, 1.8)
    canvas.disc((50, 100, 40), 16, 16.5, 7, 0.7)
    return canvas.disc(green, 9, 26, 4, 2).disc(green, 23, 26, 4, 2).done()


def _sketch(title, alt, make):
    return Sample(title, "Drawn by this program", alt, make)


SKETCHES = {
    "ship": _sketch("Ship", "A drawing of a ship with a red funnel on a blue sea.", _ship),
    "airplane": _sketch("Aeroplane", "A drawing of an aeroplane in a blue sky.", _aeroplane),
    "automobile": _sketch("Car", "A drawing of a red car on a road.", _car),
    "truck": _sketch("Lorry", "A drawing of a lorry on a road.", _lorry),
    "cat": _sketch("Cat", "A drawing of a ginger cat's face.", _cat),
    "frog": _sketch("Frog", "A drawing of a green frog.", _frog),
}
"""The class of CIFAR-10 that each shows → `Sample`."""

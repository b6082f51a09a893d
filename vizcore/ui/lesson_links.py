"""The link of a lesson: its page, in the state that shows it. A new page adds one line here."""

from urllib.parse import urlencode

from vizcore.export.permalink import to_query
from vizcore.ui import (
    activation_settings,
    classify_settings,
    data_settings,
    filter_settings,
    forward_settings,
    gradient_settings,
    layer_settings,
    learned_settings,
    network_settings,
    own_class_settings,
    pool_settings,
    slash_settings,
    step_settings,
    train_settings,
    why_settings,
)

_SHOWN = {
    "image_filters": (filter_settings.FilterSettings, filter_settings.from_lesson),
    "convolution_step_by_step": (step_settings.StepSettings, step_settings.from_lesson),
    "pooling": (pool_settings.PoolSettings, pool_settings.from_lesson),
    "activations": (activation_settings.ActivationSettings, activation_settings.from_lesson),
    "from_pixels_to_a_class": (forward_settings.ForwardSettings, forward_settings.from_lesson),
    "finding_a_filter": (slash_settings.SlashSettings, slash_settings.from_lesson),
    "gradients": (gradient_settings.GradientSettings, gradient_settings.from_lesson),
    "layer_tables": (layer_settings.LayerSettings, layer_settings.from_lesson),
    "why_convolution": (why_settings.WhySettings, why_settings.from_lesson),
}

_KEPT = {
    "classify": classify_settings.ClassifySettings,
    "data": data_settings.DataSettings,
    "inside_a_network": network_settings.NetworkSettings,
    "what_it_learned": learned_settings.LearnedSettings,
    "your_own_classes": own_class_settings.OwnClassSettings,
    "train_a_network": train_settings.TrainSettings,
}

KINDS = {page: kind for page, (kind, _) in _SHOWN.items()} | _KEPT
"""Page → its settings, for every page that can show a lesson or be saved as one."""


def settings_of(lesson):
    """Return the settings of the lesson's page that show it."""
    return _SHOWN[lesson.page][1](lesson)


def query_of(settings):
    """Return query parameters that name something: without any, a page stays as it is."""
    return to_query(settings) or to_query(settings, complete=True)


def address_of(page, query):
    """Return a page's address, beside that of any other page.

    Examples
    --------
    >>> address_of("pooling", {"mode": "average"})
    'pooling?mode=average'
    """
    return f"{page}?{urlencode(query)}"

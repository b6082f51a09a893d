import pytest

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.ui.runs_settings import LAST, NOTHING, RunsSettings

RUN, OTHER = "dxzNrV0V_wcf-H1B", "A" * 16


def test_at_first_it_is_the_list():
    assert to_query(RunsSettings()) == {}
    assert RunsSettings() == RunsSettings("", "", LAST, "", NOTHING, NOTHING)
    assert (LAST, NOTHING) == (-1, -1)


@pytest.mark.parametrize(
    ("settings", "query"),
    [
        (RunsSettings(RUN), {"run": RUN}),
        (RunsSettings(RUN, OTHER), {"run": RUN, "beside": OTHER}),
        (RunsSettings(RUN, epoch=0), {"run": RUN, "epoch": "0"}),
        (RunsSettings(RUN, layer="conv2"), {"run": RUN, "layer": "conv2"}),
        (
            RunsSettings(RUN, true=3, predicted=0),
            {"run": RUN, "true": "3", "predicted": "0"},
        ),
    ],
)
def test_a_link_brings_it_back(settings, query):
    assert to_query(settings) == query
    assert from_query(RunsSettings, query) == settings


def test_a_link_between_pages_names_the_list_too():
    query = to_query(RunsSettings(), complete=True)
    classes = {"true": "-1", "predicted": "-1"}
    assert query == {"run": "", "beside": "", "epoch": "-1", "layer": "", **classes}
    assert from_query(RunsSettings, query) == RunsSettings()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"run": "<b>x"}, "there is no run `<b>x`."),
        ({"run": "../../etc/passwd"}, "there is no run `../../etc/passwd`."),
        ({"run": f"{RUN}\n"}, f"there is no run `{RUN}`."),
        ({"beside": "é"}, "there is no run `é`."),
        ({"run": "x" * 65}, f"there is no run `{'x' * 40}…`."),
        ({"run": RUN, "beside": RUN}, "a run can be compared with another one, not with itself."),
        ({"layer": "<b>"}, "there is no layer `<b>`."),
        ({"epoch": "-2"}, "epoch can be −1 to 100,000, not -2."),
        ({"true": "100001"}, "true can be −1 to 100,000, not 100001."),
        ({"predicted": "x"}, "predicted must be a number."),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(query, reason):
    with pytest.raises(LinkError) as caught:
        from_query(RunsSettings, query)
    assert str(caught.value) == f"This link cannot be followed: {reason}"

from pathlib import Path

import pytest

from vizcore.compute import Cost, LimitError, Limits, Settings, SettingsError


def test_every_setting_has_a_variable_and_survives_the_way_to_another_process():
    settings = Settings(
        runs=Path("/tmp/somewhere"),
        database="postgresql+psycopg://me:secret@host/runs",
        scheduler="tls://host:8786",
        tls_ca="ca.pem",
        tls_cert="cert.pem",
        tls_key="key.pem",
        training_workers=2,
        inference_workers=3,
        training_memory="4GiB",
        inference_memory="1GiB",
        warm="",
        grace=0.5,
        linger=7.0,
        parameters=1,
        multiply_adds=2,
        epochs=3,
        waiting=4,
        kept=5,
    )
    environment = settings.to_environment()
    assert len(environment) == len(Settings.__dataclass_fields__)
    assert all(name.startswith("VIZCORE_") for name in environment)
    assert Settings.from_environment(environment) == settings


def test_an_empty_environment_means_the_embedded_cluster_beside_the_app():
    settings = Settings.from_environment({})
    assert settings == Settings.from_environment(settings.to_environment())
    assert settings.runs == Path(__file__).parents[2] / ".runs"
    assert settings.database_url == f"sqlite:///{settings.runs}/runs.db"
    assert not settings.scheduler


def test_the_folder_does_not_depend_on_where_one_stands():
    assert Settings(runs=Path("here")).runs.is_absolute()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VIZCORE_TRAINING_WORKERS", "two"),
        ("VIZCORE_TRAINING_WORKERS", "0"),
        ("VIZCORE_GRACE", "soon"),
        ("VIZCORE_SCHEDULER", "localhost:8786"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_limits_come_from_the_environment():
    settings = Settings.from_environment({"VIZCORE_MOST_PARAMETERS": "1_000"})
    assert settings.limits == Limits(parameters=1000)


@pytest.mark.parametrize(
    ("cost", "word"),
    [
        (Cost(5_000_001, 1, 1), "parameters"),
        (Cost(1, 10**15 + 1, 1), "multiply-adds"),
        (Cost(1, 1, 201), "epochs"),
    ],
)
def test_what_costs_too_much_is_refused_in_one_sentence(cost, word):
    with pytest.raises(LimitError, match=word) as error:
        Limits().check(cost)
    assert str(error.value).endswith(".")
    Limits().check(Cost(5_000_000, 10**15, 200))

"""What the tests of the pages start with."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page(request):
    """Open the test module's `PAGE` for a new visitor, by a link with these query parameters."""

    def opened(**query):
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params.update(query)
        return at.switch_page(request.module.PAGE).run()

    return opened

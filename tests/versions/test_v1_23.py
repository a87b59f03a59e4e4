"""The answer to a login."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.versions.v1_23 import NoIdentityToken
from gateway.versions.vocabulary import Facts


@pytest.mark.parametrize(
    "answer",
    [{"Status": "Login Succeeded"}, {"Status": "", "IdentityToken": ""}, {"IdentityToken": "t"}],
)
def test_only_the_status_is_told(answer: dict[str, Any]) -> None:
    wanted = {key: value for key, value in answer.items() if key == "Status"}
    assert NoIdentityToken().down_document(answer, Facts()) == wanted

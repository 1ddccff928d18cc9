"""The fake and Discord's own description know the same routes; the check itself finds what is wrong."""

import pytest

from tests.fakes.discord import schema
from tests.fakes.discord.record import Call
from tests.fakes.discord.rest import ROUTES
from tests.fakes.discord.shapes import Json

pytestmark = pytest.mark.skipif(not schema.is_at_hand(), reason="Discord's OpenAPI description is not at hand")


def test_every_route_is_one_of_discords():
    calls = [
        Call(at=0, method=each.method, route=each.path, path="", query=dict.fromkeys(each.query, "")) for each in ROUTES
    ]

    assert [said for each in calls for said in schema.complaints(each)] == []


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 4001},
        {"content": 5},
        {"embeds": [{"title": "x" * 257}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 9, "custom_id": "a"}]}]},
        {"attachments": [{"description": "no id"}]},
    ],
)
def test_a_body_that_the_description_does_not_allow_is_complained_of(body: Json):
    route = "/channels/{channel_id}/messages"

    assert schema.complaints(Call(at=0, method="POST", route=route, path="", body=body))

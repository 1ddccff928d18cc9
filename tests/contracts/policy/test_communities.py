"""The promises about what communities are called."""

from bot.jobs import Tenant
from tests.integration.redis import TENANT

OTHERS = Tenant(platform="discord", id="a guild, with / and {odd} signs")


async def test_the_names_that_are_known_come_back_together_and_the_latest_holds(truth):
    await truth.communities.keep({TENANT: "Acme 🐕", OTHERS: "Ours"})
    await truth.communities.keep({OTHERS: "Theirs"})
    stranger = Tenant(platform="discord", id="local")

    assert await truth.communities.called({TENANT, OTHERS, stranger}) == {TENANT: "Acme 🐕", OTHERS: "Theirs"}


async def test_of_nobody_there_is_no_name_and_more_than_fit_into_one_command_are_all_there(truth):
    many = {Tenant(platform="slack", id=f"T{number}"): f"{number}" for number in range(1001)}
    await truth.communities.keep({})
    await truth.communities.keep(many)

    assert await truth.communities.called([]) == {}
    assert await truth.communities.called(many) == many

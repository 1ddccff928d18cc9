"""What a position tells, beside what then happens."""

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.bot.fair_scene import Scene, weighing

TENANT = st.tuples(
    st.sampled_from([0.5, 1, 2]),  # its weight
    st.integers(1, 40),  # what its jobs take
    st.lists(st.tuples(st.sampled_from([0.5, 1, 2]), st.integers(1, 8)), min_size=1, max_size=4),  # users: weight, jobs
)


def asked(tenants):
    """Enqueue what tenants want, and let some of it be done, so that the tags differ."""
    scene = Scene()
    for number, (weight, seconds, users) in enumerate(tenants):
        for who, (own, times) in enumerate(users):
            share = weighing(own, tenant=weight)
            scene.ask(f"{number}.{who}", times, tenant=f"{number}", seconds=seconds, share=share)
    scene.serve(3)
    return scene


def happening(scene):
    """Return which jobs are claimed, in their order."""
    future = deepcopy(scene)
    return [future.claim() for _ in range(len(scene.fair.orders))]


def misses(scene):
    """Return by how many jobs each position misses."""
    return [abs(scene.fair.position(job).jobs - before) for before, job in enumerate(happening(scene))]


@given(st.lists(TENANT, min_size=1, max_size=1))
@settings(max_examples=100, deadline=None)
def test_in_one_community_with_equal_jobs_a_position_is_what_happens(tenants):
    assert set(misses(asked(tenants))) <= {0}


@given(st.lists(TENANT, min_size=2, max_size=4))
@settings(max_examples=100, deadline=None)
def test_between_communities_with_equal_jobs_too(tenants):
    assert set(misses(asked(tenants))) <= {0}

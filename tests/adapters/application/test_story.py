"""A dossier goes its whole way: every act is accepted, every step is in the trail, on both databases."""

from tests.adapters.application.world import World


def test_t(world: World) -> None:
    code = world.approved(channel="counter")
    print(world.work())
    world.do("hoa", code, "hand_over")
    d = world.dossier(code)
    assert d["status"] == 10
    print(world.acts(code))

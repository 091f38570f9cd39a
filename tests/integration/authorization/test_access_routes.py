"""Every route there is, asked with no key, with too little, with another tenant's and with enough."""

from __future__ import annotations

import inspect

import pytest

from ragapp.authorization import AuthorizedService
from ragapp.service import RagService
from ragapp.types import LOCAL
from tests.integration.authorization.rules import LISTS, OPEN, RULES
from tests.integration.authorization.world import OUR_CANARY, Who, World, routes

ROLES: tuple[Who, ...] = ("reader", "editor", "admin", "root")

OF_THE_PROCESS = {"warm_up", "close", "callers"}
"""What those who run the server do with the service, and no caller."""
OF_THE_SERVICE = {"turns", "keeping", "answer", "forget_document", "forget_collection", "close"}
"""What the service does with its history and its cache on behalf of callers."""


def test_every_route_has_a_rule(world: World) -> None:
    ruled = OPEN | RULES.keys() | LISTS.keys()
    unruled = routes(world.app) - ruled
    assert not unruled, f"say in rules.py which role these take: {sorted(unruled)}"
    assert not ruled - routes(world.app), "rules for routes that are gone"


def test_all_that_the_service_can_do_is_guarded(world: World) -> None:
    guarded = AuthorizedService(world.service, LOCAL)
    pairs = [
        (world.service, guarded, OF_THE_PROCESS),
        (world.service.history, guarded.history, OF_THE_SERVICE),
        (world.service.cache, guarded.cache, OF_THE_SERVICE),
        (world.service.tasks, guarded.tasks, OF_THE_SERVICE),
    ]
    for bare, kept, apart in pairs:
        missing = public(bare) - public(kept) - apart
        assert not missing, (
            f"{type(bare).__name__}: write guarded methods in ragapp/authorization for {missing}"
        )


@pytest.mark.parametrize("name", sorted(n for n in vars(RagService) if not n.startswith("_")))
def test_a_guarded_method_is_called_like_the_one_it_guards(name: str) -> None:
    if name in OF_THE_PROCESS or not inspect.isfunction(vars(RagService)[name]):
        return
    asked = inspect.signature(getattr(AuthorizedService, name)).parameters
    bare = inspect.signature(getattr(RagService, name)).parameters
    decided_by_the_guard = {"owner", "scope"}
    assert list(asked) == [one for one in bare if one not in decided_by_the_guard]
    assert not decided_by_the_guard & asked.keys()


@pytest.mark.parametrize("route", sorted(RULES.keys() | LISTS.keys()))
def test_without_a_key_nothing_is_served(world: World, route: str) -> None:
    send = LISTS[route] if route in LISTS else RULES[route].send
    response = send(world, None)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert OUR_CANARY not in response.text


@pytest.mark.parametrize("route", sorted(OPEN))
def test_probes_need_no_key(world: World, route: str) -> None:
    assert world.send(None, *route.split()).status_code == 200


@pytest.mark.parametrize("route", sorted(RULES))
def test_a_role_is_served_from_the_least_on(world: World, route: str) -> None:
    rule = RULES[route]
    for role in ROLES:
        response = rule.send(world, role)
        if rule.own and role != "reader":
            expected = 404
        elif ROLES.index(role) >= ROLES.index(rule.least):
            expected = rule.served
        else:
            expected = 404 if route == "DELETE /v1/collections/{collection}" else 403
        assert response.status_code == expected, f"{role}: {response.text}"


@pytest.mark.parametrize("route", sorted(RULES))
def test_another_tenant_learns_nothing(world: World, route: str) -> None:
    response = RULES[route].send(world, "stranger")
    assert response.status_code == RULES[route].stranger
    assert OUR_CANARY not in response.text


@pytest.mark.parametrize("route", sorted(LISTS))
def test_what_is_listed_is_what_may_be_seen(world: World, route: str) -> None:
    world.conversation("reader")
    assert LISTS[route](world, "reader").is_success
    response = LISTS[route](world, "stranger")
    assert response.is_success
    told = response.text.replace("Answers from your own documents", "")
    assert OUR_CANARY not in told
    assert "ours" not in told.replace("hours", "").replace("yours", "")


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}

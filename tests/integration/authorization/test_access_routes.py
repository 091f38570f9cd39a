"""Every route, requested without a key, with a lower role, as another tenant, and with the needed role."""

from __future__ import annotations

from operator import attrgetter

import pytest

from ragapp.authorization import authorized
from ragapp.authorization.operations import OPERATIONS
from ragapp.authorization.service import PARTS
from ragapp.service import RagService
from ragapp.types import LOCAL
from tests.integration.authorization.rules import LISTS, OPEN, RULES
from tests.integration.authorization.world import OUR_CANARY, Who, World, routes

ROLES: tuple[Who, ...] = ("reader", "editor", "admin", "root")

OF_THE_PROCESS = {"warm_up", "close", "auth"}
"""What those who run the server do with the service, and no caller."""
OF_THE_SERVICE = {
    "history.turns",
    "history.save",
    "history.save_stopped",
    "cache.answer",
    "cache.forget_document",
    "cache.forget_collection",
    "cache.close",
    "tasks.close",
    "evals.order",
    "evals.order_questions",
}
"""What the service does with its history and its cache on behalf of callers."""


def test_every_route_has_a_rule(world: World) -> None:
    ruled = OPEN | RULES.keys() | LISTS.keys()
    unruled = routes(world.app) - ruled
    assert not unruled, f"say in rules.py which role these take: {sorted(unruled)}"
    assert not ruled - routes(world.app), "rules for routes that are gone"


def test_every_operation_of_the_service_has_a_rule() -> None:
    operations = {name for name in public(RagService) if name not in PARTS} - OF_THE_PROCESS
    for part, kind in PARTS.items():
        operations |= {f"{part}.{name}" for name in public(kind)} - OF_THE_SERVICE
    missing = operations - OPERATIONS.keys()
    assert not missing, f"add these to ragapp/authorization/operations.py: {sorted(missing)}"
    assert not OPERATIONS.keys() - operations, "rules for operations that are gone"


@pytest.mark.parametrize("name", ["warm_up", "close", "auth", "history.turns", "tasks.close"])
def test_an_operation_without_a_rule_cannot_be_called(world: World, name: str) -> None:
    with pytest.raises(AttributeError, match="has no rule"):
        attrgetter(name)(authorized(world.service, LOCAL))


@pytest.mark.parametrize("route", sorted(RULES.keys() | LISTS.keys()))
def test_routes_need_a_key(world: World, route: str) -> None:
    send = LISTS[route] if route in LISTS else RULES[route].send
    response = send(world, None)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert OUR_CANARY not in response.text


@pytest.mark.parametrize("route", sorted(OPEN))
def test_probes_need_no_key(world: World, route: str) -> None:
    assert world.send(None, *route.split()).status_code == 200


@pytest.mark.parametrize("route", sorted(RULES))
def test_routes_need_at_least_their_role(world: World, route: str) -> None:
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
def test_routes_reveal_nothing_to_another_tenant(world: World, route: str) -> None:
    response = RULES[route].send(world, "stranger")
    assert response.status_code == RULES[route].stranger
    assert OUR_CANARY not in response.text


@pytest.mark.parametrize("route", sorted(LISTS))
def test_lists_contain_only_what_the_caller_may_see(world: World, route: str) -> None:
    world.conversation("reader")
    assert LISTS[route](world, "reader").is_success
    response = LISTS[route](world, "stranger")
    assert response.is_success
    output = response.text.replace("Answers from your own documents", "")
    assert OUR_CANARY not in output
    assert "ours" not in output.replace("hours", "").replace("yours", "")


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}

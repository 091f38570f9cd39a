"""`ragapp keys …` and `ragapp audit`: the API keys of the server, and its audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, open_service
from ragapp.terminal.output import print_json, print_table

if TYPE_CHECKING:
    from datetime import datetime

    from ragapp.types import Grant, Key, Role

app = typer.Typer(help="Create, list and revoke API keys of the server.", no_args_is_help=True)

LimitOption = Annotated[
    int | None,
    typer.Option(min=1, help="Limit of this key. Default: the limit of the settings.", show_default=False),
]


@app.command()
def create(
    name: Annotated[
        str, typer.Argument(help="Who will use the key: a person or a program.", show_default=False)
    ],
    role: Annotated[
        str,
        typer.Option(
            help="reader: search and ask. editor: also add and delete documents. admin: everything."
        ),
    ] = "reader",
    collection: Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            "-c",
            help="Only in this collection. May be repeated. Default: in all collections.",
            show_default=False,
        ),
    ] = None,
    grant: Annotated[
        list[str] | None,
        typer.Option(help="Another role in another collection, as ROLE:COLLECTION. May be repeated."),
    ] = None,
    days: Annotated[
        float | None, typer.Option(help="Days until the key expires. Default: never.", show_default=False)
    ] = None,
    yet_to_come: Annotated[
        bool, typer.Option("--yet-to-come", help="Allow collections that do not exist yet.")
    ] = False,
    requests_per_minute: LimitOption = None,
    questions_per_day: LimitOption = None,
    tokens_per_day: LimitOption = None,
    upload_bytes_per_day: LimitOption = None,
    waiting_documents: LimitOption = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Create an API key. It is shown only once, since only its hash is stored.

    Once a key exists, every request to the server needs one.

    Examples:

      ragapp keys create alice --role editor -c reports

      ragapp keys create "the wiki" -c handbook --days 90 --questions-per-day 1000

      ragapp keys create operations --role admin
    """
    from ragapp.types import LOCAL, KeyLimits, KeySpec

    limits = KeyLimits(
        requests_per_minute, questions_per_day, tokens_per_day, upload_bytes_per_day, waiting_documents
    )
    spec = KeySpec(name, _grants(role, collection, grant), days, limits, yet_to_come)
    with (
        open_service(data_dir, begin=True) as service,
        service.auth.audit_log.recording(LOCAL, "create key", name) as record,
    ):
        made = service.create_key(spec)
        record.of = f"{made.key.id} {name}"
    if as_json:
        print_json(made)
        return
    typer.echo(made.secret)
    typer.secho(
        f"This is key {made.key.id} of {made.key.name}. It will not be shown again.", fg="yellow", err=True
    )


@app.command("list")
def list_keys(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the API keys, including revoked and expired ones.

    Example: ragapp keys list
    """
    with open_service(data_dir) as service:
        keys = service.auth.api_keys.keys()
    if as_json:
        print_json(keys)
        return
    rows = ((k.id, k.name, _rights(k), _day(k.created_at), _day(k.last_used_at), _state(k)) for k in keys)
    print_table(("id", "name", "rights", "created", "last used", "state"), rows)


@app.command()
def revoke(
    key_ids: Annotated[
        list[str], typer.Argument(help="Ids of keys, as `ragapp keys list` shows them.", show_default=False)
    ],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Revoke API keys, effective with the next request.

    Example: ragapp keys revoke 3f2b91c07d5e
    """
    from ragapp.types import LOCAL

    revoked = []
    with open_service(data_dir) as service:
        for key_id in key_ids:
            with service.auth.audit_log.recording(LOCAL, "revoke key", key_id):
                revoked.append(service.auth.api_keys.revoke(key_id))
    if as_json:
        print_json(revoked)
        return
    for key in revoked:
        typer.echo(f"{key.id} of {key.name} is revoked.")


def audit(
    key: Annotated[
        str | None, typer.Option(help="Only entries of the key with this id.", show_default=False)
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Number of entries.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show the audit log, newest first: who did what, to what, when and from where.

    It records changes, questions and rejected requests, but not searches and lists. It contains no text of
    documents or questions.

    Examples:

      ragapp audit -n 20

      ragapp audit --key 3f2b91c07d5e --json
    """
    with open_service(data_dir) as service:
        entries = service.auth.audit_log.last(count, key)
    if as_json:
        print_json(entries)
        return
    rows = (
        (f"{e.at:%Y-%m-%d %H:%M:%S}", e.key_id or "-", e.name, e.address, e.action, e.object, e.outcome)
        for e in entries
    )
    print_table(("at (UTC)", "key", "name", "from", "action", "object", "outcome"), rows)


def _grants(role: str, collections: list[str] | None, others: list[str] | None) -> tuple[Grant, ...]:
    """Raises UsageError for an unknown role, and for an option that is not ROLE:COLLECTION."""
    from ragapp.errors import UsageError
    from ragapp.types import Grant

    where: list[str | None] = [*collections] if collections else [None]
    grants = [Grant(_role(role), collection) for collection in where]
    for other in others or []:
        named, _, collection = other.partition(":")
        if not collection:
            raise UsageError(
                f"{other!r} does not name a collection. Use ROLE:COLLECTION, such as reader:handbook."
            )
        grants.append(Grant(_role(named), collection))
    return tuple(grants)


def _role(name: str) -> Role:
    from ragapp.errors import UsageError
    from ragapp.types import ROLES

    for role in ROLES:
        if role == name:
            return role
    raise UsageError(f"Unknown role {name!r}. Available: {', '.join(ROLES)}.")


def _rights(key: Key) -> str:
    return ", ".join(
        f"{grant.role} of {'all' if grant.collection is None else grant.collection}" for grant in key.grants
    )


def _state(key: Key) -> str:
    from datetime import UTC, datetime

    if key.revoked_at is not None:
        return f"revoked {_day(key.revoked_at)}"
    if key.expires_at is None:
        return "valid"
    expired = key.expires_at <= datetime.now(UTC)
    return f"{'expired' if expired else 'valid until'} {_day(key.expires_at)}"


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"

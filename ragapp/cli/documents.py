"""`ragapp documents …`: lists, shows and deletes documents."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, InCollection, open_service
from ragapp.terminal.output import console, print_json, print_table, safe

if TYPE_CHECKING:
    from pathlib import Path

    from ragapp.types import DeletionReceipt

app = typer.Typer(help="List, read and delete documents.", no_args_is_help=True)
DocumentId = Annotated[str, typer.Argument(help="Id of the document, from `ragapp documents list`.")]


@app.command("list")
def list_documents(
    collection: InCollection = "default",
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Only documents that were not read completely.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the documents of a collection with their status.

    Examples:

      ragapp documents list -c reports

      ragapp documents list --gaps
    """
    with open_service(data_dir) as service:
        documents = [one for one in service.documents(collection) if one.gaps or not gaps]
    if as_json:
        print_json(documents)
        return
    print_table(
        ("id", "name", "version", "status", "pages", "chunks", "error"),
        ((d.id, d.name, d.version, d.status_in_words, d.pages, d.chunks, d.error or "") for d in documents),
    )


@app.command()
def show(document_id: DocumentId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show all details of a document.

    Example: ragapp documents show 3f2b…
    """
    with open_service(data_dir) as service:
        document = service.document(document_id)
    if as_json:
        print_json(document)
        return
    names = [name for name in document.__dataclass_fields__ if name != "gaps"]
    values = {name: getattr(document, name) for name in names} | {"status": document.status_in_words}
    print_table(("field", "value"), values.items())
    if document.gaps:
        rows = ((gap.where, gap.what, gap.why) for gap in document.gaps)
        print_table(("not read", "what it is", "why"), rows)


@app.command()
def text(
    document_id: DocumentId,
    version: Annotated[
        int | None, typer.Option(help="Document version. Default: the one that is searched.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Print the text of a document. The offsets of citations and hits count its characters.

    Example: ragapp documents text 3f2b… > report.txt
    """
    with open_service(data_dir) as service:
        parsed = service.document_text(document_id, version)
    if as_json:
        print_json(parsed)
    elif sys.stdout.isatty():
        console().print(safe(parsed.text), markup=False)
    else:
        sys.stdout.write(parsed.text)


@app.command()
def delete(
    document_ids: Annotated[list[str], typer.Argument(help="Ids of the documents to delete.")],
    receipt: Annotated[
        bool,
        typer.Option("--receipt", help="Erase them from all files at once, and print a receipt."),
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Delete documents. No search or answer shows them once this returns.

    With --receipt, the exit code is 4 when something of them is left.

    Examples:

      ragapp documents delete 3f2b… 9ac1…

      ragapp documents delete --receipt 3f2b…
    """
    if receipt:
        _delete_with_receipts(document_ids, as_json, data_dir)
        return
    with open_service(data_dir) as service:
        for document_id in document_ids:
            service.delete_document(document_id)
    print_json({"deleted": document_ids}) if as_json else console().print(
        f"Deleted {len(document_ids)} documents."
    )


def _delete_with_receipts(document_ids: list[str], as_json: bool, data_dir: Path | None) -> None:
    with open_service(data_dir) as service:
        receipts = [service.delete_with_receipt(document_id) for document_id in document_ids]
    if as_json:
        print_json({"deleted": document_ids, "receipts": [asdict(receipt) for receipt in receipts]})
    else:
        for receipt in receipts:
            _print_receipt(receipt)
    if not all(receipt.complete for receipt in receipts):
        raise typer.Exit(4)


def _print_receipt(receipt: DeletionReceipt) -> None:
    search = receipt.search
    console().print(
        safe(
            f"Deleted {receipt.document_name} ({receipt.document_id}), sha256 {receipt.sha256}, "
            f"at {receipt.deleted_at.isoformat(timespec='seconds')}."
        ),
        markup=False,
    )
    rows = ((one.place, f"{one.removed} {one.what}", one.left or "nothing") for one in receipt.places)
    print_table(("place", "removed", "left"), rows)
    found = ", ".join(search.found) or "nothing"
    console().print(
        safe(
            f"Searched {search.files} files ({search.bytes / 1e6:.1f} MB) for {search.fragments} fragments "
            f"of its text: found {found}."
        ),
        markup=False,
    )

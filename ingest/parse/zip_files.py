"""ZIP archives inside of a document, such as the attachments of a mail."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from ingest.parse.mail_message import Parse
from ragapp.errors import ParseError
from ragapp.fetching.archives import MAX_RATIO, MIN_BYTES
from ragapp.fetching.bounded import opened_zip
from ragapp.fetching.file_names import is_unwanted_path
from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText

MAX_FILES = 1_000
"""The most files of an archive inside of a document. A larger one is a folder, and ingested as one."""


def read_zip_files(data: bytes, name: str, parse: Parse) -> ParsedText:
    """The texts of the files in an archive, each under its name. `parse` reads them.

    Raises ParseError if the archive is damaged, encrypted or too large.
    """
    out = TextBuilder()
    try:
        with opened_zip(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_bounds(infos, len(data), name)
            for info in infos:
                if not is_unwanted_path(info.filename):
                    _include(out, archive.read(info), info.filename, parse)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error) as error:
        raise ParseError(f"{name} could not be unpacked: {error}. Unpack it and add its files.") from error
    return out.build()


def _check_bounds(infos: list[zipfile.ZipInfo], size: int, name: str) -> None:
    unpacked = sum(info.file_size for info in infos)
    if unpacked > max(MIN_BYTES, MAX_RATIO * size) or len(infos) > MAX_FILES:
        raise ParseError(
            f"{name} unpacks to {len(infos):,} files of {unpacked // 1024**2:,} MB in all. That is too "
            "much for an archive inside of another document: unpack it and add the folder."
        )


def _include(out: TextBuilder, data: bytes, path: str, parse: Parse) -> None:
    name = PurePosixPath(path).name
    out.heading(1, path)
    try:
        out.include(parse(data, name), below=1, part=name)
    except ParseError as error:  # the other files are worth reading without it
        out.gap("attachment", path, str(error))

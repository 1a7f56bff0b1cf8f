"""Raw mails and attachments, on disk under the hash of their bytes.

A file is written aside, made durable, and only then given its name: under a name there is the
whole content or nothing.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from workorder.errors import NotFoundError, StorageError

HEAD_BYTES = 256 * 1024
"""More of a mail than this is no header."""

_STALE_SECONDS = 3600.0


class Files:
    """The files of a site below `root`: raw/ab/HASH.eml, blobs/ab/HASH, and tmp/."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put_raw(self, raw: bytes) -> str:
        """Keep a mail as it came; the hash (SHA-256, hexadecimal) it is found by.

        Raises:
            StorageError: the disk refuses.
        """
        return self.put_raws([raw])[0]

    def put_raws(self, raws: Sequence[bytes]) -> tuple[str, ...]:
        """Keep several mails at the price of one in folders to be made durable.

        Raises:
            StorageError: the disk refuses; some may be kept, which does no harm.
        """
        return self._put("raw", ".eml", raws)

    def has_raw(self, sha256: str) -> bool:
        """Whether the mail of that hash is kept."""
        return self._path("raw", sha256, ".eml").is_file()

    def raw(self, sha256: str) -> bytes:
        """The mail of that hash.

        Raises:
            NotFoundError: this one file is gone; the others may well be there.
            StorageError: the disk refuses, or nothing is where the files should be.
        """
        path = self._path("raw", sha256, ".eml")
        if path.parent.is_dir() and not path.exists():
            raise NotFoundError(f"the stored mail {path.name} is gone from {path.parent}")
        return _read(path)

    def put_blob(self, content: bytes) -> str:
        """Keep an attachment; the hash it is found by.

        Raises:
            StorageError: the disk refuses.
        """
        return self.put_blobs([content])[0]

    def raw_head(self, sha256: str) -> bytes | None:
        """The first HEAD_BYTES of a raw mail, its headers among them; None if its file is gone.

        Raises:
            StorageError: the disk refuses.
        """
        try:
            with self._path("raw", sha256, ".eml").open("rb") as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise _storage_error(fault) from fault

    def put_blobs(self, contents: Sequence[bytes]) -> tuple[str, ...]:
        """Keep several attachments.

        Raises:
            StorageError: the disk refuses.
        """
        return self._put("blobs", "", contents)

    def blob(self, sha256: str) -> bytes:
        """The attachment of that hash.

        Raises:
            StorageError: it is not there, or the disk refuses.
        """
        return _read(self._path("blobs", sha256, ""))

    def sweep(self) -> int:
        """Remove what a dead process left half written over an hour ago; how many files.

        Raises:
            StorageError: the disk refuses.
        """
        oldest = time.time() - _STALE_SECONDS
        swept = 0
        try:
            for path in self._tmp().iterdir():
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    swept += 1
        except OSError as fault:
            raise _storage_error(fault) from fault
        return swept

    def _path(self, kind: str, sha256: str, suffix: str) -> Path:
        return self.root / kind / sha256[:2] / f"{sha256}{suffix}"

    def _tmp(self) -> Path:
        path = self.root / "tmp"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _put(self, kind: str, suffix: str, contents: Sequence[bytes]) -> tuple[str, ...]:
        hashes = tuple(hashlib.sha256(content).hexdigest() for content in contents)
        folders: set[Path] = set()
        try:
            for sha256, content in zip(hashes, contents, strict=True):
                path = self._path(kind, sha256, suffix)
                if not path.parent.is_dir():
                    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    folders |= {path.parent.parent, self.root}
                if not path.is_file():
                    self._write(path, content)
                folders.add(path.parent)
            _make_durable(folders)
        except OSError as fault:
            raise _storage_error(fault) from fault
        return hashes

    def _write(self, path: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._tmp(), prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).rename(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _make_durable(folders: Iterable[Path]) -> None:
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise _storage_error(fault) from fault


def _storage_error(fault: OSError) -> StorageError:
    where = f" ({fault.filename})" if fault.filename else ""
    return StorageError(f"files: {(fault.strerror or str(fault)).lower()}{where}")

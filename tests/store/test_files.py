import hashlib
import os
from pathlib import Path

import pytest

from workorder.errors import StorageError
from workorder.store.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def everything(files: Files) -> set[str]:
    return {str(p.relative_to(files.root)) for p in files.root.rglob("*") if p.is_file()}


def test_a_mail_is_kept_under_the_hash_of_its_bytes(files: Files) -> None:
    raw = b"Subject: Printer\r\n\r\nIt smokes.\r\n"
    sha256 = files.put_raw(raw)
    assert sha256 == hashlib.sha256(raw).hexdigest()
    assert not files.has_raw("0" * 64)
    assert files.has_raw(sha256)
    assert files.raw(sha256) == raw
    assert everything(files) == {f"raw/{sha256[:2]}/{sha256}.eml"}


def test_several_are_kept_at_once_and_equal_ones_once(files: Files) -> None:
    raws = [b"one", b"two", b"one", b""]
    hashes = files.put_raws(raws)
    assert [files.raw(sha256) for sha256 in hashes] == raws
    assert files.put_raws(raws) == hashes
    assert files.put_raws([]) == ()
    assert len(everything(files)) == 3


def test_attachments_are_kept_apart_from_mails(files: Files) -> None:
    sha256 = files.put_blob(b"\xff\xd8")
    assert files.blob(sha256) == b"\xff\xd8"
    assert files.put_blobs([b"a", b"b"]) == tuple(
        hashlib.sha256(content).hexdigest() for content in (b"a", b"b")
    )
    with pytest.raises(StorageError, match="no such file"):
        files.raw(sha256)


def test_nobody_else_on_the_machine_can_read_them(files: Files) -> None:
    sha256 = files.put_raw(b"secret")
    path = files.root / "raw" / sha256[:2] / f"{sha256}.eml"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_disk_that_refuses_is_a_storage_error_and_leaves_nothing_under_a_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StorageError, match="files: not a directory"):
        Files(tmp_path / "files").put_raw(b"x")


def test_what_a_dead_process_left_half_written_is_swept_away(files: Files) -> None:
    kept = files.put_raw(b"kept")
    old, young = (files.root / "tmp" / name for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert files.sweep() == 1
    assert not old.exists()
    assert young.exists()
    assert files.has_raw(kept)

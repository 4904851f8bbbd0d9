"""Ray's folder is private, noted, and cleared also after a kill."""

import stat

from spanbert.scratch import clear_scratch, scratch_folder


def test_the_folder_is_private_and_gone_afterwards(tmp_path):
    with scratch_folder(tmp_path) as folder:
        (folder / "socket").touch()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_cleared(tmp_path):
    abandoned = scratch_folder(tmp_path)
    folder = abandoned.__enter__()
    clear_scratch(tmp_path)
    assert not folder.exists()


def test_a_forged_note_removes_nothing(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "ray-scratch").write_text(str(tmp_path / "precious"))
    clear_scratch(tmp_path)
    assert (tmp_path / "precious").is_dir()

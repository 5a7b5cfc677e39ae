import stat

import pytest

from triage.files import opened_whole, write_whole


def names(directory):
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize(("content", "written"), [("a\r\né", b"a\r\n\xc3\xa9"), (b"\x00", b"\x00")])
def test_the_content_is_written_as_it_is_and_nothing_else_is_left(tmp_path, content, written):
    path = tmp_path / "file"
    write_whole(path, "before")
    write_whole(path, content)
    assert path.read_bytes() == written
    assert names(tmp_path) == ["file"]


def test_after_an_error_the_earlier_file_stands(tmp_path):
    path = tmp_path / "file"
    write_whole(path, "before")
    with pytest.raises(RuntimeError), opened_whole(path) as file:
        file.write("half")
        raise RuntimeError
    assert path.read_text() == "before"
    assert names(tmp_path) == ["file"]


def test_a_file_that_may_not_be_replaced_is_left_alone(tmp_path):
    path = tmp_path / "file"
    write_whole(path, "first", overwrite=False)
    with pytest.raises(FileExistsError):
        write_whole(path, "second", overwrite=False)
    assert path.read_text() == "first"
    assert names(tmp_path) == ["file"]


def test_a_private_file_is_never_readable_by_others(tmp_path):
    path = tmp_path / "file"
    write_whole(path, "public")
    with opened_whole(path, private=True) as file:
        (temporary,) = tmp_path.glob(".file.*")
        file.write("secret")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

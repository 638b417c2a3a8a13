"""Files that are whole or absent."""

import threading

import pytest

from engine.whole_files import whole_file, write_whole


def test_a_file_is_there_once_it_is_whole(tmp_path):
    path = tmp_path / "a.json"
    with whole_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    write_whole(path, b"anew")
    assert path.read_bytes() == b"anew"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path, error):
    with whole_file(path) as file:
        file.write(b"after")
        raise error


@pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt])
def test_what_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path, error):
    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    with pytest.raises(error):
        write_half(path, error)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_none_is_the_error_of_the_disk(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        write_whole(tmp_path / "file" / "a.json", b"")


def test_two_that_write_at_once_do_not_mix(tmp_path):
    path, contents = tmp_path / "a", [bytes([letter]) * 1_000_000 for letter in b"abcd"]
    threads = [threading.Thread(target=write_whole, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]
